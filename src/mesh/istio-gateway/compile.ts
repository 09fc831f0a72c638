// From istiod's registry to what gateways hold: listeners of the servers they were told to open, routes bound to these, clusters of
// every service their namespace sees. Source: istio/istio:pilot/pkg/networking/core/{gateway.go,configgen.go} at 1.31.
import { byAge } from '../age.ts';
import { compileAuthFilters } from '../authz/index.ts';
import { hashKeyOf, narrowed, outboundClusters, placeOf, placeText } from '../clusters/index.ts';
import type { ProxyConfiguration } from '../envoy/index.ts';
import { builtInClusters } from '../envoy/index.ts';
import type { Compiler } from '../istiod/index.ts';
import type { VirtualServiceDestination } from '../../manifests/index.ts';
import type { PushContext, SidecarScope } from '../push/index.ts';
import { policyFor, pushContextOf, ruleFor } from '../push/index.ts';
import type { Registry } from '../registry/index.ts';
import { meshServices } from '../registry/index.ts';
import type { RuleContext } from '../routing/index.ts';
import { defaultRetry, outboundCluster } from '../routing/index.ts';
import type { XdsNode } from '../xds/index.ts';
import { compileGatewayListeners } from './compile-listeners.ts';
import { compileGatewayRoutes } from './compile-routes.ts';
import { mergeServers } from './merge.ts';
import { serversOf } from './server.ts';

export type GatewayNode = Pick<XdsNode, 'namespace' | 'labels' | 'address'> & Partial<Pick<XdsNode, 'node'>>;

export const gatewayCompiler: Compiler = {
  proxy: 'gateway',
  /** A gateway's pods differ in what their labels select, and in the Services that stand in front of them. */
  scopeOf: (node, registry) =>
    [
      node.namespace,
      placeText(narrowed(placeOf(registry, node), ['kubernetes.io/hostname'])),
      ...Object.entries(node.labels)
        .filter(([key]) => key !== 'pod-template-hash')
        .map(([key, value]) => `${key}=${value}`)
        .sort((a, b) => (a < b ? -1 : 1)),
      ...serversOf(pushContextOf(registry), node).map(({ gateway, podPorts }) => `${gateway}:${podPorts.join(' ')}`),
    ].join(),
  compile: (registry, node) => compileGateway(registry, node),
};

export function compileGateway(registry: Registry, node: GatewayNode): ProxyConfiguration {
  const push = pushContextOf(registry);
  const scope = push.gatewayScope(node.namespace);
  const ports = mergeServers(serversOf(push, node));
  const { namespace, labels } = node;
  const contextFor = (_: unknown, port: number, isTls: boolean): RuleContext =>
    contextOf(push, scope, node, { port, isTls });
  const filters = compileAuthFilters(
    {
      authorizationPolicies: [...registry.authorizationPolicies].sort(byAge),
      requestAuthentications: [...registry.requestAuthentications].sort(byAge),
      hosts: meshServices(registry),
    },
    { namespace, labels },
    registry.mesh,
  );
  return {
    parts: [
      {
        listeners: compileGatewayListeners(ports, {
          push,
          namespace,
          filters,
          clusterOf: ({ destination }, port) => clusterOf(scope, destination, port),
        }),
        routes: compileGatewayRoutes(ports, { push, namespace, labels, contextFor }),
        clusters: [
          ...outboundClusters(push, scope.services, {
            namespace,
            labels,
            role: 'gateway',
            sendsTunnels: true,
            place: placeOf(registry, node),
          }),
          ...builtInClusters,
        ],
      },
    ],
  };
}

function contextOf(
  push: PushContext,
  scope: SidecarScope,
  client: GatewayNode,
  server: { readonly port: number; readonly isTls: boolean },
): RuleContext {
  return {
    ...server,
    clusterOf: (destination) => clusterOf(scope, destination, server.port),
    hashOf({ host, subset, port }) {
      const service = scope.byHostname.get(host);
      if (service === undefined) return undefined;
      const set = ruleFor(push.destinationRules.find(service, client.namespace), client);
      const part = set?.subsets.find(({ name }) => name === subset);
      return hashKeyOf(policyFor(set, port?.number ?? server.port, part).loadBalancer?.value);
    },
    retry: defaultRetry,
  };
}

/** One without a port means the service's only one, else the server's. */
function clusterOf(scope: SidecarScope, { host, subset, port }: VirtualServiceDestination, served: number): string {
  const service = scope.byHostname.get(host);
  const only = service?.ports.length === 1 ? service.ports[0]?.port : undefined;
  return outboundCluster(port?.number ?? only ?? served, service?.aliasOf || host, subset);
}
