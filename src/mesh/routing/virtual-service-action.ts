// What a VirtualService's HTTP rule does: forward, redirect, answer; with retries, faults, CORS, mirrors and header changes.
// Source: istio/istio:pilot/pkg/networking/core/route/{route.go,retry/retry.go} at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type {
  FieldPath,
  HeaderOperations,
  JsonObject,
  JsonValue,
  StringMatch,
  VirtualServiceDestination,
  VirtualServiceHeaders,
  VirtualServiceHTTPRoute,
} from '../../manifests/index.ts';
import { grpcStatuses } from '../../manifests/index.ts';
import { originOf } from '../origin.ts';
import { microsOf } from './duration.ts';
import type {
  CorsPolicy,
  Fault,
  HashKey,
  HeaderChanges,
  Mirror,
  PathRewrite,
  PerMillion,
  RetryCondition,
  RetryPolicy,
  Route,
  RouteAction,
  ValueMatch,
  WeightedCluster,
} from './route-table.ts';
import { noChanges, noRetry, noRewrite, plainForward } from './route-table.ts';
import { valueOf } from './virtual-service-match.ts';

/** What the mesh knows that a rule's meaning depends on. */
export interface RuleContext {
  /** Port the routes are for: a destination without one means it. */
  readonly port: number;
  /** Requests come in by TLS that ended here. */
  readonly isTls: boolean;
  /** The cluster of a destination, whose host is fully qualified. */
  clusterOf(destination: VirtualServiceDestination): string;
  /** What its DestinationRule's consistent-hash balancer looks at. */
  hashOf(destination: VirtualServiceDestination): HashKey | undefined;
  /** MeshConfig's defaultHttpRetryPolicy, else istiod's own. */
  readonly retry: RetryPolicy;
  /** istiod's own, which a policy that says nothing of when keeps to. */
  readonly istiodRetry: RetryPolicy;
}

/** A rule with the lines it stands on: its own object's, or a delegate's. */
export interface WrittenRule {
  readonly rule: VirtualServiceHTTPRoute;
  readonly object: StoredObject;
  readonly path: FieldPath;
}

/** Undefined: nothing that Envoy can do; the rule yields no route. */
export function actionOf(written: WrittenRule, context: RuleContext): RouteAction | undefined {
  const { redirect, directResponse } = written.rule;
  if (redirect !== undefined) return redirectOf(redirect, context);
  if (directResponse !== undefined) {
    const { string, bytes } = directResponse.body ?? {};
    return { kind: 'direct', status: directResponse.status, body: string ?? decodeBase64(bytes ?? '') };
  }
  return forwardOf(written, context);
}

const redirectCodes: readonly number[] = [301, 302, 303, 307, 308];

function redirectOf(
  redirect: NonNullable<VirtualServiceHTTPRoute['redirect']>,
  { port: listenPort, isTls }: RuleContext,
): RouteAction | undefined {
  const { uri = '', prefixRewrite = '', scheme = '', redirectCode = 0 } = redirect;
  const status = redirectCode === 0 ? 301 : redirectCode;
  if (!redirectCodes.includes(status)) return undefined;
  const path: PathRewrite =
    prefixRewrite !== ''
      ? { kind: 'prefix', value: prefixRewrite }
      : uri !== ''
        ? { kind: 'full', value: uri }
        : { kind: 'none' };
  const written = redirect.derivePort === 'FROM_REQUEST_PORT' ? listenPort : (redirect.port ?? 0);
  const port = redirectPort(written, scheme, isTls);
  return { kind: 'redirect', status, scheme, authority: redirect.authority ?? '', port, path };
}

/** 0 where a port need not be said: it is the scheme's own. */
function redirectPort(port: number, scheme: string, isTls: boolean): number {
  const spoken = scheme === '' ? (isTls ? 'https' : 'http') : scheme;
  return port === (spoken === 'https' ? 443 : 80) ? 0 : port;
}

/** A route of the Gateway API at a port: a redirect that says neither port nor scheme stays on it. */
export function atPort(route: Route, { port, isTls }: Pick<RuleContext, 'port' | 'isTls'>): Route {
  const { action } = route;
  if (action.kind !== 'redirect') return route;
  const wanted = action.port === 0 && action.scheme === '' ? port : action.port;
  return { ...route, action: { ...action, port: redirectPort(wanted, action.scheme, isTls) } };
}

