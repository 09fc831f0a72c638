// Requests on a connection that Envoy parses as HTTP: route, endpoint, attempts, answer. One small value a request, no machine.
// Source: envoyproxy/envoy:source/common/router/router.cc; istio/istio:pilot/pkg/networking/core at 1.31.
import type { AnyEntityId, Context, EntityId } from '../../kernel/index.ts';
import { exactly, GONE, micros, NO_RECORD } from '../../kernel/index.ts';
import type { Address, SocketEvent } from '../../host/index.ts';
import { closeSocket, send, socketType } from '../../host/index.ts';
import type { HttpVersion } from '../../net/index.ts';
import { headerOf, http2Goaway, http2Settings, readRequest, readResponse } from '../../net/index.ts';
import type { HttpRequestHead, WireMessage } from '../../trace/index.ts';
import { record, recordCause, traceTime } from '../../trace/index.ts';
import type { RetryPolicy } from '../routing/index.ts';
import { inboundRetry, noRetry, redirectResponse } from '../routing/index.ts';
import { accessLogLine } from './access-log.ts';
import { authorizationChoice, authorizeCaller } from './authorization.ts';
import type { PortFacts } from './chain-decision.ts';
import { logConnection, plainEnd } from './connection-log.ts';
import { inboundPassthroughCluster, indexOf } from './configuration.ts';
import type { Connection, Exchange, Forward, HttpFilter, HttpMessage } from './connection-state.ts';
import type { Transport } from './endpoint-decision.ts';
import { decideEndpoint, endpointInput } from './endpoint-decision.ts';
import { inboundSource, retryBackoff, routeTimeout } from './facts.ts';
import type { LocalReply } from './failure.ts';
import {
  badRequestReply,
  deniedReply,
  failureReply,
  noClusterGatewayReply,
  noClusterReply,
  noHealthyReply,
  noRouteReply,
  reply,
  timeoutReply,
  wouldRetryFailure,
  wouldRetryStatus,
} from './failure.ts';
import type { ResponseChanges } from './messages.ts';
import {
  inboundRequest,
  inboundResponseChanges,
  localReply,
  outboundRequest,
  outboundResponseChanges,
  passedResponse,
} from './messages.ts';
import type { RouteDecision } from './route-decision.ts';
import { decideRoute, routeInput } from './route-decision.ts';
import type { Runtime } from './runtime.ts';
import { configurationOf, runtimeOf } from './runtime.ts';
import { poolKey } from './tcp-proxy.ts';
import { clientContext } from './transport.ts';
import type { UpstreamAnswer, UpstreamId } from './upstream.ts';
import { poolOf, upstreamType } from './upstream.ts';

type Received = Extract<SocketEvent, { type: 'received' }>;

