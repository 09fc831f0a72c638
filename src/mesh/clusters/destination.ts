// From what a rule calls a destination to its cluster. Source: istio/istio:pilot/pkg/networking/core/route/route.go GetDestinationCluster,
// getHashForService at 1.31.
import type { VirtualServiceDestination } from '../../manifests/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import type { DestinationRuleSet, PushContext, RoutingRule, SidecarScope } from '../push/index.ts';
import { policyFor, ruleFor } from '../push/index.ts';
import type { MeshService } from '../registry/index.ts';
import type { Route, RouteClient, RuleContext } from '../routing/index.ts';
import { isSameList } from '../remembered.ts';
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
  /** What `serviceOf` looks into: while it is the very same, so are the answers. */
  readonly sources: readonly unknown[];
}

/** What a host means where rules are compiled: all that they ask of it. */
interface Meaning {
  readonly service: MeshService | undefined;
  readonly imported: MeshService | undefined;
  readonly set: DestinationRuleSet | undefined;
}

/** What hosts mean where rules are compiled; each is looked up once. */
class Meanings {
  readonly #parts: RuleContextParts;
  readonly #known = new Map<string, Meaning>();

  constructor(parts: RuleContextParts) {
    this.#parts = parts;
  }

  of(host: string): Meaning {
    let meaning = this.#known.get(host);
    if (meaning === undefined) this.#known.set(host, (meaning = meaningOf(host, this.#parts)));
    return meaning;
  }
}

function meaningOf(host: string, { push, scope, client, serviceOf }: RuleContextParts): Meaning {
  const imported = scope.byHostname.get(host);
  const set =
    imported === undefined ? undefined : ruleFor(push.destinationRules.find(imported, client.namespace), client);
  return { service: serviceOf(host), imported, set };
}

/** What HTTP rules are compiled with, for one port of a client. `asked`: takes down what is. */
function ruleContext(
  { push, port: dialled, isTls }: RuleContextParts,
  meanings: Meanings,
  asked: Map<string, Meaning>,
): RuleContext {
  const { mesh } = push.registry;
  const { defaultHttpRetryPolicy: policy } = mesh.meshConfig;
  const own = istiodRetry(mesh);
  const meaning = (host: string): Meaning => {
    const known = meanings.of(host);
    asked.set(host, known);
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
  /** Where all hosts were looked up; if these are the same, nobody has to look. */
  sources: readonly unknown[];
  readonly mesh: MeshConfiguration;
  readonly meanings: ReadonlyMap<string, Meaning>;
  readonly routes: readonly Route[];
}

const known = new WeakMap<object, Map<string, MadeRoutes>>();

/** Routes for a class of clients on one port, made again only where a host that they ask about has come to mean something else. */
export class RuleRoutes {
  readonly #client: RouteClient;
  readonly #parts: RuleContextParts;
  readonly #meanings: Meanings;
  readonly #key: string;
  readonly #sources: readonly unknown[];

  /** `client`: whose rules they are, which a proxy may be for many clients. */
  constructor(client: RouteClient, parts: RuleContextParts) {
    const { push, scope, port, isTls } = parts;
    this.#client = client;
    this.#parts = parts;
    this.#meanings = new Meanings(parts);
    const { namespace, labels } = parts.client;
    this.#key = JSON.stringify([client.namespace, client.labels, [...client.gateways], namespace, labels, port, isTls]);
    this.#sources = [push.destinationRules, scope.byHostname, ...parts.sources];
  }

  ofRule(rule: RoutingRule): readonly Route[] {
    return this.#of(rule, this.#key, (context) => rule.http(this.#client, context));
  }

  /** `make` may hang on nothing but the owner, what `name` tells apart, and its context. */
  of(owner: object, name: string, make: (context: RuleContext) => readonly Route[]): readonly Route[] {
    return this.#of(owner, `${name} ${this.#key}`, make);
  }

  #of(owner: object, key: string, make: (context: RuleContext) => readonly Route[]): readonly Route[] {
    const { mesh } = this.#parts.push.registry;
    let byKey = known.get(owner);
    if (byKey === undefined) known.set(owner, (byKey = new Map<string, MadeRoutes>()));
    const before = byKey.get(key);
    if (before?.mesh === mesh) {
      if (isSameList(before.sources, this.#sources)) return before.routes;
      if (meanAlike(before.meanings, this.#meanings)) {
        before.sources = this.#sources;
        return before.routes;
      }
    }
    const asked = new Map<string, Meaning>();
    const routes = make(ruleContext(this.#parts, this.#meanings, asked));
    byKey.set(key, { sources: this.#sources, mesh, meanings: asked, routes });
    return routes;
  }
}

function meanAlike(before: ReadonlyMap<string, Meaning>, meanings: Meanings): boolean {
  for (const [host, { service, imported, set }] of before) {
    const now = meanings.of(host);
    if (now.service !== service || now.imported !== imported || now.set !== set) return false;
  }
  return true;
}
