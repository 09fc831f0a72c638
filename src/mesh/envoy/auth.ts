// What a chain's filters that may refuse say of a request, or of a connection whose bytes are forwarded: one after the other, until one
// refuses or an external authorizer has to be asked. With the answers known so far it is pure, so it is simply decided again.
import type { DecisionInput, HttpRequestHead, MaybeOrigin } from '../../trace/index.ts';
import type { Ask, AuthCall, AuthConnection, AuthFilter, CheckAnswer, Continue, Deny } from '../authz/index.ts';
import { evaluateAuth, readCheckAnswer } from '../authz/index.ts';
import { Trail } from '../trail.ts';
import type { ChainPlace } from './chain-decision.ts';

/** By the filter's place in its chain. */
export type CheckAnswers = Readonly<Record<number, CheckAnswer>>;

export interface AuthOutcome {
  readonly verdict: Continue | Deny | Ask;
  /** The filter that refused or asks; with `continue`: how many there are. */
  readonly filter: number;
  /** In one line, for the record. */
  readonly chosen: string;
  readonly origin: MaybeOrigin;
}

export function decideAuth(
  filters: readonly AuthFilter[],
  call: AuthCall,
  answers: CheckAnswers,
  trail = new Trail(),
): AuthOutcome {
  let now = call;
  let responseHeaders: Continue['responseHeaders'] = [];
  for (const [index, filter] of filters.entries()) {
    const verdict = verdictOf(filter, now, answers[index], trail);
    if (verdict.kind !== 'continue')
      return { verdict, filter: index, chosen: refusal(verdict), origin: verdict.origin };
    now = { ...now, request: verdict.request, metadata: verdict.metadata };
    responseHeaders = [...responseHeaders, ...verdict.responseHeaders];
  }
  const last = trail.because.at(-1);
  if (last?.rule !== 'authz.envoy.allowed') trail.took('authz.envoy.no-allow-policy', { params: whoAndWhere(call) });
  const policy = last?.rule === 'authz.envoy.allowed' ? String(last.params['policy']) : 'no ALLOW policy';
  return {
    verdict: { kind: 'continue', request: now.request, metadata: now.metadata, responseHeaders },
    filter: filters.length,
    chosen: `allow: ${policy}`,
    origin: last?.origin ?? {},
  };
}

function verdictOf(
  filter: AuthFilter,
  call: AuthCall,
  answer: CheckAnswer | undefined,
  trail: Trail,
): AuthOutcome['verdict'] {
  const verdict = evaluateAuth(filter, call, trail);
  if (verdict.kind !== 'ask' || answer === undefined || filter.kind !== 'ext-authz') return verdict;
  return readCheckAnswer(filter, call, answer, trail);
}

function refusal(verdict: Deny | Ask): string {
  return verdict.kind === 'deny' ? `deny: ${verdict.details}` : `asks ${verdict.cluster}`;
}

function whoAndWhere({ connection }: AuthCall): Readonly<Record<string, string | number>> {
  const { principal, sourceIp, destinationPort } = connection;
  return { client: principal === '' ? sourceIp : principal, port: destinationPort };
}

// --- what repeats

const known = new WeakMap<readonly AuthFilter[], WeakMap<HttpRequestHead, Map<string, Known>>>();
interface Known {
  readonly outcome: AuthOutcome;
  readonly input: DecisionInput;
}

/** The outcome with what it takes to decide again; looked up where policies alone decide on a request that was there before. */
export function authOf(
  filters: readonly AuthFilter[],
  place: ChainPlace,
  call: AuthCall,
  answers: CheckAnswers,
): Known {
  const decide = (): Known => ({
    outcome: decideAuth(filters, call, answers),
    input: inputOf(place, call, answers, filters),
  });
  const { request } = call;
  if (request === undefined || filters.some(({ kind }) => kind !== 'rbac')) return decide();
  let byHead = known.get(filters);
  if (byHead === undefined) known.set(filters, (byHead = new WeakMap<HttpRequestHead, Map<string, Known>>()));
  let byCaller = byHead.get(request);
  if (byCaller === undefined) byHead.set(request, (byCaller = new Map<string, Known>()));
  const key = [...Object.values<string | number>({ ...call.connection }), place.listener, place.chain].join(' ');
  let found = byCaller.get(key);
  if (found === undefined) byCaller.set(key, (found = decide()));
  return found;
}

function inputOf(
  place: ChainPlace,
  { connection, request, now }: AuthCall,
  answers: CheckAnswers,
  filters: readonly AuthFilter[],
): DecisionInput {
  return {
    ...connection,
    listener: place.listener,
    chain: place.chain,
    isHttp: request !== undefined,
    // Only tokens have a time.
    ...(filters.some(({ kind }) => kind === 'jwt') ? { now } : {}),
    ...(Object.keys(answers).length === 0 ? {} : { answers: JSON.stringify(answers) }),
    ...(request === undefined
      ? {}
      : { method: request.method, host: request.authority, path: request.path, headers: request.headers }),
  };
}

/** The call of a recorded input. */
export function callOf(input: DecisionInput): { readonly call: AuthCall; readonly answers: CheckAnswers } {
  const text = (key: string): string => String(input[key] ?? '');
  const connection: AuthConnection = {
    principal: text('principal'),
    sourceIp: text('sourceIp'),
    remoteIp: text('remoteIp'),
    destinationIp: text('destinationIp'),
    destinationPort: Number(input['destinationPort']),
    sni: text('sni'),
  };
  const headers = input['headers'] as HttpRequestHead['headers'] | undefined; // recorded as pairs
  const request: HttpRequestHead | undefined =
    input['isHttp'] === true
      ? { method: text('method'), authority: text('host'), path: text('path'), headers: headers ?? [] }
      : undefined;
  const answers = text('answers');
  return {
    call: { connection, request, metadata: {}, now: Number(input['now'] ?? 0) },
    answers: answers === '' ? {} : (JSON.parse(answers) as CheckAnswers), // written by `inputOf`
  };
}