function forwardOf(written: WrittenRule, context: RuleContext): RouteAction | undefined {
  const { rule } = written;
  const clusters = clustersOf(written, context);
  if (clusters.length === 0) return undefined;
  const hash = (rule.route ?? [])
    .map((entry) => context.hashOf(entry.destination))
    .filter((key): key is HashKey => key !== undefined);
  const retry = rule.retries === undefined ? context.retry : retryOf(rule.retries, context.istiodRetry);
  const { authority: fromHeaders } = operationsOf(rule.headers);
  const fromRewrite = rule.rewrite?.authority ?? '';
  const only = clusters.length === 1 && (rule.route ?? []).length === 1 ? clusters[0] : undefined;
  const authority = fromRewrite || fromHeaders || (only?.authority ?? '');
  return {
    ...plainForward,
    clusters: only === undefined ? clusters : [{ ...only, authority: '' }],
    timeout: microsOf(rule.timeout ?? '') ?? 0,
    // Who hashes wants the same endpoint again.
    retry:
      hash.length > 0 && rule.retries?.['retryIgnorePreviousHosts'] === undefined
        ? { ...retry, avoidsPreviousHosts: false }
        : retry,
    rewrite: { authority, path: pathRewriteOf(rule) },
    mirrors: mirrorsOf(written, context),
    hash,
  };
}

function pathRewriteOf({ rewrite }: VirtualServiceHTTPRoute): PathRewrite {
  const { match, rewrite: substitution = '' } = rewrite?.uriRegexRewrite ?? {};
  if (rewrite?.uriRegexRewrite !== undefined) return { kind: 'regex', pattern: match ?? '', substitution };
  const uri = rewrite?.uri ?? '';
  return uri === '' ? noRewrite.path : { kind: 'prefix', value: uri };
}

function clustersOf({ rule, object, path }: WrittenRule, context: RuleContext): readonly WeightedCluster[] {
  const { route = [] } = rule;
  const all = route.map((entry, index): WeightedCluster => {
    const { requestHeaders, responseHeaders, authority } = operationsOf(entry.headers);
    return {
      cluster: context.clusterOf(entry.destination),
      weight: route.length === 1 ? 1 : (entry.weight ?? 0), // the weight of a single destination is ignored
      requestHeaders,
      responseHeaders,
      authority,
      origin: originOf(object, [...path, 'route', index]),
    };
  });
  return all.filter((entry) => entry.weight > 0);
}

function mirrorsOf({ rule, object, path }: WrittenRule, context: RuleContext): readonly Mirror[] {
  const mirror = (destination: VirtualServiceDestination, share: PerMillion, at: FieldPath): readonly Mirror[] =>
    share > 0 ? [{ cluster: context.clusterOf(destination), share, origin: originOf(object, [...path, ...at]) }] : [];
  const { mirrorPercentage, mirrorPercent } = rule;
  const share =
    mirrorPercentage !== undefined
      ? shareOf(mirrorPercentage.value)
      : mirrorPercent !== undefined
        ? shareOf(mirrorPercent)
        : 1_000_000;
  return [
    ...(rule.mirror === undefined ? [] : mirror(rule.mirror, share, ['mirror'])),
    ...(rule.mirrors ?? []).flatMap(({ destination, percentage }, index) =>
      mirror(destination, percentage === undefined ? 1_000_000 : shareOf(percentage.value), ['mirrors', index]),
    ),
  ];
}

/** Percent to parts per million, cut off as Istio does. */
function shareOf(percent: number | undefined): PerMillion {
  return Math.trunc((percent ?? 0) * 10_000);
}

export interface HeaderEffects {
  readonly requestHeaders: HeaderChanges;
  readonly responseHeaders: HeaderChanges;
}

/** `host` and `:authority` rewrite the host; other pseudo headers cannot be changed. */
export function operationsOf(
  headers: VirtualServiceHeaders | undefined,
): HeaderEffects & { readonly authority: string } {
  const { request, response } = headers ?? {};
  const hostIn = (table: Readonly<Record<string, string>> = {}): string | undefined =>
    Object.entries(table).find(([name]) => isHost(name))?.[1];
  return {
    requestHeaders: changesOf(request),
    responseHeaders: changesOf(response),
    authority: hostIn(request?.set) ?? hostIn(request?.add) ?? '',
  };
}

function isHost(name: string): boolean {
  return name.toLowerCase() === 'host' || name.toLowerCase() === ':authority';
}

