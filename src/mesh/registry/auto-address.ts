// Addresses that istiod gives the hosts of ServiceEntries without any, so that DNS capture and waypoints can tell them apart.
// Source: istio/istio:pilot/pkg/controllers/ipallocate/ipallocate.go, pilot/pkg/networking/serviceentry/ip_autoallocation.go,
// pilot/pkg/features/pilot.go IPAutoallocateIPv4Prefix at 1.31. Simplified: by age instead of kept in the entry's status, so that the
// addresses of younger entries move when one goes; IPv4 alone.
import type { StoredObject } from '../../kube/index.ts';
import type { ServiceEntryResource } from '../../manifests/index.ts';
import { byAge } from '../age.ts';
import type { Registry } from './registry.ts';

const known = new WeakMap<Registry['serviceEntries'], ReadonlyMap<string, string>>();

/** The address of a ServiceEntry's host, of 240.240.0.0/16; '' where it gets none. */
export function autoAddress(
  { serviceEntries }: Registry,
  { resource }: StoredObject<ServiceEntryResource>,
  host: string,
): string {
  let addresses = known.get(serviceEntries);
  if (addresses === undefined) known.set(serviceEntries, (addresses = allocate(serviceEntries)));
  return addresses.get(keyOf(resource, host)) ?? '';
}

function keyOf({ metadata }: ServiceEntryResource, host: string): string {
  return `${metadata.namespace}/${metadata.name}/${host}`;
}

function allocate(serviceEntries: Registry['serviceEntries']): ReadonlyMap<string, string> {
  const keys = [...serviceEntries]
    .sort(byAge)
    .filter(({ resource }) => isEligible(resource))
    .flatMap(({ resource }) =>
      resource.spec.hosts
        .filter((host) => !host.startsWith('*') || resource.spec.resolution === 'DYNAMIC_DNS')
        .map((host) => keyOf(resource, host)),
    );
  return new Map([...new Set(keys)].map((key, index) => [key, addressAt(index + 1)]));
}

function isEligible({ metadata, spec }: ServiceEntryResource): boolean {
  if ((spec.resolution ?? 'NONE') === 'NONE' || (spec.addresses ?? []).length > 0) return false;
  return metadata.labels['networking.istio.io/enable-autoallocate-ip']?.toLowerCase() !== 'false';
}

function addressAt(index: number): string {
  return `240.240.${Math.floor(index / 256)}.${index % 256}`;
}
