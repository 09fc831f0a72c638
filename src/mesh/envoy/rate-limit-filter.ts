// Envoy's local rate limit as requests pass it: which limit holds for a request, the bucket it draws on, and what becomes of the request.
// One entity a bucket: of a filter chain, of a route where that has a limit of its own, or of one connection. A limit that is written
// anew begins with a full one. Simplified: what answers say is left is what was left when the request came.
import type { AnyEntityId, Context, EntityId, EntityType, Instant } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { LocalRateLimit, SetHeader, TokenBucket } from '../../manifests/index.ts';
import { withRequestHead } from '../../net/index.ts';
import type { HeaderList } from '../../trace/index.ts';
import { recordCause } from '../../trace/index.ts';
import type { RouteRateLimit } from '../routing/index.ts';
import { changeHeaders } from '../routing/index.ts';
import type { RateLimitFilter } from './configuration.ts';
import type { Connection, Exchange } from './connection-state.ts';
import { answerLocally } from './http-reply.ts';
import { reply } from './local-reply.ts';
import type { Credit } from './rate-limit.ts';
import { decideRateLimit, filled, fullBucket, rateLimitChoice, rateLimitHeaders } from './rate-limit.ts';
import { runtimeOf } from './runtime.ts';

export interface BucketState {
  readonly key: string;
  readonly process: AnyEntityId;
  readonly bucket: TokenBucket;
  readonly credit: Credit;
  /** When that was what was in it. */
  readonly at: Instant;
}

type BucketMessage = { readonly type: 'take' } | { readonly type: 'end' };

export const bucketType: EntityType<BucketState, BucketMessage> = {
  name: 'envoy.token-bucket',
  keys: (state) => [state.key],
  handle(state, message, ctx) {
    switch (message.type) {
      case 'take':
        return { ...state, credit: creditAt(state, ctx.now) - state.bucket.fillInterval, at: ctx.now };
      case 'end':
        return GONE;
    }
  },
};

function creditAt({ bucket, credit, at }: BucketState, now: Instant): Credit {
  return filled(bucket, credit, now - at);
}

/** A request that passed, or the connection that has its answer. */
export type Passage =
  | { readonly kind: 'passed'; readonly exchange: Exchange }
  | { readonly kind: 'answered'; readonly connection: Connection | typeof GONE };

/** Asks the limits of a place, one after the other, until one of them refuses. */
export function passRateLimits(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  place: RateLimitFilter['place'],
): Passage {
  let passed = exchange;
  for (const [index, filter] of exchange.rateLimits.entries()) {
    if (filter.place !== place) continue;
    const passage = passOne(ctx, connection, passed, { filter, index });
    if (passage.kind === 'answered') return passage;
    passed = passage.exchange;
  }
  return { kind: 'passed', exchange: passed };
}

interface Placed {
  readonly filter: RateLimitFilter;
  readonly index: number;
}

function passOne(ctx: Context, connection: Connection, exchange: Exchange, placed: Placed): Passage {
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime === undefined) return { kind: 'answered', connection: GONE };
  const { limit, origin, owner } = limitFor(connection, exchange, placed);
  const bucket = limit.bucket === undefined ? undefined : bucketOf(ctx, connection, limit, owner);
  const credit = bucket?.credit ?? 0;
  const drawn = [draw(ctx, limit.enabled), draw(ctx, limit.enforced)] as const;
  const outcome = decideRateLimit(limit, { credit, drawn }, origin);
  recordCause(ctx, 'decision', {
    point: 'envoy.rate-limit',
    subject: connection.process,
    connection: connection.connection,
    request: exchange.request,
    chosen: rateLimitChoice(outcome, limit),
    input: { limit: JSON.stringify(limit), origin: JSON.stringify(origin), credit, drawn: drawn.join(' ') },
    configuration: runtime.document,
    origin,
  });
  const isTaken = outcome === 'within' && bucket !== undefined;
  if (isTaken) ctx.tell(bucket.id, { type: 'take' });
  const isTold = limit.tellsClients && limit.bucket !== undefined && outcome !== 'uncounted';
  const left = isTaken ? credit - bucket.fillInterval : credit;
  const told = isTold ? rateLimitHeaders(limit.bucket, left) : [];
  const asked: Exchange = told.length === 0 ? exchange : { ...exchange, responseHeaders: joined(exchange, told) };
  if (outcome === 'refused')
    return { kind: 'answered', connection: answerLocally(ctx, connection, asked, refusal(limit)) };
  return { kind: 'passed', exchange: outcome === 'tolerated' ? marked(asked, limit.requestHeaders) : asked };
}

