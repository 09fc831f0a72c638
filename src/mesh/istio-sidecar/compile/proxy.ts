// A sidecar's whole configuration, in parts that proxies share: what a namespace sees of the mesh is the same for all its workloads unless
// some configuration looks at their labels; the inbound side is the workload's own.
// Source: istio/istio:pilot/pkg/networking/core/configgen.go, pilot/pkg/xds at 1.31.
import type { Place } from '../../clusters/index.ts';
import { clusterSources, narrowed, outboundClusters, placeLabels, placeOf, placeText } from '../../clusters/index.ts';
import type { Cluster, Listener, ProxyConfiguration } from '../../envoy/index.ts';
import { builtInClusters, dynamicDnsCluster, plainCluster } from '../../envoy/index.ts';
import type { Compiler } from '../../istiod/index.ts';
import type { PushContext, SidecarScope } from '../../push/index.ts';
import { patchesFor, patchesText, pushContextOf, selectorKeys, withPatches } from '../../push/index.ts';
import type { MeshService, Registry } from '../../registry/index.ts';
import { serviceTargets } from '../../registry/index.ts';
import { Remembered, RememberedByName } from '../../remembered.ts';
import type { RouteConfiguration } from '../../routing/index.ts';
import { isBefore124, plainMetadata } from '../../xds/index.ts';
import type { InboundNode } from './inbound.ts';
import { inboundPart, takesTunnels } from './inbound.ts';
import { routingBytes } from './outbound-chains.ts';
import { isDialledByAddress, outboundListeners } from './outbound-listeners.ts';
import { outboundRoutes } from './outbound-routes.ts';

type SidecarNode = InboundNode & { readonly node?: string };

/** The configuration of one sidecar. Parts are shared between calls with the same registry. */
export function compileSidecarProxy(registry: Registry, node: SidecarNode): ProxyConfiguration {
  const push = pushContextOf(registry);
  const scope = push.scopeOf(node);
  const labels = only(node.labels, labelKeys(push, scope));
  const address = isDialledByAddress(scope, node.address) ? node.address : '';
  const { acceptsHttp10, sendsTunnels } = node.metadata ?? plainMetadata;
  const client = { namespace: node.namespace, labels };
  const text = textOf(labels);
  const { services, destinationRules } = push;
  const { mesh } = registry;
  const listeners = madeListeners.get(
    services,
    `${node.namespace} ${scope.sidecar?.uid ?? ''} ${address} ${acceptsHttp10} ${text}`,
    [mesh, destinationRules, ...listenerSources(scope)],
    () => outboundListeners(push, scope, { ...client, address, acceptsHttp10 }),
  );
  const names = routeNames(listeners);
  const routes = madeRoutes.get(scope, text, [destinationRules, listeners], () =>
    outboundRoutes(push, scope, client, names),
  );
  const place = placeIn(push, scope, node);
  const clusters = madeClusters.get(
    services,
    `${node.namespace} ${scope.sidecar?.uid ?? ''} ${sendsTunnels} ${text} ${placeText(place)}`,
    [mesh, scope.outbound.mode, ...clusterSources(push), ...scope.services],
    () => [
      ...outboundClusters(push, scope.services, {
        ...client,
        role: 'sidecar',
        // PILOT_ENABLE_SENDING_HBONE is on where ambient mode is, and only there somebody takes tunnels.
        sendsTunnels,
        place,
      }),
      ...builtInClusters,
      ...(scope.outbound.mode === 'ALLOW_ANY_DYNAMIC_DNS' ? [anyDynamicDns] : []),
    ],
  );
  const inbound = inboundPart(push, scope, node, serviceTargets(registry, node));
  const outbound = [
    { listeners, routes: [], clusters: [] },
    { listeners: [], routes, clusters },
  ];
  return withPatches({ parts: [...outbound, inbound] }, patchesFor(registry, node), 'SIDECAR_OUTBOUND');
}

export const sidecarProxyCompiler: Compiler = {
  proxy: 'sidecar',
  scopeOf: (node, registry) => scopeKey(registry, node),
  compile: (registry, node) => compileSidecarProxy(registry, node),
};

