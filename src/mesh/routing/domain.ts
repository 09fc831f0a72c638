// Which virtual host a Host header picks. Source: envoyproxy/envoy:source/common/router/config_impl.cc findVirtualHost at 1.31.
import type { RouteConfiguration, VirtualHost } from './route-table.ts';

interface DomainIndex {
  readonly exact: ReadonlyMap<string, VirtualHost>;
  /** `*.suffix`, longest first. */
  readonly suffixes: readonly (readonly [string, VirtualHost])[];
  /** `prefix.*`, longest first. */
  readonly prefixes: readonly (readonly [string, VirtualHost])[];
  readonly any: VirtualHost | undefined;
}

const indexes = new WeakMap<RouteConfiguration, DomainIndex>();

/** The virtual host of a Host header: exact, then the longest suffix, then the longest prefix, then `*`. */
export function findVirtualHost(configuration: RouteConfiguration, authority: string): VirtualHost | undefined {
  let index = indexes.get(configuration);
  if (index === undefined) indexes.set(configuration, (index = indexOf(configuration)));
  const host = hostOf(authority);
  const exact = index.exact.get(host);
  if (exact !== undefined) return exact;
  for (const [suffix, virtualHost] of index.suffixes)
    if (host.length > suffix.length && host.endsWith(suffix)) return virtualHost;
  for (const [prefix, virtualHost] of index.prefixes)
    if (host.length > prefix.length && host.startsWith(prefix)) return virtualHost;
  return index.any;
}

/** A Host header without its port, in lower case. */
export function hostOf(authority: string): string {
  return authority.toLowerCase().replace(/:\d+$/, '');
}

function indexOf(configuration: RouteConfiguration): DomainIndex {
  const exact = new Map<string, VirtualHost>();
  const suffixes: (readonly [string, VirtualHost])[] = [];
  const prefixes: (readonly [string, VirtualHost])[] = [];
  let any: VirtualHost | undefined;
  for (const virtualHost of configuration.virtualHosts) {
    for (const domain of virtualHost.domains) {
      if (domain === '*') any ??= virtualHost;
      else if (domain.startsWith('*')) suffixes.push([domain.slice(1).toLowerCase(), virtualHost]);
      else if (domain.endsWith('*')) prefixes.push([domain.slice(0, -1).toLowerCase(), virtualHost]);
      else exact.set(domain.toLowerCase(), virtualHost);
    }
  }
  const byLength = (a: readonly [string, VirtualHost], b: readonly [string, VirtualHost]): number =>
    b[0].length - a[0].length;
  return { exact, suffixes: suffixes.sort(byLength), prefixes: prefixes.sort(byLength), any };
}
