// A question to an external authorizer, over the network like any request: made by a filter, answered to the connection that asked.
import type { AnyEntityId, Context, EntityId, RecordId } from '../../kernel/index.ts';
import { exactly, micros } from '../../kernel/index.ts';
import type { Address } from '../../host/index.ts';
import { readResponse, requestMessage } from '../../net/index.ts';
import type { Ask, CheckAnswer } from '../authz/index.ts';
import type { Asking, HttpMessage } from './connection-state.ts';
import { checkKey } from './connection-state.ts';
import { routeTimeout } from './facts.ts';
import { wayTo } from './pools.ts';
import type { ConfiguredRuntime } from './runtime.ts';
import { configurationOf } from './runtime.ts';
import { tablesOf } from './tables.ts';
import type { UpstreamAnswer } from './upstream-state.ts';

export interface Questioner {
  readonly process: AnyEntityId;
  readonly connection: AnyEntityId;
  readonly request: RecordId;
  readonly original: Address;
  /** What is asked about: an exchange of the connection, or 0 for the connection itself. */
  readonly key: number;
}

/** Sends the question. Undefined: nobody can be asked, which is an answer as well (`failed`). */
export function askAuthorizer(
  ctx: Context,
  runtime: ConfiguredRuntime,
  ask: Ask,
  { key, ...errand }: Questioner,
  filter: number,
): Asking | undefined {
  const cluster = tablesOf(configurationOf(ctx, runtime)).clusters.get(ask.cluster);
  if (cluster === undefined) return undefined;
  const { check } = ask;
  const version = check.kind === 'grpc' ? 'http2' : 'http1';
  const way = wayTo(ctx, runtime, cluster, {
    ...errand,
    host: check.request.authority,
    tried: [],
    hashed: '',
    version,
  });
  if (way === undefined) return undefined;
  const message = requestMessage(way.version, check.request, check.kind === 'grpc' ? check.message : undefined);
  const self = ctx.self as EntityId<UpstreamAnswer | HttpMessage>;
  ctx.tell(way.pool, { type: 'ask', from: self, key: checkKey(key), request: errand.request, message, later: [] });
  const timer = ctx.timer(exactly(routeTimeout, micros(ask.timeout)), self, { type: 'check-timeout', key });
  return { filter, pool: way.pool, timer };
}

/** What an answer of the pool says; undefined: not yet all. */
export function checkAnswer(answer: UpstreamAnswer): CheckAnswer | undefined {
  if (answer.type === 'upstream-failed') return { kind: 'failed' };
  const response = readResponse(answer.message);
  if (response === undefined) return answer.isEnd ? { kind: 'failed' } : undefined;
  return {
    kind: 'answered',
    response: response.head,
    ...(response.grpc === undefined ? {} : { message: response.grpc }),
  };
}

/** The question is over, answered or not. */
export function stopAsking(ctx: Context, { pool, timer }: Asking, key: number, isAnswered: boolean): void {
  ctx.cancel(timer);
  if (!isAnswered) ctx.tell(pool, { type: 'cancel', from: ctx.self as EntityId<UpstreamAnswer>, key: checkKey(key) });
}
