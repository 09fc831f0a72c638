// The names a service answers to in a Host header, as a client of a namespace may write them. Ports are not compared.
// Source: istio/istio:pilot/pkg/networking/core/httproute.go generateVirtualHostDomains, GenerateAltVirtualHosts at 1.31.
import type { MeshService } from '../../registry/index.ts';
import { unspecifiedAddress } from '../../registry/index.ts';
import { RememberedByName } from '../../remembered.ts';

export interface ServiceDomains {
  readonly domains: readonly string[];
  /** Those of them that are short for a name: a service of that very name comes before. */
  readonly short: ReadonlySet<string>;
}

const known = new RememberedByName<MeshService, ServiceDomains>();

export function serviceDomains(service: MeshService, clientNamespace: string, domain: string): ServiceDomains {
  return known.get(service, clientNamespace, [domain], () => domainsOf(service, clientNamespace, domain));
}

function domainsOf(service: MeshService, clientNamespace: string, domain: string): ServiceDomains {
  const names = [service.hostname, ...service.aliases.map(({ hostname }) => hostname)];
  const short = new Set<string>();
  const domains = names.flatMap((name) => {
    const alternatives = alternativesOf(name, clientNamespace, domain);
    for (const alternative of alternatives) short.add(alternative);
    return [name, ...alternatives];
  });
  // A headless Service's pods have names of their own.
  const isHeadless = service.resolution === 'Passthrough' && service.registry === 'Kubernetes';
  const pods = isHeadless ? domains.map((name) => `*.${name}`) : [];
  const addresses = service.addresses.filter((address) => address !== unspecifiedAddress);
  return { domains: [...domains, ...pods, ...addresses.map(bracketed)], short };
}

/** `name.`, and for a Service of the cluster `name.ns`, `name.ns.svc`, from its own namespace `name`. */
export function alternativesOf(name: string, clientNamespace: string, domain: string): readonly string[] {
  const absolute = /^[\d.]+$|:/.test(name) ? [] : [`${name}.`];
  const suffix = `.svc.${domain}`;
  const at = name.indexOf('.svc.');
  const dot = name.indexOf('.');
  if (!name.endsWith(suffix) || at <= 0 || dot >= at) return absolute;
  const inNamespace = name.slice(0, at);
  const both = [`${inNamespace}.svc`, inNamespace];
  return name.slice(dot + 1, at) === clientNamespace
    ? [...absolute, name.slice(0, dot), ...both]
    : [...absolute, ...both];
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
