// External authorization (CUSTOM policies): when an authorizer is asked, what it is asked, and what its answer means.
// The proxy carries the question over the network and brings the answer back; both are made and read here.
// Source: envoyproxy/envoy:source/extensions/filters/{http/ext_authz,network/ext_authz,common/ext_authz}; api/envoy/service/auth/v3.
// Left out: request bodies, and dynamic metadata of answers.
import type { HeaderList, HttpRequestHead, HttpResponseHead } from '../../trace/index.ts';
import type { ExtAuthzHttpProvider, ExtAuthzProvider } from '../config/index.ts';
import { microsOf } from '../routing/index.ts';
import type { Trail } from '../trail.ts';
import type { AuthCall, AuthVerdict, Check, Deny } from './call.ts';
import { proceed } from './call.ts';
import type { EnvoyPolicy } from './envoy-policy.ts';
import { matching, why } from './rbac-filter.ts';

export interface ExtAuthzFilter {
  readonly kind: 'ext-authz';
  readonly provider: ExtAuthzProvider;
  /** The authorizer's host in the registry. */
  readonly hostname: string;
  /** `outbound|PORT||HOST`. */
  readonly cluster: string;
  /** It is asked for calls that one of these matches. By name. */
  readonly policies: readonly EnvoyPolicy[];
}

/** What came of the question. */
export type CheckAnswer =
  | {
      readonly kind: 'answered';
      readonly response: HttpResponseHead;
      /** The message of a gRPC answer: a CheckResponse as JSON. */
      readonly message?: string;
    }
  /** No connection, a reset, no answer in time. */
  | { readonly kind: 'failed' };

const checkMethod = '/envoy.service.auth.v3.Authorization/Check';

export function evaluateExtAuthz(filter: ExtAuthzFilter, call: AuthCall, trail?: Trail): AuthVerdict {
  const policy = matching(filter.policies, call, trail);
  if (policy === undefined) return proceed(call);
  trail?.took('authz.envoy.custom-asked', why(call, policy, { provider: filter.provider.name }));
  return {
    kind: 'ask',
    cluster: filter.cluster,
    timeout: microsOf(filter.provider.timeout) ?? 600_000_000,
    check: checkOf(filter, call),
    policy: policy.policy,
    origin: policy.origin,
  };
}

/** The verdict by an authorizer's answer. */
export function readCheckAnswer(
  filter: ExtAuthzFilter,
  call: AuthCall,
  answer: CheckAnswer,
  trail?: Trail,
): AuthVerdict {
  const policy = matching(filter.policies, call);
  const { provider } = filter;
  const reading = answer.kind === 'failed' ? undefined : readAnswer(provider, answer);
  const told = why(call, policy, { provider: provider.name });
  const denied = { kind: 'deny', flags: 'UAEX', policy: policy?.policy, origin: policy?.origin ?? {} } as const;
  if (reading === undefined) {
    trail?.took(provider.failOpen ? 'authz.envoy.custom-fails-open' : 'authz.envoy.custom-fails-closed', told);
    if (provider.failOpen) return proceed(call);
    return {
      ...denied,
      status: Number(provider.statusOnError) || 403,
      body: '',
      headers: [],
      details: 'ext_authz_error',
    };
  }
  if (!reading.allowed) {
    trail?.took('authz.envoy.custom-denied', told);
    return { ...denied, ...reading.reply, details: 'ext_authz_denied' };
  }
  trail?.took('authz.envoy.custom-allowed', told);
  return {
    ...proceed(call),
    request: call.request === undefined ? undefined : withHeaders(call.request, reading),
    responseHeaders: reading.responseHeaders,
  };
}

// --- the question

function checkOf({ provider, hostname }: ExtAuthzFilter, call: AuthCall): Check {
  if (provider.kind === 'http') return { kind: 'http', request: httpCheck(provider, call.request) };
  const headers: HeaderList = [['content-type', 'application/grpc']];
  return {
    kind: 'grpc',
    request: { method: 'POST', path: checkMethod, authority: hostname, headers },
    message: checkMessage(call),
  };
}

/** The request itself without its body, with the headers an authorizer may see. */
function httpCheck(provider: ExtAuthzHttpProvider, request: HttpRequestHead | undefined): HttpRequestHead {
  const { method = 'GET', path = '/', authority = '', headers = [] } = request ?? {};
  const added = provider.includeAdditionalHeadersInCheck;
  const seen = headers.filter(
    ([name]) =>
      (isNamed(name, ['authorization']) || isNamed(name, provider.includeRequestHeadersInCheck)) &&
      !isNamed(name, ['content-length', ...added.map(([other]) => other)]),
  );
  return {
    method,
    path: provider.pathPrefix + path,
    authority,
    headers: [['content-length', '0'], ...seen, ...added],
  };
}

/** A CheckRequest in protobuf's JSON form. */
function checkMessage({ connection, request }: AuthCall): string {
  const { principal, sourceIp, destinationIp, destinationPort, sni } = connection;
  const pseudo = (head: HttpRequestHead): HeaderList => [
    [':method', head.method],
    [':path', head.path],
    [':authority', head.authority],
  ];
  return JSON.stringify({
    attributes: {
      source: { address: { socketAddress: { address: sourceIp } }, principal },
      destination: { address: { socketAddress: { address: destinationIp, portValue: destinationPort } } },
      ...(request === undefined
        ? {}
        : {
            request: {
              http: {
                method: request.method,
                path: request.path,
                host: request.authority,
                headers: Object.fromEntries(
                  [...pseudo(request), ...request.headers].map(([name, value]) => [name.toLowerCase(), value]),
                ),
              },
            },
          }),
      ...(sni === '' ? {} : { tlsSession: { sni } }),
    },
  });
}

