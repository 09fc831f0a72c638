// HTTPRoutes and GRPCRoutes to routes, sorted by the Gateway API's precedence. One route per match.
// Source: istio/istio:pilot/pkg/config/kube/gateway/conversion.go convertHTTPRoute, convertGRPCRoute, sortHTTPRoutes at 1.31.
// Not simulated: ExternalAuth, ExtensionRef, session persistence (a rule that has one of the filters takes no effect at all).
import type { StoredObject } from '../../kube/index.ts';
import type {
  BackendObjectReference,
  BackendRef,
  FieldPath,
  GRPCRouteMatch,
  GRPCRouteResource,
  HTTPCORS,
  HTTPHeaderModifier,
  HTTPPathModifier,
  HTTPRequestMirror,
  HTTPRouteFilter,
  HTTPRouteMatch,
  HTTPRouteResource,
  HTTPRouteRule,
} from '../../manifests/index.ts';
import { byAge } from '../age.ts';
import { originOf } from '../origin.ts';
import type { MaybeOrigin } from '../../trace/index.ts';
import { microsOf } from './duration.ts';
import type {
  CorsPolicy,
  HeaderChanges,
  HeaderMatch,
  Mirror,
  PathMatch,
  PathRewrite,
  RetryPolicy,
  Rewrite,
  Route,
  RouteAction,
  RouteMatch,
  ValueMatch,
  WeightedCluster,
} from './route-table.ts';
import { defaultRetry, matchAll, noChanges, noRetry, noRewrite, plainForward, plainRoute } from './route-table.ts';

/** The two kinds of route that carry HTTP. */
export type HttpRoute = StoredObject<HTTPRouteResource> | StoredObject<GRPCRouteResource>;

/** The cluster of a backendRef, which defaults to the route's namespace; undefined: there is none, or the route may not have it. */
export type BackendLookup = (route: HttpRoute, backend: BackendObjectReference) => string | undefined;

/** Cluster of a backend that does not exist: its share of the requests is answered with 500. */
const unknownCluster = 'UnknownService';

/** The routes of the given HTTPRoutes and GRPCRoutes, oldest first, sorted by precedence. */
export function routesOfHttpRoutes(objects: readonly HttpRoute[], clusterOf: BackendLookup): readonly Route[] {
  return [...objects]
    .sort(byAge)
    .flatMap((object) => rankedRoutes(object, clusterOf))
    .sort(byPrecedence)
    .map(({ route }) => route);
}

/** A route with what its precedence goes by. */
interface Ranked {
  readonly route: Route;
  /** Undefined: a rule without a match, which comes last. */
  readonly rank: readonly number[] | undefined;
}

/** Exact over prefix over expression, then the longer path, a method, more headers, more query parameters; else as written. */
function byPrecedence({ rank: a }: Ranked, { rank: b }: Ranked): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  for (const [index, value] of a.entries()) if (value !== b[index]) return (b[index] ?? 0) - value;
  return 0;
}

const pathRanks = { exact: 3, segments: 2, prefix: 2, regex: 1 } as const;

function rankOf({ path, headers, query }: RouteMatch, isAnyPath: boolean): readonly number[] {
  const methods = headers.filter(({ name }) => name === ':method').length;
  const [kind, length] = isAnyPath ? [-1, 0] : [pathRanks[path.kind], path.value.length];
  return [kind, length, methods, headers.length - methods, query.length];
}

/** One rule, of whichever kind. */
interface Rule {
  readonly name: string;
  readonly matches: readonly { readonly match: RouteMatch; readonly isAnyPath: boolean }[];
  readonly filters: readonly HTTPRouteFilter[];
  readonly backendRefs: readonly (BackendRef & { readonly filters?: readonly HTTPRouteFilter[] })[];
  readonly timeouts: HTTPRouteRule['timeouts'];
  readonly retry: HTTPRouteRule['retry'];
}

function rulesOf({ resource }: HttpRoute): readonly Rule[] {
  const { name, namespace } = resource.metadata;
  const nameOf = (own: string | undefined, index: number): string => own ?? `${namespace}.${name}.${index}`;
  if (resource.kind === 'HTTPRoute')
    return resource.spec.rules.map((rule, index) => ({
      name: nameOf(rule.name, index),
      matches: rule.matches.map((match) => ({ match: httpMatch(match), isAnyPath: false })),
      filters: rule.filters ?? [],
      backendRefs: rule.backendRefs ?? [],
      timeouts: rule.timeouts,
      retry: rule.retry,
    }));
  return (resource.spec.rules ?? []).map((rule, index) => ({
    name: nameOf(rule.name, index),
    matches: (rule.matches ?? []).map((match) => ({ match: grpcMatch(match), isAnyPath: match.method === undefined })),
    filters: rule.filters ?? [],
    backendRefs: rule.backendRefs ?? [],
    timeouts: undefined,
    retry: undefined,
  }));
}

