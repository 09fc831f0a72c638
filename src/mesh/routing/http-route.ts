// HTTPRoute attached to a Service (GAMMA) to routes, sorted by the Gateway API's precedence. One route per match.
// Source: istio/istio:pilot/pkg/config/kube/gateway/conversion.go at 1.31. Not simulated: RequestMirror, CORS, ExternalAuth, ExtensionRef;
// simplified: a backend in another namespace needs no ReferenceGrant.
import type { StoredObject } from '../../kube/index.ts';
import type {
  FieldPath,
  HTTPBackendRef,
  HTTPHeaderModifier,
  HTTPNameValueMatch,
  HTTPPathModifier,
  HTTPRouteFilter,
  HTTPRouteMatch,
  HTTPRouteResource,
  HTTPRouteRule,
} from '../../manifests/index.ts';
import { originOf } from '../origin.ts';
import { microsOf } from './duration.ts';
import type {
  HeaderChanges,
  PathMatch,
  PathRewrite,
  Rewrite,
  Route,
  RouteAction,
  RouteMatch,
  ValueMatch,
  WeightedCluster,
} from './route-table.ts';
import { noChanges, noRewrite, outboundCluster, plainForward, plainRoute } from './route-table.ts';

type HttpRoute = StoredObject<HTTPRouteResource>;

/** A Service an HTTPRoute may be attached to or send to. */
export interface RouteTarget {
  readonly namespace: string;
  readonly name: string;
  readonly hostname: string;
}

/** Cluster of a backend that does not exist. */
const unknownCluster = 'UnknownService';

/** Whether an HTTPRoute is attached to a port of a Service. */
export function isAttachedTo(object: HttpRoute, service: RouteTarget, port: number): boolean {
  const { metadata, spec } = object.resource;
  return (spec.parentRefs ?? []).some((parent) => {
    if (parent.kind !== 'Service' || parent.group !== '' || parent.name !== service.name) return false;
    return (
      (parent.namespace ?? metadata.namespace) === service.namespace &&
      (parent.port === undefined || parent.port === port)
    );
  });
}

/** The routes of all HTTPRoutes of one namespace on one Service, oldest first, sorted by precedence. `hasBackend`: a Service port exists. */
export function routesOfHttpRoutes(
  objects: readonly HttpRoute[],
  hasBackend: (target: RouteTarget, port: number) => boolean,
  domain: string,
): readonly Route[] {
  const ranked = [...objects].sort(byAge).flatMap((object) => rankedRoutes(object, hasBackend, domain));
  return ranked.sort(byPrecedence).map(({ route }) => route);
}

