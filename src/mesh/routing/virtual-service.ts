// VirtualService to routes, one per match, in the order of the manifest.
// Source: istio/istio:pilot/pkg/networking/core/route/route.go BuildHTTPRoutesForVirtualService, TranslateRoute at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { FieldPath, HTTPMatchRequest, VirtualServiceResource } from '../../manifests/index.ts';
import { originOf } from '../origin.ts';
import type { HeaderChanges, Route } from './route-table.ts';
import { matchAll, noChanges } from './route-table.ts';
import type { RuleContext, WrittenRule } from './virtual-service-action.ts';
import { actionOf, corsOf, faultOf, operationsOf } from './virtual-service-action.ts';
import type { RouteClient } from './virtual-service-match.ts';
import { isCatchAll, isForClient, matchOf } from './virtual-service-match.ts';

/** A name without a dot is a Service of its own namespace. Source: istio/istio:pilot/pkg/model/context.go ResolveShortnameToFQDN. */
export function qualifiedHost(host: string, namespace: string, domain: string): string {
  return host === '' || host.includes('.') || host.startsWith('*') ? host : `${host}.${namespace}.svc.${domain}`;
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