/** What a client sent on a connection that is HTTP. */
export function receiveHttp(
  ctx: Context,
  connection: Connection,
  filter: HttpFilter,
  event: Received,
): Connection | typeof GONE {
  const request = readRequest(event.message);
  if (request !== undefined) {
    const exchange: Exchange = {
      key: connection.nextKey,
      stream: event.stream,
      request: event.request,
      message: event.message,
      head: request.head,
      version: request.version,
      startedAt: ctx.now,
      plan: undefined,
      attempts: 0,
      tried: [],
      pool: undefined,
      address: undefined,
      cluster: '',
      status: undefined,
      answeredAt: undefined,
      timer: undefined,
    };
    const next: Connection = {
      ...connection,
      nextKey: connection.nextKey + 1,
      exchanges: [...connection.exchanges, exchange],
    };
    return filter.side === 'outbound'
      ? route(ctx, next, exchange, filter.routes)
      : admit(ctx, next, exchange, filter.port);
  }
  if (event.message.layer === 'http2') return otherFrames(ctx, connection, event);
  // No HTTP on a connection that has to be: the codec gives up.
  const { head, flags, details } = badRequestReply;
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

function otherFrames(ctx: Context, connection: Connection, event: Received): Connection {
  const { message } = event;
  if (message.layer !== 'http2') return connection;
  if (message.frames.some((frame) => frame.frame === 'PREFACE')) send(ctx, connection.socket, http2Settings);
  const exchange = connection.exchanges.find((candidate) => candidate.stream === event.stream);
  if (exchange?.pool === undefined || event.stream === 0) return connection;
  const from = ctx.self as EntityId<UpstreamAnswer>;
  if (message.frames.some((frame) => frame.frame === 'RST_STREAM')) {
    ctx.tell(exchange.pool, { type: 'cancel', from, key: exchange.key });
    return finish(ctx, connection, exchange, {
      flags: 'DC',
      details: 'downstream_remote_disconnect',
      transportFailure: '',
      bytes: 0,
    });
  }
  ctx.tell(exchange.pool, { type: 'more', from, key: exchange.key, message });
  return connection;
}

/** Answers of upstreams and timers of requests. */
export function handleHttp(ctx: Context, connection: Connection, message: HttpMessage): Connection | typeof GONE {
  const exchange = connection.exchanges.find((candidate) => candidate.key === message.key);
  if (exchange === undefined) return connection;
  switch (message.type) {
    case 'upstream-message':
      return answered(ctx, connection, exchange, message);
    case 'upstream-failed':
      return attemptFailed(ctx, connection, exchange, message);
    case 'retry':
      return attempt(ctx, connection, exchange);
    case 'route-timeout': {
      if (exchange.status !== undefined) return connection;
      if (exchange.pool !== undefined)
        ctx.tell(exchange.pool, { type: 'cancel', from: ctx.self as EntityId<UpstreamAnswer>, key: exchange.key });
      return answerLocally(ctx, connection, { ...exchange, timer: undefined }, timeoutReply);
    }
  }
}

/** The client closed: what is under way is given up. */
export function clientGone(ctx: Context, connection: Connection): void {
  for (const exchange of connection.exchanges) {
    if (exchange.pool !== undefined)
      ctx.tell(exchange.pool, { type: 'cancel', from: ctx.self as EntityId<UpstreamAnswer>, key: exchange.key });
    finish(ctx, connection, exchange, {
      flags: 'DC',
      details: 'downstream_remote_disconnect',
      transportFailure: '',
      bytes: 0,
    });
  }
}

// --- outbound: route, then endpoint

function route(ctx: Context, connection: Connection, exchange: Exchange, name: string): Connection | typeof GONE {
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime?.document === undefined) return GONE;
  const routes = indexOf(configurationOf(ctx, runtime)).routes.get(name);
  if (routes === undefined) return answerLocally(ctx, connection, exchange, noRouteReply);
  let drawn = 0;
  const decision = decideRoute(routes, exchange.head, (bound) => (drawn = ctx.draw('choice', bound)));
  recordCause(ctx, 'decision', {
    point: 'sidecar.outbound.route',
    subject: connection.process,
    connection: connection.connection,
    request: exchange.request,
    chosen: decision.chosen,
    input: routeInput(routes, exchange.head, drawn),
    configuration: runtime.document,
    origin: decision.kind === 'no-route' ? {} : decision.route.origin,
  });
  switch (decision.kind) {
    case 'no-route':
      return answerLocally(ctx, connection, exchange, noRouteReply);
    case 'reply':
      return answerLocally(ctx, connection, exchange, routeReply(exchange.head, decision), decision.route.name);
    case 'forward':
      return forward(ctx, connection, exchange, decision);
  }
}

function routeReply(head: HttpRequestHead, { route: found }: Extract<RouteDecision, { kind: 'reply' }>): LocalReply {
  const { action } = found;
  switch (action.kind) {
    case 'direct':
      return reply(action.status, action.body, 'direct_response');
    case 'redirect': {
      const { status, headers } = redirectResponse(head, found, action);
      return reply(status, '', 'direct_response', '', headers);
    }
    case 'forward':
      return noRouteReply;
  }
}

function forward(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  decision: Forward,
): Connection | typeof GONE {
  const { action } = decision.route;
  const timeout = action.kind === 'forward' ? action.timeout : 0;
  const message: HttpMessage = { type: 'route-timeout', key: exchange.key };
  const timer =
    timeout === 0
      ? undefined
      : ctx.timer(exactly(routeTimeout, micros(timeout)), ctx.self as EntityId<HttpMessage>, message);
  return attempt(ctx, connection, {
    ...exchange,
    plan: { side: 'outbound', forward: decision },
    cluster: decision.target.cluster,
    timer,
  });
}

