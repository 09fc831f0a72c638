// Certificates of an Envoy as `istioctl proxy-config secrets` prints them: the workload's own, the mesh's root, and those a gateway serves.
// Source: istio/istio:istioctl/pkg/writer/compare/sds/writer.go at 1.31. Serial numbers are not simulated.
import type { Credential } from '../../../net/index.ts';
import type { DumpRow, DumpTable, DumpWorld } from '../../xds/index.ts';
import { certificateBackdate, certificateLifetime } from '../../facts.ts';
import type { ProxyConfiguration } from '../configuration.ts';
import { chainsOf } from './listeners.ts';

export function secretsTable(
  world: DumpWorld,
  credential: Credential | undefined,
  configuration: ProxyConfiguration,
): DumpTable {
  const rows: DumpRow[] = [];
  if (credential !== undefined) {
    const issued = credential.notAfter - certificateLifetime - certificateBackdate;
    rows.push(
      {
        cells: [
          'default',
          'Cert Chain',
          'ACTIVE',
          String(credential.notAfter > world.now),
          '',
          world.timestamp(credential.notAfter),
          world.timestamp(issued),
        ],
        origin: {},
        item: { ...credential, notAfter: world.timestamp(credential.notAfter) },
      },
      { cells: ['ROOTCA', 'CA', 'ACTIVE', 'true', '', '', ''], origin: {}, item: { root: credential.root } },
    );
  }
  return {
    columns: ['RESOURCE NAME', 'TYPE', 'STATUS', 'VALID CERT', 'SERIAL NUMBER', 'NOT AFTER', 'NOT BEFORE'],
    rows: [...rows, ...served(configuration)],
  };
}

/** A secret that istiod cannot send keeps its listener waiting. */
function served({ parts }: ProxyConfiguration): readonly DumpRow[] {
  const byName = new Map<string, DumpRow>();
  for (const { tls } of parts.flatMap(({ listeners }) => listeners.flatMap(chainsOf))) {
    if (tls?.certificate.kind !== 'secret') continue;
    const { name, certificate } = tls.certificate;
    const isThere = certificate !== undefined;
    byName.set(name, {
      cells: [name, isThere ? 'Cert Chain' : '', isThere ? 'ACTIVE' : 'WARMING', String(isThere), '', '', ''],
      origin: tls.origin,
      item: { name, ...certificate },
    });
  }
  return [...byName.values()];
}
