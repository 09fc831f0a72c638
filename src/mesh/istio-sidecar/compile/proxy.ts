// A sidecar's whole configuration, in parts that proxies share: what a namespace sees of the mesh is the same for all its workloads unless
// some configuration looks at their labels; the inbound side is the workload's own.
// Source: istio/istio:pilot/pkg/networking/core/configgen.go, pilot/pkg/xds at 1.31.
import type { Place } from '../../clusters/index.ts';
import { narrowed, outboundClusters, placeLabels, placeOf, placeText } from '../../clusters/index.ts';
import type { ConfigurationPart, Listener, ProxyConfiguration } from '../../envoy/index.ts';
import { builtInClusters, dynamicDnsCluster, plainCluster } from '../../envoy/index.ts';
import type { Compiler } from '../../istiod/index.ts';
import type { PushContext, SidecarScope } from '../../push/index.ts';
import { patchesFor, patchesText, pushContextOf, selectorKeys, withPatches } from '../../push/index.ts';
import type { Registry } from '../../registry/index.ts';
import { serviceTargets } from '../../registry/index.ts';
import { isBefore124, plainMetadata } from '../../xds/index.ts';
import type { InboundNode } from './inbound.ts';
import { inboundPart, takesTunnels } from './inbound.ts';
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
  const listeners = shared(scope, `listeners ${address} ${acceptsHttp10} ${textOf(labels)}`, () =>
    partOf({
      listeners: outboundListeners(push, scope, { namespace: node.namespace, labels, address, acceptsHttp10 }),
    }),
  );
  const place = placeIn(push, scope, node);
  const rest = shared(scope, `routes ${sendsTunnels} ${textOf(labels)} ${placeText(place)}`, () => {
    const client = { namespace: node.namespace, labels };
    return partOf({
      routes: outboundRoutes(push, scope, client, routeNames(listeners.listeners)),
      clusters: [
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
    });
  });
  const inbound = inboundPart(push, scope, node, serviceTargets(registry, node));
  return withPatches({ parts: [listeners, rest, inbound] }, patchesFor(registry, node), 'SIDECAR_OUTBOUND');
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

function partOf(part: Partial<ConfigurationPart>): ConfigurationPart {
  return { listeners: [], routes: [], clusters: [], ...part };
}

const parts = new WeakMap<SidecarScope, Map<string, ConfigurationPart>>();

function shared(scope: SidecarScope, key: string, make: () => ConfigurationPart): ConfigurationPart {
  let byKey = parts.get(scope);
  if (byKey === undefined) parts.set(scope, (byKey = new Map<string, ConfigurationPart>()));
  let part = byKey.get(key);
  if (part === undefined) byKey.set(key, (part = make()));
  return part;
}

function routeNames(listeners: readonly Listener[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { filterChains, defaultFilterChain } of listeners)
    for (const chain of defaultFilterChain === undefined ? filterChains : [...filterChains, defaultFilterChain])
      if (chain.terminal.kind === 'http' && chain.terminal.routes.kind === 'rds') names.add(chain.terminal.routes.name);
  return names;
}

const outboundKeys = new WeakMap<SidecarScope, ReadonlySet<string>>();

/** Labels of clients that routing rules or DestinationRules ask for. */
function labelKeys(push: PushContext, scope: SidecarScope): ReadonlySet<string> {
  let keys = outboundKeys.get(scope);
  if (keys === undefined) {
    keys = new Set([
      ...push.sourceLabelKeys,
      ...scope.services.flatMap((service) => selectorKeys(push.destinationRules.find(service, scope.namespace))),
    ]);
    outboundKeys.set(scope, keys);
  }
  return keys;
}

const placeKeys = new WeakMap<SidecarScope, readonly string[] | 'none'>();

/** A proxy's place, as far as the scope's clusters look at it. */
function placeIn(push: PushContext, scope: SidecarScope, node: SidecarNode): Place {
  let keys = placeKeys.get(scope);
  if (keys === undefined) {
    const all = scope.services.flatMap((service) => {
      const own = placeLabels(push.registry, service, push.destinationRules.find(service, scope.namespace));
      return own === undefined ? [] : [own];
    });
    placeKeys.set(scope, (keys = all.length === 0 ? 'none' : all.flat()));
  }
  return narrowed(placeOf(push.registry, node), keys === 'none' ? undefined : keys);
}

function policyKeys(
  { peerAuthentications, authorizationPolicies, requestAuthentications, mesh }: Registry,
  namespace: string,
): readonly string[] {
  return [...peerAuthentications, ...authorizationPolicies, ...requestAuthentications]
    .filter(({ resource: { metadata } }) => [namespace, mesh.meshConfig.rootNamespace].includes(metadata.namespace))
    .flatMap(({ resource }) => Object.keys(resource.spec.selector?.matchLabels ?? {}));
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