// --- inbound: authorization, then the application

function admit(ctx: Context, connection: Connection, exchange: Exchange, port: PortFacts): Connection | typeof GONE {
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime?.document === undefined) return GONE;
  const { authorization } = configurationOf(ctx, runtime).inbound;
  if (authorization.length > 0) {
    const { principal, sni, local, peer } = connection;
    const caller = { principal, sni, sourceIp: peer.ip, destinationIp: local.ip, port: local.port };
    const { verdict, input } = authorizeCaller(authorization, caller, exchange.head);
    recordCause(ctx, 'decision', {
      point: 'sidecar.inbound.authz',
      subject: connection.process,
      connection: connection.connection,
      request: exchange.request,
      chosen: authorizationChoice(verdict),
      input,
      configuration: runtime.document,
      origin: verdict.policy?.origin ?? {},
    });
    if (!verdict.allowed)
      return answerLocally(ctx, connection, { ...exchange, cluster: port.cluster }, deniedReply(verdict.detail));
  }
  return attempt(ctx, connection, { ...exchange, plan: { side: 'inbound', port }, cluster: port.cluster });
}

// --- attempts

function attempt(ctx: Context, connection: Connection, exchange: Exchange): Connection | typeof GONE {
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime === undefined || exchange.plan === undefined) return GONE;
  if (exchange.plan.side === 'inbound')
    return attemptInbound(ctx, connection, exchange, { runtime, port: exchange.plan.port });
  return attemptOutbound(ctx, connection, exchange, { runtime, forward: exchange.plan.forward });
}

function attemptOutbound(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  way: { readonly runtime: Runtime; readonly forward: Forward },
): Connection | typeof GONE {
  const { runtime, forward: decided } = way;
  const configuration = configurationOf(ctx, runtime);
  const cluster = indexOf(configuration).clusters.get(exchange.cluster);
  if (cluster === undefined || runtime.document === undefined) {
    const { action } = decided.route;
    const isGateway = action.kind === 'forward' && action.missingCluster === 500;
    return answerLocally(ctx, connection, exchange, isGateway ? noClusterGatewayReply : noClusterReply);
  }
  const version = cluster.protocol === 'downstream' ? exchange.version : cluster.protocol;
  const keyOf = (address: Address, transport: Transport): string =>
    poolKey(connection.process, cluster.name, address, `${transport} ${version}`);
  const decision = decideEndpoint(cluster, {
    original: connection.local,
    tried: exchange.tried,
    draw: (bound) => ctx.draw('choice', bound),
    active: ({ address, port }, transport) => activeRequests(ctx, keyOf({ ip: address, port }, transport)),
  });
  recordCause(ctx, 'decision', {
    point: 'sidecar.outbound.endpoint',
    subject: connection.process,
    connection: connection.connection,
    request: exchange.request,
    chosen: decision.chosen,
    input: endpointInput(cluster, connection.local, exchange.tried, decision),
    configuration: runtime.document,
    origin: cluster.origin,
  });
  const { address, transport } = decision;
  if (address === undefined) return answerLocally(ctx, connection, exchange, noHealthyReply);
  const pool = poolOf(ctx, keyOf(address, transport), () => ({
    process: connection.process,
    netns: runtime.netns,
    address,
    version,
    tls: clientContext(cluster, transport, version, runtime.credential),
    source: undefined,
  }));
  return ask(ctx, connection, exchange, {
    pool,
    address,
    message: outboundRequest(exchange.message, decided, version, exchange.attempts + 1),
  });
}

function activeRequests(ctx: Context, key: string): number {
  const pool = ctx.find(upstreamType, key);
  return pool === undefined ? 0 : (ctx.read(upstreamType, pool)?.active ?? 0);
}

function attemptInbound(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  way: { readonly runtime: Runtime; readonly port: PortFacts },
): Connection {
  const { runtime, port } = way;
  const address: Address = { ip: runtime.address, port: connection.local.port };
  const version: HttpVersion = port.isHttp2
    ? 'http2'
    : port.protocol === 'sniffed' || port.cluster === inboundPassthroughCluster
      ? exchange.version
      : 'http1';
  const pool = poolOf(ctx, poolKey(connection.process, port.cluster, address, version), () => ({
    process: connection.process,
    netns: runtime.netns,
    address,
    version,
    tls: undefined,
    source: inboundSource,
  }));
  const message = inboundRequest(exchange.message, version, {
    client: connection.principal,
    server: runtime.credential?.san[0] ?? '',
  });
  return ask(ctx, connection, exchange, { pool, address, message });
}

