// From istiod's registry to what gateways hold: listeners of the servers they were told to open, routes bound to these, clusters of
// every service their namespace sees. Source: istio/istio:pilot/pkg/networking/core/{gateway.go,configgen.go} at 1.31.
import { sortedByAge } from '../age.ts';
import { compileAuthFilters } from '../authz/index.ts';
import { gatewayTopologyOf } from '../config/index.ts';
import type { RuleContextParts } from '../clusters/index.ts';
import { destinationCluster, narrowed, outboundClusters, placeOf, placeText } from '../clusters/index.ts';
import type { ProxyConfiguration } from '../envoy/index.ts';
import { builtInClusters } from '../envoy/index.ts';
import type { Compiler } from '../istiod/index.ts';
import { patchesFor, pushContextOf, withPatches } from '../push/index.ts';
import type { MeshService, Registry } from '../registry/index.ts';
import { meshServices } from '../registry/index.ts';
import type { XdsNode } from '../xds/index.ts';
import { plainMetadata } from '../xds/index.ts';
import type { ListenerParts } from './compile-listeners.ts';
import { compileDatagramListeners, compileGatewayListeners } from './compile-listeners.ts';
import { compileGatewayRoutes } from './compile-routes.ts';
import { mergeServers } from './merge.ts';
import { serversOf } from './server.ts';

export type GatewayNode = Pick<XdsNode, 'namespace' | 'labels' | 'address'> &
  Partial<Pick<XdsNode, 'node' | 'metadata'>>;

export const gatewayCompiler: Compiler = {
  proxy: 'gateway',
  /** A gateway's pods differ in what their labels select, and in the Services that stand in front of them. */
  scopeOf: (node, registry) =>
    [
      node.namespace,
      placeText(narrowed(placeOf(registry, node), ['kubernetes.io/hostname'])),
      `${node.metadata.acceptsHttp10} ${node.metadata.sendsTunnels} ${JSON.stringify(node.metadata.gatewayTopology)}`,
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
  const servers = serversOf(push, node);
  const ports = mergeServers(servers.filter(({ protocol }) => protocol !== 'UDP'));
  const { namespace, labels, metadata = plainMetadata } = node;
  const serviceOf = (host: string): MeshService | undefined => scope.byHostname.get(host);
  const contextFor = (port: number, isTls: boolean): RuleContextParts => ({
    push,
    scope,
    client: node,
    port,
    isTls,
    serviceOf,
    sources: [],
  });
  const filters = compileAuthFilters(
    {
      authorizationPolicies: sortedByAge(registry.authorizationPolicies),
      requestAuthentications: sortedByAge(registry.requestAuthentications),
      hosts: meshServices(registry),
    },
    { namespace, labels },
    registry.mesh,
  );
  const parts: ListenerParts = {
    push,
    namespace,
    filters,
    topology: metadata.gatewayTopology ?? gatewayTopologyOf(registry.mesh.meshConfig.defaultConfig),
    acceptsHttp10: registry.mesh.istiod.PILOT_HTTP10 || metadata.acceptsHttp10,
    clusterOf: ({ destination }, port) => destinationCluster(destination, serviceOf(destination.host), port),
  };
  const configuration: ProxyConfiguration = {
    parts: [
      {
        listeners: [...compileGatewayListeners(ports, parts), ...compileDatagramListeners(servers, parts)],
        routes: compileGatewayRoutes(ports, { push, namespace, labels, contextFor }),
        clusters: [
          ...outboundClusters(push, scope.services, {
            namespace,
            labels,
            role: 'gateway',
            sendsTunnels: metadata.sendsTunnels,
            place: placeOf(registry, node),
          }),
          ...builtInClusters,
        ],
      },
    ],
  };
  return withPatches(configuration, patchesFor(registry, { namespace, labels }), 'GATEWAY');
}