// --- the answer

type Reading =
  | {
      readonly allowed: true;
      /** Replace what the request has of the same name, or are added to it. */
      readonly set: HeaderList;
      readonly append: HeaderList;
      readonly remove: readonly string[];
      readonly responseHeaders: HeaderList;
    }
  | { readonly allowed: false; readonly reply: Pick<Deny, 'status' | 'body' | 'headers'> };

type Answered = Extract<CheckAnswer, { kind: 'answered' }>;

/** Undefined: an answer that decides nothing. */
function readAnswer(provider: ExtAuthzProvider, answer: Answered): Reading | undefined {
  return provider.kind === 'http' ? readHttp(provider, answer.response) : readGrpc(answer);
}

function readHttp(
  provider: ExtAuthzHttpProvider,
  { status, headers, body = '' }: HttpResponseHead,
): Reading | undefined {
  if (status >= 500) return undefined;
  if (status === 200) {
    const named = (patterns: readonly string[]): HeaderList => headers.filter(([name]) => isNamed(name, patterns));
    return {
      allowed: true,
      set: named(provider.headersToUpstreamOnAllow),
      append: [],
      remove: named(['x-envoy-auth-headers-to-remove']).flatMap(([, names]) =>
        names.split(',').map((name) => name.trim()),
      ),
      responseHeaders: named(provider.headersToDownstreamOnAllow),
    };
  }
  const listed = provider.headersToDownstreamOnDeny;
  const passed = headers.filter(
    ([name]) => listed.length === 0 || isNamed(name, [...listed, 'www-authenticate', 'location']),
  );
  return { allowed: false, reply: { status, body, headers: withoutLength(passed) } };
}

interface HeaderOption {
  readonly header?: { readonly key?: string; readonly value?: string };
  readonly append?: boolean;
}

/** What is read of a CheckResponse. A gRPC status other than 0 is no answer; without a message, the call is allowed. */
interface CheckResponse {
  readonly status?: { readonly code?: number };
  readonly okResponse?: {
    readonly headers?: readonly HeaderOption[];
    readonly headersToRemove?: readonly string[];
    readonly responseHeadersToAdd?: readonly HeaderOption[];
  };
  readonly deniedResponse?: {
    readonly status?: { readonly code?: number };
    readonly headers?: readonly HeaderOption[];
    readonly body?: string;
  };
}

function readGrpc({ response, message }: Answered): Reading | undefined {
  if (response.status !== 200 || (response.grpcStatus ?? 0) !== 0) return undefined;
  const { status, okResponse = {}, deniedResponse = {} } = parseResponse(message);
  if ((status?.code ?? 0) === 0) {
    const headers = okResponse.headers ?? [];
    return {
      allowed: true,
      set: pairsOf(headers.filter(({ append }) => append !== true)),
      append: pairsOf(headers.filter(({ append }) => append === true)),
      remove: okResponse.headersToRemove ?? [],
      responseHeaders: pairsOf(okResponse.responseHeadersToAdd ?? []),
    };
  }
  const { body = '', headers = [] } = deniedResponse;
  return {
    allowed: false,
    reply: { status: deniedResponse.status?.code ?? 403, body, headers: withoutLength(pairsOf(headers)) },
  };
}

function parseResponse(message = '{}'): CheckResponse {
  try {
    return JSON.parse(message) as CheckResponse; // written by a program of ours; fields of other types read as absent
  } catch {
    return {}; // bytes that are no CheckResponse decode to an empty one
  }
}

function pairsOf(options: readonly HeaderOption[]): HeaderList {
  return options.map(({ header = {} }) => [header.key ?? '', header.value ?? '']);
}

function withoutLength(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !isNamed(name, ['content-length', 'transfer-encoding']));
}

/** What is set replaces, what is appended joins a header that is there, and what is removed goes last. */
function withHeaders(
  request: HttpRequestHead,
  { set, append, remove }: Extract<Reading, { allowed: true }>,
): HttpRequestHead {
  const replaced = set.map(([name]) => name);
  const kept = request.headers
    .filter(([name]) => !isNamed(name, replaced))
    .map(([name, value]): readonly [string, string] => {
      const more = append.filter(([other]) => isNamed(name, [other])).map(([, added]) => added);
      return [name, [value, ...more].join(',')];
    });
  return { ...request, headers: [...kept, ...set].filter(([name]) => !isNamed(name, remove)) };
}

/** Exact, `prefix*` or `*suffix`, in whatever case. */
function isNamed(name: string, patterns: readonly string[]): boolean {
  const lower = name.toLowerCase();
  return patterns.some((written) => {
    const pattern = written.toLowerCase();
    if (pattern.startsWith('*')) return lower.endsWith(pattern.slice(1));
    return pattern.endsWith('*') ? lower.startsWith(pattern.slice(0, -1)) : lower === pattern;
  });
}
