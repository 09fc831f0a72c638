// VirtualService to routes, one per match, in the order of the manifest. Source: istio/istio:pilot/pkg/networking/core/route/route.go
// BuildHTTPRoutesForVirtualService, TranslateRoute at 1.31. Not simulated: fault, mirror, cors, delegate, uriRegexRewrite, perTryTimeout.
import type { StoredObject } from '../../kube/index.ts';
import type {
  FieldPath,
  HeaderOperations,
  HTTPMatchRequest,
  HTTPRouteDestination,
  JsonObject,
  StringMatch,
  VirtualServiceHeaders,
  VirtualServiceHTTPRoute,
  VirtualServiceResource,
} from '../../manifests/index.ts';
import { originOf } from '../origin.ts';
import { microsOf } from './duration.ts';
import type {
  HeaderChanges,
  HeaderMatch,
  NamedMatch,
  PathMatch,
  PathRewrite,
  RetryCondition,
  RetryPolicy,
  Route,
  RouteAction,
  RouteMatch,
  ValueMatch,
  WeightedCluster,
} from './route-table.ts';
import { defaultRetry, noChanges, outboundCluster } from './route-table.ts';

/** For whom routes are made: a class of client proxies, and the port they listen on. */
export interface RouteClient {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly port: number;
  /** Cluster domain. */
  readonly domain: string;
}

/** The hosts a VirtualService speaks for, fully qualified: a name without a dot is a Service of its own namespace. */
export function hostsOf(object: StoredObject<VirtualServiceResource>, domain: string): readonly string[] {
  const { metadata, spec } = object.resource;
  return (spec.hosts ?? []).map((host) => qualified(host, metadata.namespace, domain).toLowerCase());
}

function qualified(host: string, namespace: string, domain: string): string {
  return host.includes('.') || host.includes('*') ? host : `${host}.${namespace}.svc.${domain}`;
}

/** Whether sidecars use it at all: no gateways named, or `mesh` among them. */
export function isForMesh(object: StoredObject<VirtualServiceResource>): boolean {
  const { gateways = [] } = object.resource.spec;
  return gateways.length === 0 || gateways.includes('mesh');
}

/** Whether clients of a namespace see it: `*` (the default) everybody, `.` its own namespace, else the namespaces named. */
export function isExportedTo(object: StoredObject<VirtualServiceResource>, namespace: string): boolean {
  const { exportTo = [] } = object.resource.spec;
  if (exportTo.length === 0) return true;
  const own = object.resource.metadata.namespace;
  return exportTo.some((target) => target === '*' || target === namespace || (target === '.' && own === namespace));
}

/** The routes of a VirtualService for a client. Rules after one that matches everything are unreachable and left out. */
export function routesOfVirtualService(
  object: StoredObject<VirtualServiceResource>,
  client: RouteClient,
): readonly Route[] {
  const routes: Route[] = [];
  for (const [index, rule] of (object.resource.spec.http ?? []).entries()) {
    const { match = [] } = rule;
    const alternatives = match.length === 0 ? [undefined] : match;
    for (const [position, alternative] of alternatives.entries()) {
      if (alternative !== undefined && !isForClient(alternative, client)) continue;
      const path: FieldPath =
        alternative === undefined ? ['spec', 'http', index] : ['spec', 'http', index, 'match', position];
      const route = routeOf(object, { rule, match: alternative, path, client });
      if (route === undefined) continue;
      routes.push(route);
      if (isCatchAll(route)) return routes;
    }
  }
  return routes;
}

/** Conditions that istiod decides itself, per proxy. */
function isForClient(match: HTTPMatchRequest, client: RouteClient): boolean {
  if (match.port !== undefined && match.port !== 0 && match.port !== client.port) return false;
  if ((match.gateways ?? []).length > 0) return match.gateways?.includes('mesh') === true;
  if (!Object.entries(match.sourceLabels ?? {}).every(([key, value]) => client.labels[key] === value)) return false;
  return (
    match.sourceNamespace === undefined || match.sourceNamespace === '' || match.sourceNamespace === client.namespace
  );
}

function isCatchAll(route: Route): boolean {
  const { path, headers, query } = route.match;
  const matchesAll =
    (path.kind === 'prefix' && path.value === '/') ||
    (path.kind === 'regex' && (path.value === '*' || path.value === '.*'));
  return matchesAll && headers.length === 0 && query.length === 0;
}

interface Part {
  readonly rule: VirtualServiceHTTPRoute;
  readonly match: HTTPMatchRequest | undefined;
  readonly path: FieldPath;
  readonly client: RouteClient;
}

function routeOf(object: StoredObject<VirtualServiceResource>, { rule, match, path, client }: Part): Route | undefined {
  const action = actionOf(object, rule, path.slice(0, 3), client);
  if (action === undefined) return undefined;
  const name = rule.name ?? '';
  return {
    name: match?.name === undefined || match.name === '' ? name : `${name}.${match.name}`,
    match: match === undefined ? matchAll : matchOf(match),
    action,
    ...headersOf(rule.headers),
    origin: originOf(object, path),
  };
}

const matchAll: RouteMatch = { path: { kind: 'prefix', value: '/', ignoreCase: false }, headers: [], query: [] };