function ask(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  to: { readonly pool: UpstreamId; readonly address: Address; readonly message: WireMessage },
): Connection {
  const { pool, address, message } = to;
  ctx.tell(pool, {
    type: 'ask',
    from: ctx.self as EntityId<UpstreamAnswer>,
    key: exchange.key,
    request: exchange.request,
    message,
  });
  return replaced(connection, { ...exchange, pool, address, attempts: exchange.attempts + 1 });
}

function policyOf(exchange: Exchange): RetryPolicy {
  const { plan } = exchange;
  if (plan?.side === 'inbound') return isGrpc(exchange.head) ? noRetry : inboundRetry;
  return plan?.forward.route.action.kind === 'forward' ? plan.forward.route.action.retry : noRetry;
}

function attemptFailed(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  answer: Extract<UpstreamAnswer, { type: 'upstream-failed' }>,
): Connection | typeof GONE {
  const { failure, detail } = answer;
  if (exchange.status !== undefined) {
    // The answer had begun: the client's stream is reset, or its HTTP/1.1 connection ends.
    const rest = finish(ctx, connection, exchange, {
      flags: 'UC',
      details: 'upstream_reset_after_response_started{connection_termination}',
      transportFailure: '',
      bytes: 0,
    });
    if (exchange.version === 'http2') {
      send(ctx, connection.socket, resetFrame, { request: exchange.request, stream: exchange.stream });
      return rest;
    }
    closeSocket(ctx, connection.socket);
    return GONE;
  }
  const policy = policyOf(exchange);
  const wouldRetry = wouldRetryFailure(policy, failure);
  if (wouldRetry && exchange.attempts <= policy.attempts) return retryLater(ctx, connection, exchange);
  const exhausted = wouldRetry && policy.attempts > 0;
  return answerLocally(
    ctx,
    connection,
    exchange,
    failureReply(failure, detail, { retried: exchange.attempts > 1, exhausted }),
  );
}

/** Source: envoyproxy/envoy:source/common/http/http2/codec_impl.cc reasonToReset. */
const resetFrame: WireMessage = { layer: 'http2', frames: [{ frame: 'RST_STREAM', error: 'NO_ERROR' }] };

function retryLater(ctx: Context, connection: Connection, exchange: Exchange): Connection {
  const message: HttpMessage = { type: 'retry', key: exchange.key };
  ctx.schedule(retryBackoff(exchange.attempts), ctx.self as EntityId<HttpMessage>, message);
  const tried = exchange.address === undefined ? exchange.tried : [...exchange.tried, exchange.address.ip];
  return replaced(connection, { ...exchange, tried, pool: undefined });
}

// --- answers

function answered(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  answer: Extract<UpstreamAnswer, { type: 'upstream-message' }>,
): Connection | typeof GONE {
  const response = readResponse(answer.message);
  const isFirst = exchange.status === undefined && response !== undefined;
  if (isFirst && answer.isEnd && exchange.attempts <= policyOf(exchange).attempts) {
    const { status } = response.head;
    // A gRPC status in the headers of an answer without messages.
    const grpcStatus = response.grpc === undefined ? response.head.grpcStatus : undefined;
    if (wouldRetryStatus(policyOf(exchange), status, grpcStatus)) return retryLater(ctx, connection, exchange);
  }
  const changes = responseChanges(ctx, connection, exchange);
  const message = passedResponse(answer.message, exchange.version, changes);
  send(ctx, connection.socket, message, { request: exchange.request, stream: exchange.stream });
  const next: Exchange = isFirst ? { ...exchange, status: response.head.status, answeredAt: ctx.now } : exchange;
  if (!answer.isEnd) return replaced(connection, next);
  const exhausted =
    next.status !== undefined && exchange.attempts > 1 && wouldRetryStatus(policyOf(exchange), next.status, undefined);
  const done = finish(ctx, connection, next, {
    flags: exhausted ? 'URX' : '',
    details: 'via_upstream',
    transportFailure: '',
    bytes: 0,
    upstreamSocket: answer.socket,
  });
  return afterAnswer(ctx, done, exchange, message);
}