function rankedRoutes(object: HttpRoute, clusterOf: BackendLookup): readonly Ranked[] {
  return rulesOf(object).flatMap((rule, index) => {
    const path: FieldPath = ['spec', 'rules', index];
    const route: Omit<Route, 'match' | 'origin'> = {
      ...plainRoute,
      name: rule.name,
      action: actionOf(object, rule, path, clusterOf),
      requestHeaders: requestChanges(rule.filters),
      responseHeaders: responseChanges(rule.filters),
      cors: corsOf(rule.filters, originOf(object, path)),
    };
    if (rule.matches.length === 0)
      return [{ route: { ...route, match: matchAll, origin: originOf(object, path) }, rank: undefined }];
    return rule.matches.map(({ match, isAnyPath }, position): Ranked => ({
      route: { ...route, match, origin: originOf(object, [...path, 'matches', position]) },
      rank: rankOf(match, isAnyPath),
    }));
  });
}

// --- matches

function httpMatch(match: HTTPRouteMatch): RouteMatch {
  return {
    path: pathMatch(match.path),
    headers: [
      ...(match.headers ?? []).map(headerMatch),
      ...(match.method === undefined ? [] : [headerMatch({ type: 'Exact', name: ':method', value: match.method })]),
    ],
    query: (match.queryParams ?? []).map((query) => ({ name: query.name, value: valueOf(query) })),
    claims: [],
  };
}

interface NamedValue {
  readonly type: 'Exact' | 'RegularExpression';
  readonly name: string;
  readonly value: string;
}

function headerMatch(header: NamedValue): HeaderMatch {
  return { name: header.name.toLowerCase(), value: valueOf(header), invert: false, missingIsEmpty: false };
}

function valueOf({ type, value }: NamedValue): ValueMatch {
  return { kind: type === 'RegularExpression' ? 'regex' : 'exact', value };
}

function pathMatch({ type, value }: HTTPRouteMatch['path']): PathMatch {
  switch (type) {
    case 'Exact':
      return { kind: 'exact', value, ignoreCase: false };
    case 'RegularExpression':
      return { kind: 'regex', value, ignoreCase: false };
    case 'PathPrefix':
      return prefixMatch(value);
  }
}

/** A slash at the end makes no difference. */
function prefixMatch(value: string): PathMatch {
  return { kind: 'segments', value: value === '/' ? '/' : value.replace(/\/$/, ''), ignoreCase: false };
}

function grpcMatch({ method, headers = [] }: GRPCRouteMatch): RouteMatch {
  return {
    ...matchAll,
    path: method === undefined ? matchAll.path : callMatch(method),
    headers: headers.map(headerMatch),
  };
}

/** gRPC calls are `/SERVICE/METHOD`. */
function callMatch({ type, service, method }: NonNullable<GRPCRouteMatch['method']>): PathMatch {
  const regex = (value: string): PathMatch => ({ kind: 'regex', value, ignoreCase: false });
  if (service === undefined) return regex(`/[^/]+/${method ?? ''}`);
  if (type === 'RegularExpression') return regex(`/${service}/${method ?? '.+'}`);
  return method === undefined
    ? prefixMatch(`/${service}/`)
    : { kind: 'exact', value: `/${service}/${method}`, ignoreCase: false };
}

// --- actions

function actionOf(object: HttpRoute, rule: Rule, path: FieldPath, clusterOf: BackendLookup): RouteAction {
  const redirect = rule.filters.find((filter) => filter.type === 'RequestRedirect');
  if (redirect !== undefined) {
    const { scheme = '', hostname = '', path: change, port = 0, statusCode } = redirect.requestRedirect;
    return { kind: 'redirect', status: statusCode, scheme, authority: hostname, port, path: pathRewrite(change) };
  }
  const clusters = rule.backendRefs.flatMap((backend, index): readonly WeightedCluster[] => {
    if (backend.weight === 0) return [];
    const { filters = [] } = backend;
    const rewrite = filters.find((filter) => filter.type === 'URLRewrite');
    return [
      {
        cluster: clusterOf(object, backend) ?? unknownCluster,
        weight: backend.weight,
        requestHeaders: requestChanges(filters),
        responseHeaders: responseChanges(filters),
        authority: rewrite?.urlRewrite.hostname ?? '',
        origin: originOf(object, [...path, 'backendRefs', index]),
      },
    ];
  });
  if (clusters.length === 0) return { kind: 'direct', status: 500, body: '' };
  return {
    ...plainForward,
    clusters,
    timeout: timeoutOf(rule),
    retry: retryOf(rule),
    rewrite: rewriteOf(rule.filters),
    mirrors: rule.filters.flatMap((filter, index) =>
      filter.type === 'RequestMirror'
        ? mirrorOf(
            clusterOf(object, filter.requestMirror.backendRef),
            filter.requestMirror,
            originOf(object, [...path, 'filters', index]),
          )
        : [],
    ),
    missingCluster: 500,
  };
}

