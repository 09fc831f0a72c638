// The route of a request: found as soon as its head is there, acted on once every filter has let it pass.
import type { Context, EntityId } from '../../kernel/index.ts';
import { exactly, GONE, micros } from '../../kernel/index.ts';
import { resetSocket, send } from '../../host/index.ts';
import type { JsonObject } from '../../manifests/index.ts';
import { redirectResponse } from '../routing/index.ts';
import type { Mirror, RouteConfiguration, RouteMatch } from '../routing/index.ts';
import type { HttpRequestHead } from '../../trace/index.ts';
import { recordCause } from '../../trace/index.ts';
import type { FilterMetadata } from '../authz/index.ts';
import { resetStream } from '../hbone/index.ts';
import { callerOf, schemeOf } from './caller.ts';
import type { HttpConnectionManager } from './configuration.ts';
import type { Connection, Exchange, HttpMessage } from './connection-state.ts';
import { routeTimeout } from './facts.ts';
import { attempt } from './http-attempt.ts';
import { answerLocally } from './http-reply.ts';
import type { LocalReply } from './local-reply.ts';
import { noRouteReply, reply, tlsRedirectReply } from './local-reply.ts';
import { upstreamRequest } from './messages.ts';
import { wayTo } from './pools.ts';
import type { Forward, RouteDecision } from './route-decision.ts';
import { decideRoute, plainContexts, routeInput } from './route-decision.ts';
import type { ConfiguredRuntime } from './runtime.ts';
import { configurationOf, runtimeOf } from './runtime.ts';
import { tablesOf } from './tables.ts';
import type { UpstreamAnswer } from './upstream-state.ts';

/** Decides the route and records it. What a server's proxy does with its one route is no decision. */
export function routed(
  ctx: Context,
  runtime: ConfiguredRuntime,
  connection: Connection,
  exchange: Exchange,
  manager: HttpConnectionManager,
): Exchange {
  const routes = routesOf(ctx, runtime, manager);
  if (routes === undefined) return { ...exchange, decision: { kind: 'no-route', chosen: 'no route configuration' } };
  const { head } = exchange;
  const scheme = schemeOf(head, connection.isTls, manager);
  const claims = claimsOf(exchange.metadata);
  const request = { head, context: claims === undefined ? plainContexts[scheme] : { scheme, claims } };
  let drawn = 0;
  const decision = decideRoute(routes, request, (bound) => (drawn = ctx.draw('choice', bound)));
  if (manager.role !== 'inbound') {
    recordCause(ctx, 'decision', {
      point: 'envoy.route',
      subject: connection.process,
      connection: connection.connection,
      request: exchange.request,
      chosen: decision.chosen,
      input: routeInput(routes.name, connection.place ?? nowhere, request, drawn),
      // Routes of a chain's own are as old as the chain.
      configuration: (manager.routes.kind === 'inline' ? connection.drains?.document : undefined) ?? runtime.document,
      origin: 'route' in decision ? decision.route.origin : {},
    });
  }
  return { ...exchange, decision, cluster: decision.kind === 'forward' ? decision.target.cluster : '' };
}

const nowhere = { listener: '', chain: '' };

/** What the token said that a JWT filter accepted; undefined without one. */
function claimsOf(metadata: FilterMetadata): JsonObject | undefined {
  const payload = metadata['envoy.filters.http.jwt_authn']?.['payload'];
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return undefined;
  return payload as JsonObject; // neither a text, a number nor a list
}

/**
 * Whether a route may come out otherwise once a token was read, by what it says or by headers made of it; sidecars read none before a route.
 * Source: istio/istio:pilot/pkg/security/authn/policy_applier.go convertToEnvoyJwtConfig (ClearRouteCache).
 */
export function routesByToken(ctx: Context, runtime: ConfiguredRuntime, manager: HttpConnectionManager): boolean {
  const routes = routesOf(ctx, runtime, manager);
  return routes?.virtualHosts.some((host) => host.routes.some(({ match }) => readsToken(match))) === true;
}

