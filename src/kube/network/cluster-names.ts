// Names of a cluster as CoreDNS answers them, and the search list that a pod's resolver tries. Pure.
// Source: kubernetes/dns@master: docs/specification.md (schema 1.1.0); kubernetes/kubernetes@v1.34: pkg/kubelet/network/dns/dns.go (ndots:5).
import type { Backends } from './service-backends.ts';
import { endpointsOf, isReady } from './service-backends.ts';

export interface NameZone {
  /** `cluster.local`. */
  readonly domain: string;
  /** By `namespace/name`. */
  readonly services: ReadonlyMap<string, Backends>;
}

const NDOTS = 5;
/** ExternalNames may point at each other; so far they are followed. */
const CHAIN_MAX = 8;

/** The addresses a name stands for, asked from a pod of `namespace` (undefined: without a search list). None: NXDOMAIN. */
export function addressesOfName(zone: NameZone, name: string, namespace: string | undefined): readonly string[] {
  if (isIpv4(name)) return [name];
  if (name === 'localhost') return ['127.0.0.1'];
  for (const candidate of candidates(zone, name.toLowerCase(), namespace)) {
    const addresses = lookUp(zone, candidate, 0);
    if (addresses.length > 0) return addresses;
  }
  return [];
}

/** Absolute names in the order a resolver with `ndots:5` tries them. */
function candidates({ domain }: NameZone, name: string, namespace: string | undefined): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  if (namespace === undefined) return [name];
  const searched = [`${name}.${namespace}.svc.${domain}`, `${name}.svc.${domain}`, `${name}.${domain}`];
  return name.split('.').length - 1 >= NDOTS ? [name, ...searched] : [...searched, name];
}

function lookUp(zone: NameZone, name: string, followed: number): readonly string[] {
  const suffix = `.${zone.domain}`;
  if (!name.endsWith(suffix)) return isIpv4(name) ? [name] : [];
  const labels = name.slice(0, -suffix.length).split('.').reverse();
  const [type, namespace, first, second, ...rest] = labels;
  if (namespace === undefined || first === undefined || rest.length > 0) return [];
  if (type === 'pod')
    return second === undefined && /^\d+-\d+-\d+-\d+$/.test(first) ? [first.replaceAll('-', '.')] : [];
  const backends = type === 'svc' ? zone.services.get(`${namespace}/${first}`) : undefined;
  if (backends?.service === undefined) return [];
  const { spec } = backends.service;
  if (spec.type === 'ExternalName') return second === undefined ? follow(zone, spec.externalName, followed) : [];
  if (spec.clusterIP !== 'None') return second === undefined && spec.clusterIP !== undefined ? [spec.clusterIP] : [];
  return podAddresses(backends, second);
}

function follow(zone: NameZone, target: string | undefined, followed: number): readonly string[] {
  if (target === undefined || followed >= CHAIN_MAX) return [];
  return lookUp(zone, target.endsWith('.') ? target.slice(0, -1) : target, followed + 1);
}

/** Of a headless Service: its ready endpoints, or the one with that host name (or dashed address). */
function podAddresses(backends: Backends, host: string | undefined): readonly string[] {
  const ready = endpointsOf(backends).filter(isReady);
  const named =
    host === undefined
      ? ready
      : ready.filter(
          ({ hostname, addresses }) =>
            hostname === host || (hostname === undefined && addresses[0]?.replaceAll('.', '-') === host),
        );
  return named.flatMap(({ addresses }) => addresses);
}

function isIpv4(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text);
}
