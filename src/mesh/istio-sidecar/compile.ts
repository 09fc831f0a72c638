// From istiod's registry to what sidecars hold. Proxies that would get the same configuration share it: their namespace and those of
// their labels that some selector looks at make the scope. Pure. Source: istio/istio:pilot/pkg/networking/core at 1.31.
import type { Compiler } from '../istiod/index.ts';
import type { Registry } from '../registry/index.ts';
import type { XdsNode } from '../xds/index.ts';
import { compileInbound, inboundServices } from './compile-inbound.ts';
import { compileOutbound } from './compile-outbound.ts';
import type { OutboundConfiguration, SidecarConfiguration } from './configuration.ts';

export const sidecarCompiler: Compiler = {
  proxy: 'sidecar',
  scopeOf(node, registry) {
    const labels = Object.entries(seenLabels(node, registry)).map(([key, value]) => `${key}=${value}`);
    const ports = [...namedPorts(node, registry)].map(([name, port]) => `${name}:${port}`);
    return [node.namespace, ...labels, ...ports].join(',');
  },
  compile: (registry, node) => compileSidecar(registry, node),
};

function compileSidecar(
  registry: Registry,
  node: Pick<XdsNode, 'namespace' | 'labels' | 'address'>,
): SidecarConfiguration {
  return { outbound: outboundFor(registry, node), inbound: compileInbound(registry, node) };
}

const outbounds = new WeakMap<Registry, Map<string, OutboundConfiguration>>();

/** The outbound half is the same for a whole namespace, unless routes look at the client's labels. */
function outboundFor(registry: Registry, node: Pick<XdsNode, 'namespace' | 'labels'>): OutboundConfiguration {
  let byClient = outbounds.get(registry);
  if (byClient === undefined) outbounds.set(registry, (byClient = new Map<string, OutboundConfiguration>()));
  const labels = only(node.labels, sourceLabelKeys(registry));
  const key = JSON.stringify([node.namespace, labels]);
  let outbound = byClient.get(key);
  if (outbound === undefined)
    byClient.set(key, (outbound = compileOutbound(registry, { namespace: node.namespace, labels })));
  return outbound;
}

/** The labels of a proxy that can make a difference, in order of their keys. */
function seenLabels(node: XdsNode, registry: Registry): Readonly<Record<string, string>> {
  const keys = sourceLabelKeys(registry);
  const { rootNamespace } = registry.mesh.meshConfig;
  const isNear = (namespace: string): boolean => namespace === node.namespace || namespace === rootNamespace;
  for (const { resource } of [...registry.peerAuthentications, ...registry.authorizationPolicies]) {
    if (isNear(resource.metadata.namespace))
      for (const key of Object.keys(resource.spec.selector?.matchLabels ?? {})) keys.add(key);
  }
  for (const service of registry.services.values()) {
    if (service.namespace === node.namespace)
      for (const key of Object.keys(service.object.resource.spec.selector ?? {})) keys.add(key);
  }
  return only(node.labels, keys);
}

function sourceLabelKeys(registry: Registry): Set<string> {
  const keys = new Set<string>();
  for (const { resource } of registry.virtualServices) {
    for (const rule of resource.spec.http ?? [])
      for (const match of rule.match ?? []) for (const key of Object.keys(match.sourceLabels ?? {})) keys.add(key);
  }
  return keys;
}

function only(labels: Readonly<Record<string, string>>, keys: ReadonlySet<string>): Readonly<Record<string, string>> {
  const kept = Object.entries(labels).filter(([key]) => keys.has(key));
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** Named container ports, where a Service of the pod asks for them by name. */
function namedPorts(node: XdsNode, registry: Registry): ReadonlyMap<string, number> {
  const asksByName = inboundServices(registry, node).some((service) =>
    service.object.resource.spec.ports.some((port) => typeof port.targetPort === 'string'),
  );
  return asksByName
    ? (registry.workloads.get(node.address)?.portNames ?? new Map<string, number>())
    : new Map<string, number>();
}
