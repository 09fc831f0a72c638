// Requests on a connection that Envoy parses as HTTP: from their first bytes to their last. One small value a request, no machine.
// Each step has a file of its own: filters, route, attempt, answer, reply, log.
// Not modelled: bodies that come in pieces on HTTP/1.1, pipelining, flow control.
import type { Context, EntityId } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { SocketEvent } from '../../host/index.ts';
import { closeSocket, send } from '../../host/index.ts';
import { http2Settings, isHttp10, readRequest, withRequestHead } from '../../net/index.ts';
import type { ReadRequest } from '../../net/index.ts';
import { normalisePath } from '../authz/index.ts';
import { checkAnswer, stopAsking } from './check.ts';
import type { CodecRefusal } from './codec-refusal.ts';
import { recordRefusal, refusals } from './codec-refusal.ts';
import type { HttpConnectionManager } from './configuration.ts';
import { logConnection, plainEnd } from './connection-log.ts';
import type { Connection, Exchange, HttpMessage } from './connection-state.ts';
import { checkKey } from './connection-state.ts';
import { replaced } from './exchange-log.ts';
import { answered, givenUp, timedOut } from './http-answer.ts';
import { attempt, attemptFailed, tryTimedOut } from './http-attempt.ts';
import { authorizerAnswered, faultOver, firstFilters } from './http-filter.ts';
import { answerLocally } from './http-reply.ts';
import { routed } from './http-route.ts';
import { noHostReply, reply } from './local-reply.ts';
import { localReply } from './messages.ts';
import { runtimeOf } from './runtime.ts';
import type { UpstreamAnswer } from './upstream-state.ts';

type Received = Extract<SocketEvent, { type: 'received' }>;

/** What a client sent on a connection that is HTTP. */
export function receiveHttp(
  ctx: Context,
  connection: Connection,
  manager: HttpConnectionManager,
  event: Received,
): Connection | typeof GONE {
  const request = readRequest(event.message);
  if (request !== undefined && (manager.acceptsHttp10 || !isHttp10(event.message)))
    return begin(ctx, connection, manager, request, event);
  if (request !== undefined) return refused(ctx, connection, event, 'http10');
  if (event.message.layer === 'http2') return otherFrames(ctx, connection, event);
  const upgraded = connection.exchanges.find((exchange) => exchange.isUpgraded);
  if (upgraded !== undefined) return passOn(ctx, connection, upgraded, event);
  return refused(ctx, connection, event, 'no-http');
}

/** The codec gives up: no HTTP on a connection that has to be, or HTTP/1.0 where it is not taken. */
function refused(ctx: Context, connection: Connection, event: Received, what: CodecRefusal): typeof GONE {
  recordRefusal(ctx, connection, event.request, what);
  const { head, flags, details } = refusals[what];
  send(ctx, connection.socket, localReply('http1', false, head), { request: event.request });
  logConnection(ctx, connection, {
    ...plainEnd,
    request: '- - HTTP/1.1',
    status: head.status,
    flags,
    details,
    bytesSent: head.body?.length ?? 0,
  });
  closeSocket(ctx, connection.socket);
  return GONE;
}

function begin(
  ctx: Context,
  connection: Connection,
  manager: HttpConnectionManager,
  request: ReadRequest,
  event: Received,
): Connection | typeof GONE {
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime === undefined) return GONE;
  const { head: written, version } = request;
  const is10 = isHttp10(event.message);
  const path = normalisePath(written.path, manager.pathNormalization);
  const authority = manager.stripsPort ? written.authority.replace(/:\d+$/, '') : written.authority;
  const isChanged = (path !== undefined && path !== written.path) || authority !== written.authority;
  const head = isChanged ? { ...written, path: path ?? written.path, authority } : written;
  const exchange: Exchange = {
    key: connection.nextKey,
    stream: event.stream,
    request: event.request,
    // Upstreams are spoken to in HTTP/1.1, whatever the client spoke.
    message: isChanged || is10 ? withRequestHead(event.message, version, head) : event.message,
    head,
    received: written,
    version,
    isHttp10: is10,
    startedAt: ctx.now,
    rateLimits: manager.rateLimits,
    metadata: {},
    responseHeaders: [],
    decision: undefined,
    answers: {},
    asking: undefined,
    flags: '',
    attempts: 0,
    tried: [],
    pool: undefined,
    address: undefined,
    cluster: '',
    status: undefined,
    answeredAt: undefined,
    timer: undefined,
    tryTimer: undefined,
    retry: undefined,
    later: [],
    isUpgraded: false,
  };
  const nextKey = connection.nextKey + 1;
  const begun: Connection = { ...connection, nextKey, exchanges: [...connection.exchanges, exchange] };
  if (authority === '') return answerLocally(ctx, begun, exchange, noHostReply);
  if (path === undefined) return answerLocally(ctx, begun, exchange, reply(400, '', 'path_normalization_failed'));
  return firstFilters(ctx, begun, routed(ctx, runtime, begun, exchange, manager), manager);
}

