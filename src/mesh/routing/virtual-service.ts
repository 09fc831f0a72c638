// VirtualService to routes, one per match, in the order of the manifest.
// Source: istio/istio:pilot/pkg/networking/core/route/route.go BuildHTTPRoutesForVirtualService, TranslateRoute at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type {
  FieldPath,
  HTTPMatchRequest,
  VirtualServiceDestination,
  VirtualServiceResource,
} from '../../manifests/index.ts';
import { originOf } from '../origin.ts';
import type { HeaderChanges, Route } from './route-table.ts';
import { defaultRetry, matchAll, noChanges, outboundCluster } from './route-table.ts';
import type { RuleContext, WrittenRule } from './virtual-service-action.ts';
import { actionOf, corsOf, faultOf, operationsOf } from './virtual-service-action.ts';
import type { RouteClient } from './virtual-service-match.ts';
import { isCatchAll, isForClient, matchOf } from './virtual-service-match.ts';

/** The hosts a VirtualService speaks for, fully qualified: a name without a dot is a Service of its own namespace. */
export function hostsOf(object: StoredObject<VirtualServiceResource>, domain: string): readonly string[] {
  const { metadata, spec } = object.resource;
  return (spec.hosts ?? []).map((host) => qualifiedHost(host, metadata.namespace, domain).toLowerCase());
}

/** Source: istio/istio:pilot/pkg/model/context.go ResolveShortnameToFQDN. */
export function qualifiedHost(host: string, namespace: string, domain: string): string {
  return host === '' || host.includes('.') || host.startsWith('*') ? host : `${host}.${namespace}.svc.${domain}`;
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

/** The rules of a VirtualService with the lines they stand on; delegates are not followed. */
export function rulesOf(object: StoredObject<VirtualServiceResource>): readonly WrittenRule[] {
  return (object.resource.spec.http ?? []).map((rule, index) => ({ rule, object, path: ['spec', 'http', index] }));
}

/** The routes of rules for a client. Rules after one that matches everything are unreachable and left out. */
export function routesOfRules(
  rules: readonly WrittenRule[],
  client: RouteClient,
  context: RuleContext,
): readonly Route[] {
  const routes: Route[] = [];
  for (const written of rules) {
    const { match = [] } = written.rule;
    const alternatives = match.length === 0 ? [undefined] : match;
    for (const [index, alternative] of alternatives.entries()) {
      if (alternative !== undefined && !isForClient(alternative, client, context.port)) continue;
      const path = alternative === undefined ? written.path : [...written.path, 'match', index];
      const route = routeOf(written, { match: alternative, path, context });
      if (route !== undefined) routes.push(route);
      if (alternative === undefined || (route !== undefined && isCatchAll(route))) return routes;
    }
  }
  return routes;
}

interface Part {
  readonly match: HTTPMatchRequest | undefined;
  readonly path: FieldPath;
  readonly context: RuleContext;
}

function routeOf(written: WrittenRule, { match, path, context }: Part): Route | undefined {
  const { rule, object } = written;
  const action = actionOf(written, context);
  if (action === undefined) return undefined;
  const name = rule.name ?? '';
  const headers = operationsOf(rule.headers);
  const route: Route = {
    name: match?.name === undefined || match.name === '' ? name : `${name}.${match.name}`,
    match: match === undefined ? matchAll : matchOf(match),
    action,
    requestHeaders: headers.requestHeaders,
    responseHeaders: headers.responseHeaders,
    cors: corsOf(written),
    fault: faultOf(written),
    origin: originOf(object, path),
  };
  return withSingleDestination(route);
}

/** What a single destination does to headers, its route does, afterwards. */
function withSingleDestination(route: Route): Route {
  const { action } = route;
  const [only, ...others] = action.kind === 'forward' ? action.clusters : [];
  if (action.kind !== 'forward' || only === undefined || others.length > 0) return route;
  const { requestHeaders, responseHeaders } = only;
  if (isNothing(requestHeaders) && isNothing(responseHeaders)) return route;
  return {
    ...route,
    requestHeaders: joined(route.requestHeaders, requestHeaders),
    responseHeaders: joined(route.responseHeaders, responseHeaders),
    action: { ...action, clusters: [{ ...only, requestHeaders: noChanges, responseHeaders: noChanges }] },
  };
}

function isNothing({ set, add, remove }: HeaderChanges): boolean {
  return set.length + add.length + remove.length === 0;
}

/** What is set last stays. */
function joined(first: HeaderChanges, then: HeaderChanges): HeaderChanges {
  const again = new Set(then.set.map(([name]) => name.toLowerCase()));
  const kept = ([name]: readonly [string, string]): boolean => !again.has(name.toLowerCase());
  return {
    set: [...first.set.filter(kept), ...then.set],
    add: [...first.add.filter(kept), ...then.add],
    remove: [...first.remove, ...then.remove],
  };
}

/** The routes of a VirtualService as if nothing were known of Services. */
export function routesOfVirtualService(
  object: StoredObject<VirtualServiceResource>,
  client: RouteClient & { readonly port: number; readonly domain: string },
): readonly Route[] {
  const { port, domain } = client;
  const { namespace } = object.resource.metadata;
  const clusterOf = (destination: VirtualServiceDestination): string =>
    outboundCluster(
      destination.port?.number ?? port,
      qualifiedHost(destination.host, namespace, domain),
      destination.subset,
    );
  const context: RuleContext = { port, isTls: false, clusterOf, hashOf: () => undefined, retry: defaultRetry };
  return routesOfRules(rulesOf(object), client, context);
}
