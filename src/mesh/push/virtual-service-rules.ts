// VirtualServices as routing rules: delegates followed, names resolved for the namespace they stand in; with them what else
// istiod treats as VirtualServices.
// Source: istio/istio:pilot/pkg/model/{virtualservice.go,virtualservice_controller.go} at 1.31.
import type { ResourceOf, VirtualServiceDestination, VirtualServiceTCPRoute } from '../../manifests/index.ts';
import type { StoredObject } from '../../kube/index.ts';
import { compareAge } from '../age.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { exportedTo } from '../config/index.ts';
import type { GatewayApi } from '../gateway-api/index.ts';
import { originOf } from '../origin.ts';
import type { Registry } from '../registry/index.ts';
import { Remembered } from '../remembered.ts';
import type { WrittenRule } from '../routing/index.ts';
import { qualifiedHost, routesOfRules } from '../routing/index.ts';
import { rulesWithDelegates } from './delegates.ts';
import { gatewayApiRules } from './gateway-api-rules.ts';
import { ingressRules } from './ingress.ts';
import type { RoutingRule, RuleDestination, RuleTarget } from './routing-rule.ts';

/** All rules, oldest first. */
export function routingRules(registry: Registry, gatewayApi: GatewayApi): readonly RoutingRule[] {
  const { virtualServices, ingresses, ingressClasses, services, mesh } = registry;
  const ofRoutes = gatewayApiRules(gatewayApi);
  // Of Ingresses only the ports of Services are asked.
  const ofIngresses = ingresses.length === 0 ? [] : [ingresses, ingressClasses, services];
  return madeLists.get(virtualServices, [mesh, ofRoutes, ...ofIngresses], () =>
    [...writtenRules(virtualServices, mesh), ...ingressRules(registry), ...ofRoutes].sort(compareAge),
  );
}

const madeLists = new Remembered<readonly VirtualService[], readonly RoutingRule[]>();

function writtenRules(all: readonly VirtualService[], mesh: MeshConfiguration): readonly RoutingRule[] {
  const roots = all.filter(({ resource }) => (resource.spec.hosts ?? []).length > 0);
  return roots.map((object) => {
    const delegates = (object.resource.spec.http ?? []).some(({ delegate }) => delegate !== undefined);
    const among = delegates ? all : none;
    return made.get(object, [mesh, among], () => virtualServiceRule(object, among, mesh));
  });
}

const none: readonly VirtualService[] = [];
const made = new Remembered<VirtualService, RoutingRule>();

type VirtualService = StoredObject<ResourceOf<'VirtualService'>>;

/** istiod's mark of what it makes of routes of the Gateway API; it does not ask who wrote it. */
const semanticsAnnotation = 'internal.istio.io/route-semantics';

/** `all`: where its delegates are looked for. */
function virtualServiceRule(
  object: VirtualService,
  all: readonly VirtualService[],
  { domain, meshConfig }: MeshConfiguration,
): RoutingRule {
  const { metadata, spec } = object.resource;
  const { namespace, name } = metadata;
  const targets = (route: VirtualServiceTCPRoute['route'], path: readonly (string | number)[]): readonly RuleTarget[] =>
    (route ?? []).map(({ destination, weight = 0 }, index) => ({
      destination: { ...destination, host: qualifiedHost(destination.host, namespace, domain) },
      weight,
      origin: originOf(object, [...path, 'route', index]),
    }));
  const rules = rulesWithDelegates(object, all).map((written) => resolved(written, domain));
  const rule: Omit<RoutingRule, 'destinations'> = {
    namespace,
    name,
    createdAt: object.createdAt,
    exportTo: exportedTo(spec.exportTo, meshConfig.defaultVirtualServiceExportTo),
    hosts: (spec.hosts ?? []).map((host) => qualifiedHost(host, namespace, domain)),
    gateways: (spec.gateways ?? []).length === 0 ? ['mesh'] : (spec.gateways ?? []).map(gatewayName(namespace)),
    semantics: metadata.annotations[semanticsAnnotation] === 'gateway' ? 'gateway' : 'istio',
    http: (client, context) => routesOfRules(rules, client, context),
    tls: (spec.tls ?? []).map(({ match, route }, index) => ({
      matches: match.map((entry) => ({ ...entry, ...gatewaysOf(entry, namespace) })),
      route: targets(route, ['spec', 'tls', index]),
      origin: originOf(object, ['spec', 'tls', index]),
    })),
    tcp: (spec.tcp ?? []).map(({ match = [], route }, index) => ({
      matches: match.map((entry) => ({ ...entry, ...gatewaysOf(entry, namespace) })),
      route: targets(route, ['spec', 'tcp', index]),
      origin: originOf(object, ['spec', 'tcp', index]),
    })),
    origin: originOf(object),
  };
  return { ...rule, destinations: [...httpDestinations(rules), ...bytesDestinations(rule)] };
}

function gatewayName(namespace: string): (gateway: string) => string {
  return (gateway) => {
    if (gateway === 'mesh') return gateway;
    if (gateway.startsWith('./')) return `${namespace}${gateway.slice(1)}`;
    if (gateway.includes('/')) return gateway;
    const [name = '', home = namespace] = gateway.split('.'); // `name.namespace.svc...` is an old way to write it
    return `${home}/${name}`;
  };
}

function gatewaysOf(
  match: { readonly gateways?: readonly string[] },
  namespace: string,
): { readonly gateways?: readonly string[] } {
  return match.gateways === undefined ? {} : { gateways: match.gateways.map(gatewayName(namespace)) };
}

/** Names in a rule are short for its own object's namespace: a delegate's for the delegate's. */
function resolved(written: WrittenRule, domain: string): WrittenRule {
  const { rule, object } = written;
  const { namespace } = object.resource.metadata;
  const full = (destination: VirtualServiceDestination): VirtualServiceDestination => ({
    ...destination,
    host: qualifiedHost(destination.host, namespace, domain),
  });
  return {
    ...written,
    rule: {
      ...rule,
      ...(rule.match === undefined
        ? {}
        : { match: rule.match.map((entry) => ({ ...entry, ...gatewaysOf(entry, namespace) })) }),
      ...(rule.route === undefined
        ? {}
        : { route: rule.route.map((entry) => ({ ...entry, destination: full(entry.destination) })) }),
      ...(rule.mirror === undefined ? {} : { mirror: full(rule.mirror) }),
      ...(rule.mirrors === undefined
        ? {}
        : { mirrors: rule.mirrors.map((entry) => ({ ...entry, destination: full(entry.destination) })) }),
    },
  };
}

function httpDestinations(rules: readonly WrittenRule[]): readonly RuleDestination[] {
  return rules.flatMap(({ rule }) => {
    const named = (rule.match ?? []).map(({ sourceNamespace = '' }) => sourceNamespace);
    const sources = named.includes('') ? [] : named;
    const all = [
      ...(rule.route ?? []).map(({ destination }) => destination),
      ...(rule.mirror === undefined ? [] : [rule.mirror]),
      ...(rule.mirrors ?? []).map(({ destination }) => destination),
    ];
    return all.map(({ host, port }) => ({ host, port: port?.number ?? 0, sources }));
  });
}

function bytesDestinations({ tls, tcp }: Pick<RoutingRule, 'tls' | 'tcp'>): readonly RuleDestination[] {
  return [...tcp, ...tls].flatMap(({ route }) =>
    route.map(({ destination: { host, port } }) => ({ host, port: port?.number ?? 0, sources: [] })),
  );
}