function changesOf(operations: HeaderOperations | undefined): HeaderChanges {
  if (operations === undefined) return noChanges;
  const { set = {}, add = {}, remove = [] } = operations;
  const isOpen = (name: string): boolean => !name.startsWith(':') && name.toLowerCase() !== 'host';
  const entries = (table: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
    Object.entries(table)
      .filter(([name]) => isOpen(name))
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return { set: entries(set), add: entries(add), remove: remove.filter(isOpen) };
}

const conditions: readonly RetryCondition[] = [
  'connect-failure',
  'refused-stream',
  'reset',
  'reset-before-request',
  '5xx',
  'gateway-error',
  'retriable-4xx',
  'retriable-status-codes',
  'envoy-ratelimited',
  'unavailable',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
];

/** Only `attempts` set keeps the conditions and statuses of `own`, istiod's default; numbers among those written are retriable statuses. */
export function retryOf(retries: JsonObject, own: RetryPolicy): RetryPolicy {
  const attempts = typeof retries['attempts'] === 'number' ? retries['attempts'] : 0;
  if (attempts <= 0) return noRetry;
  const written = text(retries['retryOn']);
  const parts = written.split(',').map((part) => part.trim());
  const statuses = parts.filter((part) => /^\d+$/.test(part)).map(Number);
  const named = conditions.filter((condition) => parts.includes(condition));
  const on =
    statuses.length > 0 && !named.includes('retriable-status-codes')
      ? [...named, 'retriable-status-codes' as const]
      : named;
  return {
    attempts,
    ...(written === '' ? { on: own.on, statuses: own.statuses } : { on, statuses }),
    perTryTimeout: microsOf(text(retries['perTryTimeout'])) ?? 0,
    backoff: microsOf(text(retries['backoff'])) ?? noRetry.backoff,
    avoidsPreviousHosts: retries['retryIgnorePreviousHosts'] !== false,
    avoidsPreviousPriorities: retries['retryRemoteLocalities'] === true,
  };
}

/** Without a percentage nothing happens: the share of an unset one is zero. */
export function faultOf({ rule, object, path }: WrittenRule): Fault | undefined {
  if (rule.fault === undefined) return undefined;
  const delay = record(rule.fault['delay']);
  const abort = record(rule.fault['abort']);
  const percent = (fault: JsonObject, fallback: JsonValue | undefined): PerMillion =>
    shareOf(number(fault['percentage'] === undefined ? fallback : record(fault['percentage'])['value']));
  const micros = microsOf(text(delay['fixedDelay']));
  const grpc = grpcStatuses.indexOf(text(abort['grpcStatus']));
  const http = number(abort['httpStatus']);
  const share = percent(abort, undefined);
  const result: Fault = {
    delay: micros === undefined ? undefined : { micros, share: percent(delay, delay['percent']) },
    abort:
      http !== undefined
        ? { kind: 'http', status: http, share }
        : grpc >= 0
          ? { kind: 'grpc', status: grpc, share }
          : undefined,
    origin: originOf(object, [...path, 'fault']),
  };
  return result.delay === undefined && result.abort === undefined ? undefined : result;
}

export function corsOf({ rule, object, path }: WrittenRule): CorsPolicy | undefined {
  const cors = rule.corsPolicy;
  if (cors === undefined) return undefined;
  const joined = (key: string): string => list(cors[key]).map(text).join(',');
  const origins: readonly ValueMatch[] =
    cors['allowOrigins'] === undefined
      ? list(cors['allowOrigin']).map((origin) => ({ kind: 'exact', value: text(origin) }))
      : list(cors['allowOrigins'])
          .map((origin) => valueOf(record(origin) as StringMatch)) // its schema admits these fields only
          .filter(({ kind }) => kind !== 'present');
  const maxAge = microsOf(text(cors['maxAge']));
  return {
    allowOrigins: origins,
    allowMethods: joined('allowMethods'),
    allowHeaders: joined('allowHeaders'),
    exposeHeaders: joined('exposeHeaders'),
    maxAge: maxAge === undefined ? '' : String(Math.trunc(maxAge / 1_000_000)),
    allowCredentials: cors['allowCredentials'] === true,
    forwardsUnmatchedPreflights: cors['unmatchedPreflights'] !== 'IGNORE',
    origin: originOf(object, [...path, 'corsPolicy']),
  };
}

const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes as text (UTF-8). */
function decodeBase64(encoded: string): string {
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const character of encoded.replace(/-/g, '+').replace(/_/g, '/')) {
    const value = base64.indexOf(character);
    if (value < 0) continue;
    buffer = ((buffer << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) bytes.push((buffer >> (bits -= 8)) & 255);
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}

function record(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}; // neither list nor null
}
function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
function number(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