/** A mirror nobody can reach is left out. */
function mirrorOf(
  cluster: string | undefined,
  { percent, fraction }: HTTPRequestMirror,
  origin: MaybeOrigin,
): readonly Mirror[] {
  if (cluster === undefined) return [];
  const share = fraction === undefined ? (percent ?? 100) / 100 : fraction.numerator / fraction.denominator;
  return [{ cluster, share: Math.trunc(share * 1_000_000), origin }];
}

/** Without a retry stanza there is no attempt of its own to limit: istiod takes the backend's timeout for the whole request's. 0: none. */
function timeoutOf({ timeouts, retry }: Rule): number {
  const request = microsOf(timeouts?.request ?? '') ?? 0;
  return retry === undefined && backendTimeout(timeouts) > 0 ? backendTimeout(timeouts) : request;
}

function backendTimeout(timeouts: Rule['timeouts']): number {
  return microsOf(timeouts?.backendRequest ?? '') ?? 0;
}

function retryOf({ retry, timeouts }: Rule): RetryPolicy {
  if (retry === undefined) return defaultRetry;
  const { attempts = 2, codes = [], backoff = '' } = retry;
  if (attempts === 0) return noRetry;
  return {
    ...noRetry,
    attempts,
    on: [
      'connect-failure',
      'refused-stream',
      'unavailable',
      'cancelled',
      ...(codes.length === 0 ? [] : (['retriable-status-codes'] as const)),
    ],
    statuses: codes,
    perTryTimeout: backendTimeout(timeouts),
    backoff: microsOf(backoff) ?? noRetry.backoff,
    avoidsPreviousHosts: true,
  };
}

function rewriteOf(filters: readonly HTTPRouteFilter[]): Rewrite {
  const rewrite = filters.find((filter) => filter.type === 'URLRewrite');
  if (rewrite === undefined) return noRewrite;
  return { authority: rewrite.urlRewrite.hostname ?? '', path: pathRewrite(rewrite.urlRewrite.path) };
}

function pathRewrite(path: HTTPPathModifier | undefined): PathRewrite {
  if (path === undefined) return { kind: 'none' };
  return path.type === 'ReplaceFullPath'
    ? { kind: 'full', value: path.replaceFullPath }
    : { kind: 'prefix', value: path.replacePrefixMatch };
}

// --- headers

function requestChanges(filters: readonly HTTPRouteFilter[]): HeaderChanges {
  const filter = filters.find((candidate) => candidate.type === 'RequestHeaderModifier');
  return filter === undefined ? noChanges : changesOf(filter.requestHeaderModifier);
}

function responseChanges(filters: readonly HTTPRouteFilter[]): HeaderChanges {
  const filter = filters.find((candidate) => candidate.type === 'ResponseHeaderModifier');
  return filter === undefined ? noChanges : changesOf(filter.responseHeaderModifier);
}

/** Of entries that name one header the first counts. */
function changesOf({ set = [], add = [], remove = [] }: HTTPHeaderModifier): HeaderChanges {
  const unique = (list: NonNullable<HTTPHeaderModifier['set']>): readonly (readonly [string, string])[] =>
    list
      .map(({ name, value }) => [name, value] as const)
      .filter(([name], index, all) => all.findIndex(([other]) => other.toLowerCase() === name.toLowerCase()) === index);
  return { set: unique(set), add: unique(add), remove };
}

// --- CORS

function corsOf(filters: readonly HTTPRouteFilter[], origin: MaybeOrigin): CorsPolicy | undefined {
  const filter = filters.find((candidate) => candidate.type === 'CORS');
  return filter && corsPolicy(filter.cors, origin);
}

function corsPolicy(cors: HTTPCORS, origin: MaybeOrigin): CorsPolicy {
  const { allowOrigins = [], allowMethods = [], allowHeaders = [], exposeHeaders = [] } = cors;
  return {
    allowOrigins: allowOrigins.filter((written) => written !== '').map(allowedOrigin),
    allowMethods: allowMethods.join(','),
    allowHeaders: allowHeaders.join(','),
    exposeHeaders: exposeHeaders.join(','),
    maxAge: cors.maxAge > 0 ? String(cors.maxAge) : '',
    allowCredentials: cors.allowCredentials === true,
    forwardsUnmatchedPreflights: false,
    origin,
  };
}

function allowedOrigin(written: string): ValueMatch {
  if (written === '*') return { kind: 'regex', value: '^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\\s?#]+$' };
  if (!written.includes('*')) return { kind: 'exact', value: written };
  if (written.indexOf('*') === written.length - 1) return { kind: 'prefix', value: written.slice(0, -1) };
  const expression = written.replace(/[\\.+?()|[\]{}^$]/g, '\\$&').replaceAll('*', '.*');
  return { kind: 'regex', value: `^${expression}$` };
}
