// The filters of an HTTP chain before its router, in Envoy's order: those that may refuse, then fault, then CORS.
// Source: istio/istio:pilot/pkg/networking/core/listener_builder.go; envoyproxy/envoy:source/extensions/filters/http/{fault,cors} at 1.37.
import type { Context, EntityId } from '../../kernel/index.ts';
import { exactly, GONE, micros } from '../../kernel/index.ts';
import { headerOf, withRequestHead } from '../../net/index.ts';
import type { HeaderList, HttpRequestHead } from '../../trace/index.ts';
import { recordCause, traceTime } from '../../trace/index.ts';
import type { AuthCall, CheckAnswer } from '../authz/index.ts';
import { unixSeconds } from '../authz/index.ts';
import type { CorsPolicy, Route } from '../routing/index.ts';
import { valueHolds } from '../routing/index.ts';
import { authOf } from './auth.ts';
import { callerOf, remoteAddress } from './caller.ts';
import { askAuthorizer } from './check.ts';
import type { HttpConnectionManager } from './configuration.ts';
import type { Connection, Exchange, HttpMessage } from './connection-state.ts';
import { replaced } from './exchange-log.ts';
import { faultDelay } from './facts.ts';
import { decideFault, faultChoice } from './fault.ts';
import { answerLocally } from './http-reply.ts';
import { act, routed, routesByToken } from './http-route.ts';
import { abortReply, deniedReply, reply } from './local-reply.ts';
import { passRateLimits } from './rate-limit-filter.ts';
import type { ConfiguredRuntime } from './runtime.ts';
import { runtimeOf } from './runtime.ts';

/** What a request meets first of all, once its route is known. */
export function firstFilters(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  manager: HttpConnectionManager,
): Connection | typeof GONE {
  if (exchange.rateLimits.length === 0) return passFilters(ctx, connection, exchange, manager);
  const passage = passRateLimits(ctx, connection, exchange, 'first');
  if (passage.kind === 'answered') return passage.connection;
  return passFilters(ctx, replaced(connection, passage.exchange), passage.exchange, manager);
}

/** Runs the filters that may refuse; with new answers of authorizers, once more from the first. */
function passFilters(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  manager: HttpConnectionManager,
): Connection | typeof GONE {
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime === undefined) return GONE;
  const { filters } = manager;
  if (filters.length === 0) return fault(ctx, connection, exchange);
  const place = connection.place ?? { listener: '', chain: '' };
  const call = callFor(ctx, runtime, connection, exchange, manager);
  const { outcome, input } = authOf(filters, place, call, exchange.answers);
  recordCause(ctx, 'decision', {
    point: 'envoy.auth',
    subject: connection.process,
    connection: connection.connection,
    request: exchange.request,
    chosen: outcome.chosen,
    input,
    configuration: connection.drains?.document ?? runtime.document,
    origin: outcome.origin,
  });
  const { verdict } = outcome;
  switch (verdict.kind) {
    case 'deny':
      return answerLocally(ctx, connection, exchange, deniedReply(verdict));
    case 'ask': {
      const questioner = {
        process: connection.process,
        connection: connection.connection,
        request: exchange.request,
        original: connection.local,
        key: exchange.key,
      };
      const asking = askAuthorizer(ctx, runtime, verdict, questioner, outcome.filter);
      if (asking !== undefined) return replaced(connection, { ...exchange, asking });
      const answers = { ...exchange.answers, [outcome.filter]: { kind: 'failed' } as const };
      return passFilters(ctx, connection, { ...exchange, answers }, manager);
    }
    case 'continue': {
      const { request = exchange.head, metadata, responseHeaders } = verdict;
      const message =
        request === exchange.head ? exchange.message : withRequestHead(exchange.message, exchange.version, request);
      const passed: Exchange = { ...exchange, head: request, message, metadata, responseHeaders };
      const isRead = Object.keys(metadata).length > 0 && routesByToken(ctx, runtime, manager);
      return fault(ctx, connection, isRead ? routed(ctx, runtime, connection, passed, manager) : passed);
    }
  }
}

/** An authorizer answered, or did not in time. */
export function authorizerAnswered(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  answer: CheckAnswer,
): Connection | typeof GONE {
  const { asking } = exchange;
  if (asking === undefined || connection.state.kind !== 'http') return connection;
  const answers = { ...exchange.answers, [asking.filter]: answer };
  return passFilters(ctx, connection, { ...exchange, answers, asking: undefined }, connection.state.manager);
}

function callFor(
  ctx: Context,
  runtime: ConfiguredRuntime,
  connection: Connection,
  { head }: Exchange,
  manager: HttpConnectionManager,
): AuthCall {
  const { principal, sni, local, direct } = connection;
  const caller = callerOf(connection, manager, runtime.credential);
  return {
    connection: {
      principal,
      sni,
      sourceIp: direct.ip,
      remoteIp: remoteAddress(head, caller),
      destinationIp: local.ip,
      destinationPort: local.port,
    },
    request: head,
    metadata: {},
    now: unixSeconds(traceTime(ctx, ctx.now)),
  };
}