function responseChanges(ctx: Context, connection: Connection, exchange: Exchange): ResponseChanges {
  const { plan } = exchange;
  if (plan?.side === 'outbound') return outboundResponseChanges(plan.forward);
  return inboundResponseChanges(
    exchange.version === 'http1' && runtimeOf(ctx, connection.runtime)?.isDraining === true,
  );
}

/** A draining server's connections end with the answer: HTTP/1.1 closes, HTTP/2 says GOAWAY. */
function afterAnswer(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  message: WireMessage,
): Connection | typeof GONE {
  if (
    connection.side === 'inbound' &&
    exchange.version === 'http2' &&
    connection.exchanges.length === 0 &&
    runtimeOf(ctx, connection.runtime)?.isDraining === true
  ) {
    send(ctx, connection.socket, http2Goaway);
    return connection;
  }
  const head = exchange.version === 'http1' ? readResponse(message)?.head : undefined;
  if (head === undefined || headerOf(head, 'connection') !== 'close') return connection;
  closeSocket(ctx, connection.socket);
  return GONE;
}

function isGrpc(head: HttpRequestHead): boolean {
  return headerOf(head, 'content-type')?.startsWith('application/grpc') === true;
}

function answerLocally(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  local: LocalReply,
  routeName?: string,
): Connection {
  const message = localReply(exchange.version, isGrpc(exchange.head), local.head);
  send(ctx, connection.socket, message, { request: exchange.request, stream: exchange.stream });
  const { flags, details, transportFailure } = local;
  const next: Exchange = { ...exchange, status: local.head.status };
  return finish(ctx, connection, next, {
    flags,
    details,
    transportFailure,
    bytes: local.head.body?.length ?? 0,
    ...(routeName === undefined ? {} : { routeName }),
  });
}

interface Outcome {
  readonly flags: string;
  readonly details: string;
  readonly transportFailure: string;
  readonly bytes: number;
  readonly upstreamSocket?: AnyEntityId;
  readonly routeName?: string;
}

/** Takes a request off its connection and writes its line. */
function finish(ctx: Context, connection: Connection, exchange: Exchange, outcome: Outcome): Connection {
  if (exchange.timer !== undefined) ctx.cancel(exchange.timer);
  const { head, version, plan } = exchange;
  const upstreamLocal =
    outcome.upstreamSocket === undefined ? undefined : ctx.read(socketType, outcome.upstreamSocket)?.local;
  const line = accessLogLine({
    startedAt: traceTime(ctx, exchange.startedAt),
    now: traceTime(ctx, ctx.now),
    request: `${head.method} ${head.path} ${version === 'http1' ? 'HTTP/1.1' : 'HTTP/2'}`,
    status: exchange.status ?? 0,
    flags: outcome.flags,
    details: outcome.details,
    terminationDetails: '',
    transportFailure: outcome.transportFailure,
    bytesSent: outcome.bytes,
    serviceTime: exchange.answeredAt === undefined ? undefined : exchange.answeredAt - exchange.startedAt,
    userAgent: headerOf(head, 'user-agent') ?? '',
    requestId: exchange.request === NO_RECORD ? undefined : exchange.request,
    authority: head.authority,
    upstream: exchange.address,
    upstreamLocal,
    cluster: exchange.cluster,
    downstreamLocal: connection.local,
    downstreamRemote: connection.peer,
    sni: connection.sni,
    route: outcome.routeName ?? (plan?.side === 'outbound' ? plan.forward.route.name : 'default'),
  });
  record(ctx, 'log', {
    process: connection.process,
    connection: connection.connection,
    request: exchange.request,
    line,
  });
  return { ...connection, exchanges: connection.exchanges.filter((candidate) => candidate.key !== exchange.key) };
}

function replaced(connection: Connection, exchange: Exchange): Connection {
  return {
    ...connection,
    exchanges: connection.exchanges.map((candidate) => (candidate.key === exchange.key ? exchange : candidate)),
  };
}
