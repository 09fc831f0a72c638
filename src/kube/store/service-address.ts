// ClusterIPs: what the API server's allocator gives a Service, and where.
import type { Resource, ResourceOf, ServiceResource } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import { PersistentMap } from '../../kernel/index.ts';

/** The cluster's DNS. Source: kubernetes/kubernetes@v1.34: cmd/kubeadm/app/constants (tenth address of the service range). */
export const DNS_ADDRESS = '10.96.0.10';

/**
 * Addresses of 10.96.0.0/16. Allocation starts behind the first 256, which are kept for addresses that somebody writes
 * (KEP-3070). Simplified: in order, where the real allocator picks at random.
 */
const FIRST_DYNAMIC = 257;
const SIZE = 65_536;

export interface ServiceAddresses {
  /** Address -> `namespace/name`. */
  readonly taken: PersistentMap<string>;
  readonly next: number;
}

export const noServiceAddresses: ServiceAddresses = { taken: PersistentMap.empty(), next: FIRST_DYNAMIC };

export type Allocation =
  | { readonly kind: 'allocated'; readonly addresses: ServiceAddresses; readonly resource: ServiceResource }
  | { readonly kind: 'unneeded' }
  | { readonly kind: 'refused'; readonly reason: string };

/** Gives a Service its address. A written one is honoured; `None` and ExternalName need none. */
export function allocateAddress(addresses: ServiceAddresses, service: ResourceOf<'Service'>): Allocation {
  const { spec, metadata } = service;
  if (spec.type === 'ExternalName' || spec.clusterIP === 'None') return { kind: 'unneeded' };
  const owner = `${metadata.namespace}/${metadata.name}`;
  const written = spec.clusterIP === undefined || spec.clusterIP === '' ? undefined : spec.clusterIP;
  const holder = written === undefined ? undefined : addresses.taken.get(written);
  if (holder !== undefined && holder !== owner) {
    const why = `Invalid value: []string{"${written ?? ''}"}: failed to allocate IP ${written ?? ''}: provided IP is already allocated`;
    return { kind: 'refused', reason: `Service "${metadata.name}" is invalid: spec.clusterIPs: ${why}` };
  }
  if (written !== undefined)
    return {
      kind: 'allocated',
      addresses: { ...addresses, taken: addresses.taken.with(written, owner) },
      resource: service,
    };
  let next = addresses.next;
  while (addresses.taken.get(addressOf(next)) !== undefined) next = next + 1 < SIZE ? next + 1 : FIRST_DYNAMIC;
  const clusterIP = addressOf(next);
  const taken = addresses.taken.with(clusterIP, owner);
  return {
    kind: 'allocated',
    addresses: { taken, next: next + 1 < SIZE ? next + 1 : FIRST_DYNAMIC },
    resource: withAddress(service, clusterIP),
  };
}

/**
 * The address under which the world outside reaches a Service of type LoadBalancer: 198.18.x.y for 10.96.x.y (RFC 2544 keeps that
 * range for tests). Simplified: it is there as soon as the Service is.
 */
export function externalAddress(service: ServiceResource | undefined): string | undefined {
  const { type, clusterIP = '' } = service?.spec ?? {};
  if (type !== 'LoadBalancer' || clusterIP === '' || clusterIP === 'None') return undefined;
  return clusterIP.replace(/^\d+\.\d+/, '198.18');
}

/**
 * The port of every node that stands for the `index`-th port of a Service of type NodePort or LoadBalancer: what is written, else one of
 * 30000 to 32767. Simplified: it follows from the ClusterIP, where the real allocator picks at random; with hundreds of such Services
 * two may be given the same.
 */
export function nodePortOf({ spec }: ServiceResource, index: number): number | undefined {
  if (spec.type !== 'NodePort' && spec.type !== 'LoadBalancer') return undefined;
  const written = spec.ports[index]?.nodePort ?? 0;
  if (written !== 0) return written;
  const [, , high, low] = (spec.clusterIP ?? '').split('.').map(Number);
  if (high === undefined || low === undefined) return undefined;
  return 30_000 + (((high * 256 + low) * 7 + index) % 2_768);
}

/** Gives a deleted Service's address back. */
export function releaseAddress(addresses: ServiceAddresses, resource: Resource): ServiceAddresses {
  if (!isKind(resource, 'Service') || resource.spec.clusterIP === undefined) return addresses;
  return { ...addresses, taken: addresses.taken.without(resource.spec.clusterIP) };
}

/** A Service with a ClusterIP written into it. */
export function withAddress(service: ResourceOf<'Service'>, clusterIP: string): ServiceResource {
  const spec = { ...service.spec, clusterIP, clusterIPs: [clusterIP] };
  return { ...service, spec, object: { ...service.object, spec: spec as never } }; // the typed spec mirrors the JSON
}

function addressOf(host: number): string {
  return `10.96.${Math.floor(host / 256)}.${host % 256}`;
}