/** Proxies with an equal key get an equal configuration. */
function scopeKey(registry: Registry, node: SidecarNode): string {
  const push = pushContextOf(registry);
  const scope = push.scopeOf(node);
  const keys = new Set([...labelKeys(push, scope), ...policyKeys(registry, node.namespace)]);
  const ingress = scope.sidecar?.resource.spec.ingress ?? [];
  const targets = serviceTargets(registry, node).map(
    ({ service, port, targetPort }) => `${service.namespace}/${service.hostname}:${port.port}:${targetPort}`,
  );
  const isOwn = ingress.length > 0 || isDialledByAddress(scope, node.address) || takesTunnels(node);
  return [
    node.namespace,
    scope.sidecar?.uid ?? '',
    isOwn ? node.address : '',
    textOf(only(node.labels, keys)),
    placeText(placeIn(push, scope, node)),
    metadataText(node),
    patchesText(patchesFor(registry, node)),
    ...targets,
  ].join();
}

function metadataText({ metadata = plainMetadata }: SidecarNode): string {
  return `${metadata.acceptsHttp10} ${metadata.sendsTunnels}${isBefore124(metadata) ? ' before 1.24' : ''}`;
}

const anyDynamicDns = {
  ...plainCluster,
  name: dynamicDnsCluster,
  discovery: 'DYNAMIC_DNS',
  protocol: 'downstream',
} as const;

// One value for all proxies that it is for, and from one push to the next while what it is made of stays as it is.
const madeListeners = new RememberedByName<readonly MeshService[], readonly Listener[]>();
const madeRoutes = new RememberedByName<SidecarScope, readonly RouteConfiguration[]>();
const madeClusters = new RememberedByName<readonly MeshService[], readonly Cluster[]>();

/** What of a scope its listeners are made of. Rules for HTTP are none of it. */
function listenerSources({ sidecar, egress, services }: SidecarScope): readonly unknown[] {
  const ofListeners = egress.flatMap((listener) => [listener.services.length, ...listener.services]);
  return [sidecar, ...ofListeners, ...egress.flatMap(({ rules }) => [...routingBytes(rules), 'and']), ...services];
}

function routeNames(listeners: readonly Listener[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { filterChains, defaultFilterChain } of listeners)
    for (const chain of defaultFilterChain === undefined ? filterChains : [...filterChains, defaultFilterChain])
      if (chain.terminal.kind === 'http' && chain.terminal.routes.kind === 'rds') names.add(chain.terminal.routes.name);
  return names;
}

const outboundKeys = new Remembered<SidecarScope['services'], ReadonlySet<string>>();

/** Labels of clients that routing rules or DestinationRules ask for. */
function labelKeys({ destinationRules, sourceLabelKeys }: PushContext, scope: SidecarScope): ReadonlySet<string> {
  return outboundKeys.get(scope.services, [scope.namespace, destinationRules, sourceLabelKeys], () => {
    const sets = scope.services.map((service) => destinationRules.find(service, scope.namespace));
    return new Set([...sourceLabelKeys, ...sets.flatMap(selectorKeys)]);
  });
}

const placeKeys = new Remembered<SidecarScope['services'], readonly string[] | undefined>();

/** A proxy's place, as far as the scope's clusters look at it. */
function placeIn({ registry, destinationRules }: PushContext, scope: SidecarScope, node: SidecarNode): Place {
  const { mesh, namespaceAnnotations } = registry;
  const keys = placeKeys.get(scope.services, [scope.namespace, destinationRules, mesh, namespaceAnnotations], () => {
    const all = scope.services.flatMap((service) => {
      const own = placeLabels(registry, service, destinationRules.find(service, scope.namespace));
      return own === undefined ? [] : [own];
    });
    return all.length === 0 ? undefined : all.flat();
  });
  return narrowed(placeOf(registry, node), keys);
}

const madePolicyKeys = new RememberedByName<Registry['authorizationPolicies'], ReadonlySet<string>>();

/** Labels that policies for workloads of a namespace ask for. */
function policyKeys(registry: Registry, namespace: string): ReadonlySet<string> {
  const { peerAuthentications, authorizationPolicies, requestAuthentications, mesh } = registry;
  const { rootNamespace } = mesh.meshConfig;
  const parts = [peerAuthentications, requestAuthentications, rootNamespace];
  return madePolicyKeys.get(authorizationPolicies, namespace, parts, () => {
    const keys = new Set<string>();
    for (const { resource } of [...peerAuthentications, ...authorizationPolicies, ...requestAuthentications]) {
      const { metadata, spec } = resource;
      if (metadata.namespace !== namespace && metadata.namespace !== rootNamespace) continue;
      for (const key of Object.keys(spec.selector?.matchLabels ?? {})) keys.add(key);
    }
    return keys;
  });
}

function only(labels: Readonly<Record<string, string>>, keys: ReadonlySet<string>): Readonly<Record<string, string>> {
  const kept = Object.entries(labels).filter(([key]) => keys.has(key));
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

function textOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}