/** Nothing is drawn where it is all or none. */
function draw(ctx: Context, share: number): number {
  return share > 0 && share < 1_000_000 ? ctx.draw('choice', 1_000_000) : 0;
}

function joined({ responseHeaders }: Exchange, more: HeaderList): HeaderList {
  return [...responseHeaders, ...more];
}

/** The route's own limit, the virtual host's, or the filter's; `owner` names whose bucket it is. */
function limitFor(
  { place }: Connection,
  { decision }: Exchange,
  { filter, index }: Placed,
): Pick<RouteRateLimit, 'limit' | 'origin'> & { readonly owner: string } {
  const chain = `${place?.listener ?? ''}/${place?.chain ?? ''}/${index}`;
  const isOwn = ({ name }: RouteRateLimit): boolean => name === filter.name;
  if (decision !== undefined && 'route' in decision) {
    const { route, virtualHost } = decision;
    const ofRoute = route.rateLimits?.find(isOwn);
    const at = `${chain}/${virtualHost.name}`;
    if (ofRoute !== undefined) return { ...ofRoute, owner: `${at}/${virtualHost.routes.indexOf(route)}` };
    const ofHost = virtualHost.rateLimits?.find(isOwn);
    if (ofHost !== undefined) return { ...ofHost, owner: at };
  }
  return { limit: filter.limit, origin: filter.origin, owner: chain };
}

function bucketOf(
  ctx: Context,
  { process, connection }: Connection,
  { bucket, perConnection }: LocalRateLimit,
  owner: string,
): { readonly id: EntityId<BucketMessage>; readonly credit: Credit; readonly fillInterval: number } | undefined {
  if (bucket === undefined) return undefined;
  const { maxTokens, tokensPerFill, fillInterval } = bucket;
  const whose = perConnection ? `${owner}/${connection}` : owner;
  const name = `${whose}/${maxTokens} ${tokensPerFill} ${fillInterval}`;
  const key = `${process}/${name}`;
  const id =
    ctx.find(bucketType, key) ??
    ctx.create(bucketType, `${ctx.pathOf(process)}/bucket/${name}`, {
      key,
      process,
      bucket,
      credit: fullBucket(bucket),
      at: ctx.now,
    });
  const state = ctx.read(bucketType, id);
  return { id, credit: state === undefined ? fullBucket(bucket) : creditAt(state, ctx.now), fillInterval };
}

function refusal(limit: LocalRateLimit): ReturnType<typeof reply> {
  const { status, asResourceExhausted, responseHeaders } = limit;
  const headers = responseHeaders.map(({ name, value }) => [name, value] as const);
  const answer = reply(status, 'local_rate_limited', 'local_rate_limited', 'RL', headers);
  return asResourceExhausted ? { ...answer, head: { ...answer.head, grpcStatus: resourceExhausted } } : answer;
}

const resourceExhausted = 8;

/** A request over a limit that is not enforced goes on with the headers that say so. */
function marked(exchange: Exchange, headers: readonly SetHeader[]): Exchange {
  if (headers.length === 0) return exchange;
  const changes = {
    set: headers.filter(({ replaces }) => replaces).map(({ name, value }) => [name, value] as const),
    add: headers.filter(({ replaces }) => !replaces).map(({ name, value }) => [name, value] as const),
    remove: [],
  };
  const head = { ...exchange.head, headers: changeHeaders(exchange.head.headers, [changes]) };
  return { ...exchange, head, message: withRequestHead(exchange.message, exchange.version, head) };
}
