// What istiod writes into the status of an Ingress: where the gateway in front of it is reached.
// Source: istio/istio:pilot/pkg/config/kube/ingress/ingress.go SupportedIngresses, runningAddresses at 1.31. Simplified: each istiod writes,
// not the elected one alone (they would write the same); nodes have no external addresses, so without `ingressService` there are none.
import type { StoredObject } from '../../kube/index.ts';
import { externalAddress } from '../../kube/index.ts';
import type { ResourceOf } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import type { Registry } from '../registry/index.ts';
import { compareText } from '../age.ts';
import { ingressNamespace, ownIngresses } from './ingress.ts';

export interface IngressStatus {
  readonly object: StoredObject<ResourceOf<'Ingress'>>;
  readonly value: { readonly status: { readonly loadBalancer: object } };
}

/** Of the Ingresses that are istiod's. One that has neither a status nor an address to write is left out. */
export function ingressStatuses(registry: Registry): readonly IngressStatus[] {
  const own = ownIngresses(registry);
  if (own.length === 0) return [];
  const ingress = addressesOf(registry).map((address) => (isIp(address) ? { ip: address } : { hostname: address }));
  const status = { loadBalancer: ingress.length === 0 ? {} : { ingress } };
  return own
    .filter(({ status: written }) => ingress.length > 0 || written !== undefined)
    .map((object) => ({ object, value: { status } }));
}

/** Names first, as istiod sorts them. */
function addressesOf({ objects, mesh }: Registry): readonly string[] {
  const { ingressService } = mesh.meshConfig;
  for (const { resource } of objects) {
    if (!isKind(resource, 'Service')) continue;
    const { metadata, spec } = resource;
    if (metadata.namespace !== ingressNamespace || metadata.name !== ingressService) continue;
    if (spec.type === 'ExternalName') return [spec.externalName ?? ''];
    const given = externalAddress(resource);
    const all = [...(given === undefined ? [] : [given]), ...(spec.externalIPs ?? [])];
    return [...all].sort((a, b) => Number(isIp(a)) - Number(isIp(b)) || compareText(a, b));
  }
  return [];
}

function isIp(address: string): boolean {
  return /^\d+(?:\.\d+){3}$/.test(address) || address.includes(':');
}
