// ServiceEntries: what needs an address, and who says something else of the same port.
// Source: istio/istio:pkg/config/analysis/analyzers/serviceentry at 1.31.
import type { AnalysisContext, AnalysisObject, Analyzer } from './context.ts';
import { fullName, joined } from './context.ts';
import { get, list, number, text, texts } from './fields.ts';
import { everywhere, scopesOf } from './hosts.ts';

/** Without HTTP's Host or TLS's SNI a proxy tells hosts apart by their address alone. */
const addresses: Analyzer = {
  name: 'serviceentry.ProtocolAddressesAnalyzer',
  analyze: (context) => {
    if (allocatesAddresses(context)) return;
    for (const entry of context.of('ServiceEntry')) {
      const isAddressed = get(entry.object, 'spec', 'addresses') !== undefined;
      if (isAddressed || list(entry.object, 'status', 'addresses').length > 0) continue;
      for (const [at, port] of list(entry.object, 'spec', 'ports').entries()) {
        const protocol = text(port, 'protocol').toLowerCase();
        if (protocol === '' || protocol === 'tcp')
          context.report('addresses-needed', entry, {}, ['spec', 'ports', at, 'name']);
      }
    }
  },
};

/** Whether the mesh gives hosts addresses by itself: its proxies answer DNS, and one of two switches is on. */
function allocatesAddresses(context: AnalysisContext): boolean {
  const isOn = (name: string): boolean => context.meshConfig('defaultConfig', 'proxyMetadata', name) === 'true';
  return (
    isOn('ISTIO_META_DNS_CAPTURE') && (isOn('ISTIO_META_DNS_AUTO_ALLOCATE') || isOn('PILOT_ENABLE_IP_AUTOALLOCATE'))
  );
}

interface Claim {
  readonly scope: string;
  readonly host: string;
  readonly port: number;
  readonly protocol: string;
  readonly entry: AnalysisObject;
}

const protocols: Analyzer = {
  name: 'serviceentry.ConflictingServiceEntryProtocolAnalyzer',
  analyze: (context) => {
    const byPort = new Map<string, Claim[]>();
    for (const claim of context.of('ServiceEntry').flatMap(claimsOf)) {
      const key = keyOf(claim.scope, claim);
      byPort.set(key, [...(byPort.get(key) ?? []), claim]);
    }
    const reported = new Set<AnalysisObject>();
    for (const [own] of byPort.values()) {
      if (own === undefined) continue;
      const { scope, host, port } = own;
      const same = byPort.get(keyOf(scope, own)) ?? [];
      // What is visible everywhere is visible there too.
      const near = scope === everywhere ? same : [...same, ...(byPort.get(keyOf(everywhere, own)) ?? [])];
      const said = new Set(near.map(({ protocol }) => protocol));
      if (said.size < 2) continue;
      const entries = joined(new Set(near.map(({ entry }) => fullName(entry))));
      for (const { entry } of near) {
        if (reported.has(entry)) continue;
        reported.add(entry);
        context.report('protocols-conflict', entry, { entries, host, port, protocols: joined(said) });
      }
    }
  },
};

function keyOf(scope: string, { host, port }: Pick<Claim, 'host' | 'port'>): string {
  return `${scope}/${host}:${port}`;
}

function claimsOf(entry: AnalysisObject): readonly Claim[] {
  const scopes = [...scopesOf(texts(entry.object, 'spec', 'exportTo'), entry.metadata.namespace)];
  return scopes.flatMap((scope) =>
    texts(entry.object, 'spec', 'hosts').flatMap((host) =>
      list(entry.object, 'spec', 'ports').map((port) => ({
        scope,
        host,
        port: number(port, 'number') ?? 0,
        protocol: text(port, 'protocol').toUpperCase(),
        entry,
      })),
    ),
  );
}

export const serviceEntryAnalyzers: readonly Analyzer[] = [addresses, protocols];