// --- fault

function fault(ctx: Context, connection: Connection, exchange: Exchange): Connection | typeof GONE {
  const route = routeOf(exchange);
  if (route?.fault === undefined) return cors(ctx, connection, exchange);
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime === undefined) return GONE;
  const drawn = [ctx.draw('choice', 1_000_000), ctx.draw('choice', 1_000_000)] as const;
  const outcome = decideFault(route.fault, drawn);
  recordCause(ctx, 'decision', {
    point: 'envoy.fault',
    subject: connection.process,
    connection: connection.connection,
    request: exchange.request,
    chosen: faultChoice(outcome),
    input: { fault: JSON.stringify(route.fault), drawn: drawn.join(' ') },
    configuration: runtime.document,
    origin: route.fault.origin,
  });
  const { delay, abort } = outcome;
  if (delay === undefined)
    return abort === undefined ? cors(ctx, connection, exchange) : aborted(ctx, connection, exchange);
  const message: HttpMessage = { type: 'fault-over', key: exchange.key, isAborted: abort !== undefined };
  const timer = ctx.timer(exactly(faultDelay, micros(delay)), ctx.self as EntityId<HttpMessage>, message);
  return replaced(connection, { ...exchange, timer, flags: 'DI' });
}

/** A fault's delay is over. */
export function faultOver(
  ctx: Context,
  connection: Connection,
  exchange: Exchange,
  isAborted: boolean,
): Connection | typeof GONE {
  const next = { ...exchange, timer: undefined };
  return isAborted ? aborted(ctx, connection, next) : cors(ctx, connection, next);
}

function aborted(ctx: Context, connection: Connection, exchange: Exchange): Connection {
  const abort = routeOf(exchange)?.fault?.abort;
  return abort === undefined ? connection : answerLocally(ctx, connection, exchange, abortReply(abort));
}

function routeOf({ decision }: Exchange): Route | undefined {
  return decision?.kind === 'forward' ? decision.route : undefined;
}

// --- CORS

/** Answers preflights, and marks the answers of other requests from an origin that is allowed. */
function cors(ctx: Context, connection: Connection, exchange: Exchange): Connection | typeof GONE {
  const policy =
    exchange.decision !== undefined && 'route' in exchange.decision ? exchange.decision.route.cors : undefined;
  const origin = policy === undefined ? undefined : headerOf(exchange.head, 'origin');
  if (policy === undefined || origin === undefined || origin === '') return lastFilters(ctx, connection, exchange);
  const isAllowed = policy.allowOrigins.some((match) => valueHolds(match, origin));
  const isPreflight =
    exchange.head.method === 'OPTIONS' && headerOf(exchange.head, 'access-control-request-method') !== undefined;
  if (isPreflight && (isAllowed || !policy.forwardsUnmatchedPreflights)) {
    const headers = isAllowed ? preflightHeaders(policy, origin, exchange.head) : [];
    return answerLocally(ctx, connection, exchange, reply(200, '', 'cors_response', '', headers));
  }
  if (!isAllowed) return lastFilters(ctx, connection, exchange);
  const responseHeaders = [...exchange.responseHeaders, ...answerHeaders(policy, origin)];
  return lastFilters(ctx, connection, { ...exchange, responseHeaders });
}

/** Right before the router. */
function lastFilters(ctx: Context, connection: Connection, exchange: Exchange): Connection | typeof GONE {
  if (exchange.rateLimits.length === 0) return act(ctx, connection, exchange);
  const passage = passRateLimits(ctx, connection, exchange, 'last');
  if (passage.kind === 'answered') return passage.connection;
  return act(ctx, replaced(connection, passage.exchange), passage.exchange);
}

/** A star for methods or headers stands for those the preflight asks for: browsers take it literally with credentials. */
function preflightHeaders(policy: CorsPolicy, origin: string, head: HttpRequestHead): HeaderList {
  const asked = (allowed: string, name: string): string => (allowed === '*' ? (headerOf(head, name) ?? '') : allowed);
  return [
    ['access-control-allow-origin', origin],
    ...given('access-control-allow-credentials', policy.allowCredentials ? 'true' : ''),
    ...given('access-control-allow-methods', asked(policy.allowMethods, 'access-control-request-method')),
    ...given('access-control-allow-headers', asked(policy.allowHeaders, 'access-control-request-headers')),
    ...given('access-control-expose-headers', policy.exposeHeaders),
    ...given('access-control-max-age', policy.maxAge),
  ];
}

function answerHeaders(policy: CorsPolicy, origin: string): HeaderList {
  return [
    ['access-control-allow-origin', origin],
    ...given('access-control-allow-credentials', policy.allowCredentials ? 'true' : ''),
    ...given('access-control-expose-headers', policy.exposeHeaders),
  ];
}

function given(name: string, value: string): HeaderList {
  return value === '' ? [] : [[name, value]];
}
