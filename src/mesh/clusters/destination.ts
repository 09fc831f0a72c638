// From what a rule calls a destination to its cluster. Source: istio/istio:pilot/pkg/networking/core/route/route.go GetDestinationCluster,
// getHashForService at 1.31.
import type { VirtualServiceDestination } from '../../manifests/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import type { DestinationRuleSet, PushContext, RoutingRule, SidecarScope } from '../push/index.ts';
import { policyFor, ruleFor } from '../push/index.ts';
import type { MeshService } from '../registry/index.ts';
import type { Route, RouteClient, RuleContext } from '../routing/index.ts';
import { istiodRetry, outboundCluster, retryOf } from '../routing/index.ts';
import { hashKeyOf } from './traffic-policy.ts';

/** One without a port means the service's only one, else the port that was dialled. */
export function destinationCluster(
  { host, subset, port }: VirtualServiceDestination,
  service: MeshService | undefined,
  dialled: number,
): string {
  if (host === '') return 'UnknownService';
  const only = service?.ports.length === 1 ? service.ports[0]?.port : undefined;
  return outboundCluster(port?.number ?? only ?? dialled, service?.aliasOf || host, subset);
}

export interface RuleContextParts {
  readonly push: PushContext;
  readonly scope: SidecarScope;
  readonly client: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
  readonly port: number;
  readonly isTls: boolean;
  /** The service a destination's host names. */
  readonly serviceOf: (host: string) => MeshService | undefined;
}

/** What a host means where rules are compiled: all that they ask of it. */
interface Meaning {
  readonly service: MeshService | undefined;
  readonly imported: MeshService | undefined;
  readonly set: DestinationRuleSet | undefined;
}

function meaningOf(host: string, { push, scope, client, serviceOf }: RuleContextParts): Meaning {
  const imported = scope.byHostname.get(host);
  const set =
    imported === undefined ? undefined : ruleFor(push.destinationRules.find(imported, client.namespace), client);
  return { service: serviceOf(host), imported, set };
}

/** What HTTP rules are compiled with, for one port of a client. `meanings`: takes down what is asked. */
function ruleContext(parts: RuleContextParts, meanings: Map<string, Meaning>): RuleContext {
  const { push, port: dialled, isTls } = parts;
  const { mesh } = push.registry;
  const { defaultHttpRetryPolicy: policy } = mesh.meshConfig;
  const own = istiodRetry(mesh);
  const meaning = (host: string): Meaning => {
    let known = meanings.get(host);
    if (known === undefined) meanings.set(host, (known = meaningOf(host, parts)));
    return known;
  };
  return {
    port: dialled,
    isTls,
    clusterOf: (destination) => destinationCluster(destination, meaning(destination.host).service, dialled),
    hashOf({ host, subset, port }) {
      const { imported, set } = meaning(host);
      if (imported === undefined) return undefined;
      const part = set?.subsets.find(({ name }) => name === subset);
      return hashKeyOf(policyFor(set, port?.number ?? dialled, part).loadBalancer?.value);
    },
    retry: policy === undefined ? own : retryOf(policy, own),
    istiodRetry: own,
  };
}

/** Routes that were made, with what every host meant that they name. */
interface MadeRoutes {
  readonly mesh: MeshConfiguration;
  readonly meanings: ReadonlyMap<string, Meaning>;
  readonly routes: readonly Route[];
}

const known = new WeakMap<object, Map<string, MadeRoutes>>();

/** The HTTP routes that a rule has for a class of clients, on the port and for the proxy that `parts` speak of. */
export function routesOfRule(rule: RoutingRule, client: RouteClient, parts: RuleContextParts): readonly Route[] {
  return routesFor(rule, clientText(client), parts, (context) => rule.http(client, context));
}

/**
 * Routes of `owner`, made again only where one of the hosts that were asked about has come to mean something else. `make` may hang on
 * nothing but the owner, what `name` tells apart, and its context.
 */
export function routesFor(
  owner: object,
  name: string,
  parts: RuleContextParts,
  make: (context: RuleContext) => readonly Route[],
): readonly Route[] {
  const { port, isTls, push, client } = parts;
  const { mesh } = push.registry;
  let byKey = known.get(owner);
  if (byKey === undefined) known.set(owner, (byKey = new Map<string, MadeRoutes>()));
  const key = `${name} ${clientText(client)} ${port} ${isTls}`;
  const before = byKey.get(key);
  if (before?.mesh === mesh && meanAlike(before.meanings, parts)) return before.routes;
  const meanings = new Map<string, Meaning>();
  const routes = make(ruleContext(parts, meanings));
  byKey.set(key, { mesh, meanings, routes });
  return routes;
}

function meanAlike(meanings: ReadonlyMap<string, Meaning>, parts: RuleContextParts): boolean {
  for (const [host, { service, imported, set }] of meanings) {
    const now = meaningOf(host, parts);
    if (now.service !== service || now.imported !== imported || now.set !== set) return false;
  }
  return true;
}

const texts = new WeakMap<RuleContextParts['client'], string>();

function clientText(client: RuleContextParts['client'] & Partial<Pick<RouteClient, 'gateways'>>): string {
  let text = texts.get(client);
  if (text === undefined) {
    const { namespace, labels, gateways = [] } = client;
    texts.set(client, (text = JSON.stringify([namespace, labels, [...gateways]])));
  }
  return text;
}