function otherFrames(ctx: Context, connection: Connection, event: Received): Connection {
  const { message } = event;
  if (message.layer !== 'http2') return connection;
  if (message.frames.some((frame) => frame.frame === 'PREFACE')) send(ctx, connection.socket, http2Settings);
  const exchange = connection.exchanges.find((candidate) => candidate.stream === event.stream);
  if (exchange === undefined || event.stream === 0) return connection;
  if (message.frames.some((frame) => frame.frame === 'RST_STREAM'))
    return givenUp(ctx, connection, exchange, 'http2.remote_reset');
  return passOn(ctx, connection, exchange, event);
}

/** More of a request: on to where it went, and kept for attempts to come. */
function passOn(ctx: Context, connection: Connection, exchange: Exchange, { message }: Received): Connection {
  const { pool, key, isUpgraded } = exchange;
  if (pool !== undefined) ctx.tell(pool, { type: 'more', from: ctx.self as EntityId<UpstreamAnswer>, key, message });
  const isOver = isUpgraded || exchange.status !== undefined;
  return isOver ? connection : replaced(connection, { ...exchange, later: [...exchange.later, message] });
}

/** Answers of upstreams and timers of requests. */
export function handleHttp(ctx: Context, connection: Connection, message: HttpMessage): Connection | typeof GONE {
  if (message.key < 0 && 'type' in message && isAnswer(message)) return hearAuthorizer(ctx, connection, message);
  const exchange = connection.exchanges.find((candidate) => candidate.key === message.key);
  if (exchange === undefined) return connection;
  switch (message.type) {
    case 'upstream-message':
      return answered(ctx, connection, exchange, message);
    case 'upstream-failed':
      return attemptFailed(ctx, connection, exchange, message);
    case 'retry':
      return attempt(ctx, connection, exchange);
    case 'try-timeout':
      return message.attempt === exchange.attempts ? tryTimedOut(ctx, connection, exchange) : connection;
    case 'fault-over':
      return faultOver(ctx, connection, exchange, message.isAborted);
    case 'check-timeout':
      if (exchange.asking === undefined) return connection;
      stopAsking(ctx, exchange.asking, exchange.key, false);
      return authorizerAnswered(ctx, connection, exchange, { kind: 'failed' });
    case 'route-timeout':
      return timedOut(ctx, connection, exchange);
  }
}

function isAnswer(message: HttpMessage): message is UpstreamAnswer {
  return message.type === 'upstream-message' || message.type === 'upstream-failed';
}

function hearAuthorizer(ctx: Context, connection: Connection, message: UpstreamAnswer): Connection | typeof GONE {
  const exchange = connection.exchanges.find((candidate) => checkKey(candidate.key) === message.key);
  const answer = checkAnswer(message);
  if (exchange?.asking === undefined || answer === undefined) return connection;
  stopAsking(ctx, exchange.asking, exchange.key, true);
  return authorizerAnswered(ctx, connection, exchange, answer);
}

/** The connection is gone: what is under way is given up. `details`: by whom it was closed; default: by the client. */
export function clientGone(ctx: Context, connection: Connection, details?: string): void {
  for (const exchange of connection.exchanges) {
    if (exchange.asking !== undefined) stopAsking(ctx, exchange.asking, exchange.key, false);
    givenUp(ctx, connection, exchange, details ?? 'downstream_remote_disconnect');
  }
}