function readsToken({ claims, headers }: RouteMatch): boolean {
  return claims.length + headers.length > 0;
}

function routesOf(
  ctx: Context,
  runtime: ConfiguredRuntime,
  { routes }: HttpConnectionManager,
): RouteConfiguration | undefined {
  return routes.kind === 'inline' ? routes.routes : tablesOf(configurationOf(ctx, runtime)).routes.get(routes.name);
}

// --- the router

/** What the router does with a request. */
export function act(ctx: Context, connection: Connection, exchange: Exchange): Connection | typeof GONE {
  const { decision } = exchange;
  if (decision?.kind === 'forward') return forward(ctx, connection, exchange, decision);
  if (decision?.kind === 'undefined') return refuseToPredict(ctx, connection, exchange);
  return answerLocally(ctx, connection, exchange, replyOf(exchange.head, decision, connection));
}

/** No answer and no line of a log: either would tell what nobody knows. */
function refuseToPredict(ctx: Context, connection: Connection, exchange: Exchange): Connection | typeof GONE {
  const { version, request, stream, key } = exchange;
  if (version === 'http1') {
    resetSocket(ctx, connection.socket);
    return GONE;
  }
  send(ctx, connection.socket, resetStream, { request, stream });
  return { ...connection, exchanges: connection.exchanges.filter((candidate) => candidate.key !== key) };
}

function replyOf(
  head: HttpRequestHead,
  decision: Exclude<RouteDecision, Forward | { kind: 'undefined' }> | undefined,
  connection: Connection,
): LocalReply {
  if (decision === undefined || decision.kind === 'no-route') return noRouteReply;
  if (decision.kind === 'tls-redirect') return tlsRedirectReply(head);
  const { route } = decision;
  const { action } = route;
  switch (action.kind) {
    case 'direct':
      return reply(action.status, action.body, 'direct_response');
    case 'redirect': {
      const { state, isTls } = connection;
      const scheme = state.kind === 'http' ? schemeOf(head, isTls, state.manager) : 'http';
      const { status, headers } = redirectResponse(head, route, action, scheme);
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
  const { timeout = 0, mirrors = [] } = action.kind === 'forward' ? action : {};
  const message: HttpMessage = { type: 'route-timeout', key: exchange.key };
  const timer =
    timeout === 0
      ? undefined
      : ctx.timer(exactly(routeTimeout, micros(timeout)), ctx.self as EntityId<HttpMessage>, message);
  const next = attempt(ctx, connection, timer === undefined ? exchange : { ...exchange, timer });
  let mirrored = next;
  for (const mirror of mirrors)
    if (typeof mirrored === 'object') mirrored = mirrorTo(ctx, mirrored, exchange, decision, mirror);
  return mirrored;
}

/** A copy whose answer nobody reads: the pool knows it by a key that is no request's. */
function mirrorTo(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  decision: Forward,
  mirror: Mirror,
): Connection {
  const runtime = runtimeOf(ctx, connection.runtime);
  const { state } = connection;
  if (runtime === undefined || state.kind !== 'http') return connection;
  if (mirror.share < 1_000_000 && ctx.draw('choice', 1_000_000) >= mirror.share) return connection;
  const cluster = tablesOf(configurationOf(ctx, runtime)).clusters.get(mirror.cluster);
  if (cluster === undefined) return connection;
  const way = wayTo(ctx, runtime, cluster, {
    process: connection.process,
    connection: connection.connection,
    request: exchange.request,
    original: connection.local,
    host: exchange.head.authority.replace(/:\d+$/, ''),
    tried: [],
    hashed: '',
    version: exchange.version,
  });
  if (way === undefined) return connection;
  const caller = callerOf(connection, state.manager, runtime.credential);
  const message = upstreamRequest(exchange.message, decision, way.version, 1, caller);
  const { request, later } = exchange;
  const key = connection.nextKey;
  ctx.tell(way.pool, { type: 'ask', from: ctx.self as EntityId<UpstreamAnswer>, key, request, message, later });
  return { ...connection, nextKey: key + 1 };
}