function matchOf(match: HTTPMatchRequest): RouteMatch {
  const pseudo = (name: string, wanted: StringMatch | undefined): readonly HeaderMatch[] =>
    wanted === undefined ? [] : [{ name, value: valueOf(wanted), invert: false }];
  const headers = (table: Readonly<Record<string, StringMatch>> | undefined, invert: boolean): readonly HeaderMatch[] =>
    byName(table).map(([name, wanted]) => ({ name: name.toLowerCase(), value: valueOf(wanted), invert }));
  const query: readonly NamedMatch[] = byName(match.queryParams).map(([name, wanted]) => ({
    name,
    value: valueOf(wanted),
  }));
  return {
    path: pathOfMatch(match),
    headers: [
      ...headers(match.headers, false),
      ...headers(match.withoutHeaders, true),
      ...pseudo(':method', match.method),
      ...pseudo(':authority', match.authority),
      ...pseudo(':scheme', match.scheme),
    ],
    query,
  };
}

function byName(table: Readonly<Record<string, StringMatch>> = {}): readonly (readonly [string, StringMatch])[] {
  return Object.entries(table).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function pathOfMatch({ uri, ignoreUriCase = false }: HTTPMatchRequest): PathMatch {
  if (uri?.exact !== undefined) return { kind: 'exact', value: uri.exact, ignoreCase: ignoreUriCase };
  if (uri?.regex !== undefined) return { kind: 'regex', value: uri.regex, ignoreCase: false };
  return { kind: 'prefix', value: uri?.prefix ?? '/', ignoreCase: ignoreUriCase };
}

/** `{}` means "is there". */
function valueOf({ exact, prefix, regex }: StringMatch): ValueMatch {
  if (exact !== undefined) return { kind: 'exact', value: exact };
  if (prefix !== undefined) return { kind: 'prefix', value: prefix };
  return regex === undefined ? { kind: 'present' } : { kind: 'regex', value: regex };
}

/** `path` leads to the rule. */
function actionOf(
  object: StoredObject<VirtualServiceResource>,
  rule: VirtualServiceHTTPRoute,
  path: FieldPath,
  client: RouteClient,
): RouteAction | undefined {
  const { redirect, directResponse, route = [], rewrite } = rule;
  if (redirect !== undefined) {
    const { uri = '', prefixRewrite = '' } = redirect;
    const path: PathRewrite =
      prefixRewrite !== ''
        ? { kind: 'prefix', value: prefixRewrite }
        : uri !== ''
          ? { kind: 'full', value: uri }
          : { kind: 'none' };
    const port = redirect.derivePort === 'FROM_REQUEST_PORT' ? client.port : (redirect.port ?? 0);
    return {
      kind: 'redirect',
      status: redirect.redirectCode ?? 301,
      scheme: redirect.scheme ?? '',
      authority: redirect.authority ?? '',
      port,
      path,
    };
  }
  if (directResponse !== undefined)
    return { kind: 'direct', status: directResponse.status, body: directResponse.body?.string ?? '' };
  const clusters = clustersOf(object, route, [...path, 'route'], client);
  if (clusters.length === 0) return undefined;
  const uri = rewrite?.uri ?? '';
  return {
    kind: 'forward',
    clusters,
    timeout: microsOf(rule.timeout ?? '') ?? 0,
    retry: retryOf(rule.retries),
    rewrite: {
      authority: rewrite?.authority ?? '',
      path: uri === '' ? { kind: 'none' } : { kind: 'prefix', value: uri },
    },
    missingCluster: 503,
  };
}

function clustersOf(
  object: StoredObject<VirtualServiceResource>,
  destinations: readonly HTTPRouteDestination[],
  path: FieldPath,
  client: RouteClient,
): readonly WeightedCluster[] {
  const { namespace } = object.resource.metadata;
  const all = destinations.map((entry, index) => {
    const { host, subset = '', port } = entry.destination;
    const { requestHeaders, responseHeaders } = headersOf(entry.headers);
    const cluster = outboundCluster(port?.number ?? client.port, qualified(host, namespace, client.domain), subset);
    const origin = originOf(object, [...path, index]);
    return { cluster, weight: entry.weight ?? 0, requestHeaders, responseHeaders, origin };
  });
  const [only] = all;
  // The weight of a single destination is ignored; among several, weight 0 gets nothing.
  return all.length === 1 && only !== undefined ? [{ ...only, weight: 1 }] : all.filter((entry) => entry.weight > 0);
}

function headersOf(headers: VirtualServiceHeaders | undefined): {
  readonly requestHeaders: HeaderChanges;
  readonly responseHeaders: HeaderChanges;
} {
  return { requestHeaders: changesOf(headers?.request), responseHeaders: changesOf(headers?.response) };
}

function changesOf(operations: HeaderOperations | undefined): HeaderChanges {
  if (operations === undefined) return noChanges;
  return {
    set: Object.entries(operations.set ?? {}),
    add: Object.entries(operations.add ?? {}),
    remove: operations.remove ?? [],
  };
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
  'unavailable',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
];

/** Only `attempts` set keeps the default conditions; numbers among them are retriable statuses. Source: route/retry/retry.go ConvertPolicy. */
function retryOf(retries: JsonObject | undefined): RetryPolicy {
  if (retries === undefined) return defaultRetry;
  const attempts = typeof retries['attempts'] === 'number' ? retries['attempts'] : 0;
  if (attempts <= 0) return { attempts: 0, on: [], statuses: [] };
  const written = typeof retries['retryOn'] === 'string' ? retries['retryOn'] : '';
  if (written === '') return { ...defaultRetry, attempts };
  const parts = written.split(',').map((part) => part.trim());
  const statuses = parts.filter((part) => /^\d+$/.test(part)).map(Number);
  const named = conditions.filter((condition) => parts.includes(condition));
  const on =
    statuses.length > 0 && !named.includes('retriable-status-codes')
      ? [...named, 'retriable-status-codes' as const]
      : named;
  return { attempts, on, statuses };
}