function byAge(a: HttpRoute, b: HttpRoute): number {
  if (a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  const left = a.resource.metadata.name;
  const right = b.resource.metadata.name;
  return left < right ? -1 : left > right ? 1 : 0;
}

interface Ranked {
  readonly route: Route;
  readonly match: HTTPRouteMatch;
}

const ranks = { Exact: 3, PathPrefix: 2, RegularExpression: 1 } as const;

/** Exact over prefix over expression, then the longer path, a method, more headers, more query parameters; else as written. */
function byPrecedence({ match: a }: Ranked, { match: b }: Ranked): number {
  const count = (list: readonly unknown[] | undefined): number => list?.length ?? 0;
  return (
    ranks[b.path.type] - ranks[a.path.type] ||
    b.path.value.length - a.path.value.length ||
    Number(b.method !== undefined) - Number(a.method !== undefined) ||
    count(b.headers) - count(a.headers) ||
    count(b.queryParams) - count(a.queryParams)
  );
}

function rankedRoutes(
  object: HttpRoute,
  hasBackend: Parameters<typeof routesOfHttpRoutes>[1],
  domain: string,
): readonly Ranked[] {
  const { metadata, spec } = object.resource;
  return spec.rules.flatMap((rule, index) => {
    const action = actionOf(rule, (backend) => ({
      cluster: clusterOf(backend, metadata.namespace, hasBackend, domain),
      origin: originOf(object, ['spec', 'rules', index, 'backendRefs', (rule.backendRefs ?? []).indexOf(backend)]),
    }));
    const filters = rule.filters ?? [];
    return rule.matches.map((match, position) => {
      const path: FieldPath = ['spec', 'rules', index, 'matches', position];
      const route: Route = {
        ...plainRoute,
        name: `${metadata.namespace}.${metadata.name}.${index}`,
        match: matchOf(match),
        action,
        requestHeaders: requestChanges(filters),
        responseHeaders: responseChanges(filters),
        origin: originOf(object, path),
      };
      return { route, match };
    });
  });
}

function matchOf(match: HTTPRouteMatch): RouteMatch {
  const method =
    match.method === undefined
      ? []
      : [
          {
            name: ':method',
            value: { kind: 'exact', value: match.method },
            invert: false,
            missingIsEmpty: false,
          } as const,
        ];
  return {
    path: pathMatch(match.path),
    headers: [
      ...(match.headers ?? []).map((header) => ({
        name: header.name.toLowerCase(),
        value: valueOf(header),
        invert: false,
        missingIsEmpty: false,
      })),
      ...method,
    ],
    query: (match.queryParams ?? []).map((query) => ({ name: query.name, value: valueOf(query) })),
    claims: [],
  };
}

function pathMatch({ type, value }: HTTPRouteMatch['path']): PathMatch {
  switch (type) {
    case 'Exact':
      return { kind: 'exact', value, ignoreCase: false };
    case 'RegularExpression':
      return { kind: 'regex', value, ignoreCase: false };
    case 'PathPrefix':
      // A slash at the end makes no difference.
      return { kind: 'segments', value: value === '/' ? '/' : value.replace(/\/$/, ''), ignoreCase: false };
  }
}

function valueOf({ type, value }: HTTPNameValueMatch): ValueMatch {
  return { kind: type === 'RegularExpression' ? 'regex' : 'exact', value };
}

function actionOf(
  rule: HTTPRouteRule,
  targetOf: (backend: HTTPBackendRef) => Pick<WeightedCluster, 'cluster' | 'origin'>,
): RouteAction {
  const filters = rule.filters ?? [];
  const redirect = filters.find((filter) => filter.type === 'RequestRedirect');
  if (redirect !== undefined) {
    const { scheme = '', hostname = '', path, port = 0, statusCode = 302 } = redirect.requestRedirect;
    return { kind: 'redirect', status: statusCode, scheme, authority: hostname, port, path: pathRewrite(path) };
  }
  const backends = (rule.backendRefs ?? []).filter((backend) => backend.weight > 0);
  if (backends.length === 0) return { kind: 'direct', status: 500, body: '' };
  const clusters: readonly WeightedCluster[] = backends.map((backend) => ({
    ...targetOf(backend),
    weight: backend.weight,
    requestHeaders: requestChanges(backend.filters ?? []),
    responseHeaders: responseChanges(backend.filters ?? []),
    authority: '',
  }));
  return {
    ...plainForward,
    clusters,
    timeout: timeoutOf(rule),
    rewrite: rewriteOf(filters),
    missingCluster: 500,
  };
}

/** Without a retry stanza there is no attempt of its own to limit: istiod takes the backend's timeout for the whole request's. 0: none. */
function timeoutOf({ timeouts }: HTTPRouteRule): number {
  const [request = 0, backendRequest = 0] = [timeouts?.request, timeouts?.backendRequest].map((text) =>
    microsOf(text ?? ''),
  );
  return backendRequest === 0 ? request : backendRequest;
}

function clusterOf(
  backend: HTTPBackendRef,
  namespace: string,
  hasBackend: Parameters<typeof routesOfHttpRoutes>[1],
  domain: string,
): string {
  const home = backend.namespace ?? namespace;
  const target: RouteTarget = {
    namespace: home,
    name: backend.name,
    hostname: `${backend.name}.${home}.svc.${domain}`,
  };
  const { kind, group, port } = backend;
  if (kind !== 'Service' || group !== '' || port === undefined || !hasBackend(target, port)) return unknownCluster;
  return outboundCluster(port, target.hostname);
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

function requestChanges(filters: readonly HTTPRouteFilter[]): HeaderChanges {
  const filter = filters.find((candidate) => candidate.type === 'RequestHeaderModifier');
  return filter === undefined ? noChanges : changesOf(filter.requestHeaderModifier);
}

function responseChanges(filters: readonly HTTPRouteFilter[]): HeaderChanges {
  const filter = filters.find((candidate) => candidate.type === 'ResponseHeaderModifier');
  return filter === undefined ? noChanges : changesOf(filter.responseHeaderModifier);
}

function changesOf({ set = [], add = [], remove = [] }: HTTPHeaderModifier): HeaderChanges {
  return { set: set.map(({ name, value }) => [name, value]), add: add.map(({ name, value }) => [name, value]), remove };
}
