// The answer of an endpoint on its way back to the client.
import type { Context, EntityId } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import { closeSocket, send } from '../../host/index.ts';
import { asHttp10, headerOf, readResponse } from '../../net/index.ts';
import type { WireMessage } from '../../trace/index.ts';
import { roleOf } from './caller.ts';
import type { Connection, Exchange } from './connection-state.ts';
import { isDraining, takingLeave } from './drain.ts';
import { finish, quietEnd, replaced } from './exchange-log.ts';
import { policyOf, retryLater, tellOutlier } from './http-attempt.ts';
import { answerLocally } from './http-reply.ts';
import { timeoutReply, wouldRetryStatus } from './local-reply.ts';
import { passedResponse, responseChanges } from './messages.ts';
import type { UpstreamAnswer } from './upstream-state.ts';

export function answered(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  answer: Extract<UpstreamAnswer, { type: 'upstream-message' }>,
): Connection | typeof GONE {
  const response = readResponse(answer.message);
  const isFirst = exchange.status === undefined && response !== undefined;
  if (isFirst) tellOutlier(ctx, connection, exchange, { status: response.head.status, isAnswer: true });
  const policy = policyOf(exchange);
  let overflow = '';
  if (isFirst && answer.isEnd && exchange.attempts <= policy.attempts) {
    // A gRPC status in the headers of an answer without messages.
    const grpcStatus = response.grpc === undefined ? response.head.grpcStatus : undefined;
    if (wouldRetryStatus(policy, response.head.status, grpcStatus)) {
      const retried = retryLater(ctx, connection, exchange);
      if (retried !== undefined) return retried;
      overflow = 'UO';
    }
  }
  const message = passed(ctx, connection, exchange, answer.message);
  const told = isFirst ? takingLeave(ctx, connection, exchange) : connection;
  send(ctx, connection.socket, message, { request: exchange.request, stream: exchange.stream });
  if (isFirst && exchange.tryTimer !== undefined) ctx.cancel(exchange.tryTimer);
  const next: Exchange = isFirst ? begun(ctx, exchange, response.head.status) : exchange;
  if (!answer.isEnd) return replaced(told, next);
  const isExhausted =
    overflow === '' &&
    next.status !== undefined &&
    exchange.attempts > 1 &&
    wouldRetryStatus(policy, next.status, undefined);
  const done = finish(ctx, told, next, {
    ...quietEnd(isExhausted ? 'URX' : overflow, 'via_upstream'),
    ...(answer.socket === undefined ? {} : { upstreamSocket: answer.socket }),
  });
  return afterAnswer(ctx, done, exchange, message);
}

/** An answer has begun: what waited for it waits no more, and 101 makes a pipe of bytes. */
function begun(ctx: Context, exchange: Exchange, status: number): Exchange {
  const isUpgraded = status === 101;
  // A pipe has no end that a route's timeout would wait for.
  if (isUpgraded && exchange.timer !== undefined) ctx.cancel(exchange.timer);
  if (exchange.retry !== undefined) ctx.tell(exchange.retry, { type: 'over' });
  const timer = isUpgraded ? undefined : exchange.timer;
  return { ...exchange, status, answeredAt: ctx.now, tryTimer: undefined, retry: undefined, timer, isUpgraded };
}

function passed(ctx: Context, connection: Connection, exchange: Exchange, message: WireMessage): WireMessage {
  const { decision } = exchange;
  if (decision?.kind !== 'forward' || exchange.isUpgraded) return message;
  const role = roleOf(connection);
  const isUpgrade = readResponse(message)?.head.status === 101;
  const isClosing = exchange.version === 'http1' && !isUpgrade && (exchange.isHttp10 || isDraining(ctx, connection));
  const changes = responseChanges(decision, role, isClosing, exchange.responseHeaders);
  const answer = passedResponse(
    message,
    exchange.version,
    isUpgrade ? changes.filter(({ remove }) => remove.length === 0) : changes,
  );
  return exchange.isHttp10 ? asHttp10(answer) : answer;
}

/** What of HTTP/1.1 drains closes with its answer. */
function afterAnswer(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  message: WireMessage,
): Connection | typeof GONE {
  const head = exchange.version === 'http1' ? readResponse(message)?.head : undefined;
  if (head === undefined || headerOf(head, 'connection') !== 'close') return connection;
  closeSocket(ctx, connection.socket);
  return GONE;
}

/** The route's whole time is over. */
export function timedOut(ctx: Context, connection: Connection, exchange: Exchange): Connection {
  if (exchange.status !== undefined) return connection;
  cancelAttempt(ctx, exchange);
  tellOutlier(ctx, connection, exchange, { status: 504, isAnswer: false });
  return answerLocally(ctx, connection, { ...exchange, timer: undefined }, timeoutReply);
}

/**
 * A request is given up with its connection, or with its stream alone (`http2.remote_reset`).
 * Source: envoyproxy/envoy:source/common/http/conn_manager_impl.cc onResetStream, resetAllStreams at 1.37.
 */
export function givenUp(ctx: Context, connection: Connection, exchange: Exchange, details: string): Connection {
  cancelAttempt(ctx, exchange);
  if (exchange.isUpgraded) return finish(ctx, connection, exchange, quietEnd('', 'via_upstream'));
  return finish(ctx, connection, exchange, quietEnd(details === 'http2.remote_reset' ? 'DR' : 'DC', details));
}

function cancelAttempt(ctx: Context, { pool, key }: Exchange): void {
  if (pool !== undefined) ctx.tell(pool, { type: 'cancel', from: ctx.self as EntityId<UpstreamAnswer>, key });
}
