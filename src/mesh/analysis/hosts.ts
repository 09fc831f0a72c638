// Hosts as the analyzers compare them, and the services that are known by them.
// Source: istio/istio:pkg/config/analysis/analyzers/util/{hosts,service_lookup,exportto}.go and pkg/config/host/name.go at 1.31.
import type { AnalysisContext } from './context.ts';
import { list, number, textMap, texts } from './fields.ts';
import type { Labels } from './labels.ts';

/** Visible to every namespace. */
export const everywhere = '*';

/** A name without a dot is a Service of `namespace`. */
export function fullHost(namespace: string, host: string): string {
  return host.startsWith('*') || host.includes('.') ? host : `${host}.${namespace}.svc.cluster.local`;
}

/** The Service that a host names; a host that is none of the cluster's is its own name. */
export function serviceNamed(namespace: string, host: string): { readonly namespace: string; readonly name: string } {
  const [, name, of] = /^(.+)\.(.+)\.svc\.cluster\.local$/.exec(host) ?? [];
  return name === undefined || of === undefined ? { namespace, name: host } : { namespace: of, name };
}

/** Whether two hosts overlap; each may begin with a wildcard. */
export function hostsOverlap(a: string, b: string): boolean {
  const isWild = a.startsWith('*');
  if (!isWild && !b.startsWith('*')) return a === b;
  if (!isWild) return a.endsWith(b.slice(1));
  if (!b.startsWith('*')) return b.endsWith(a.slice(1));
  return a.length < b.length ? b.slice(1).endsWith(a.slice(1)) : a.slice(1).endsWith(b.slice(1));
}

/** The namespaces that `exportTo` opens to, `*` for all of them. */
export function scopesOf(exportTo: readonly string[], namespace: string): ReadonlySet<string> {
  if (exportTo.length === 0 || exportTo.includes(everywhere)) return new Set([everywhere]);
  return new Set(exportTo.map((scope) => (scope === '.' ? namespace : scope)));
}

/** What a host leads to. */
export interface KnownService {
  readonly ports: readonly number[];
  /** Labels of the pods behind it, as far as a ServiceEntry states them. */
  readonly workloadLabels: Labels;
}

interface Entry {
  readonly scope: string;
  readonly host: string;
  readonly service: KnownService;
}

/** Services and the hosts of ServiceEntries, by who may see them. */
export class KnownHosts {
  readonly #entries = new Map<string, Entry>();

  constructor(context: AnalysisContext) {
    for (const { metadata, object } of context.of('ServiceEntry')) {
      const { namespace } = metadata;
      const service = {
        ports: portsOf(object, 'number'),
        workloadLabels: textMap(object, 'spec', 'workloadSelector', 'labels'),
      };
      const scopes = scopesOf(texts(object, 'spec', 'exportTo'), namespace);
      for (const host of texts(object, 'spec', 'hosts'))
        for (const scope of scopes) this.#add(scope, fullHost(namespace, host), service);
    }
    for (const { metadata, object } of context.of('Service')) {
      const { namespace, name } = metadata;
      const service = { ports: portsOf(object, 'port'), workloadLabels: {} };
      const exportTo = (metadata.annotations['networking.istio.io/exportTo'] ?? '').split(',').map((ns) => ns.trim());
      const scopes = exportTo.join('') === '' ? [everywhere] : exportTo.map((ns) => (ns === '.' ? namespace : ns));
      for (const scope of scopes) this.#add(scope, fullHost(namespace, name), service);
    }
  }

  /** What `host` means in `namespace`; undefined: nobody has that name, or not for that namespace. */
  find(namespace: string, exportTo: readonly string[], host: string): KnownService | undefined {
    const full = fullHost(namespace, host);
    const scopes = exportTo.length === 0 ? [namespace] : exportTo.map((scope) => (scope === '.' ? namespace : scope));
    for (const scope of [everywhere, ...scopes]) {
      const entry = this.#entries.get(`${scope}/${full}`);
      if (entry !== undefined) return entry.service;
    }
    const bare = host.replace(/^\*/, '');
    for (const { scope, host: wild, service } of this.#entries.values()) {
      const isVisible = scope === everywhere || scope === namespace;
      if (wild.startsWith('*') && isVisible && bare.endsWith(wild.slice(1))) return service;
    }
    return undefined;
  }

  #add(scope: string, host: string, service: KnownService): void {
    this.#entries.set(`${scope}/${host}`, { scope, host, service });
  }
}

function portsOf(object: unknown, field: string): readonly number[] {
  return list(object, 'spec', 'ports').map((port) => number(port, field) ?? 0);
}

/** Ports as messages list them. */
export function portsText(ports: readonly (number | string)[]): string {
  return ports.map(String).join(', ');
}
