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
        item: secretJson('default', {
          tlsCertificate: {
            subjectAltNames: credential.san,
            issuer: credential.root,
            validFrom: world.timestamp(issued),
            expirationTime: world.timestamp(credential.notAfter),
          },
        }),
      },
      {
        cells: ['ROOTCA', 'CA', 'ACTIVE', 'true', '', '', ''],
        origin: {},
        item: secretJson('ROOTCA', { validationContext: { trustedCa: credential.root } }),
      },
    );
  }
  const all = [...rows, ...served(configuration)];
  const inState = (state: string): readonly object[] =>
    all.filter(({ cells }) => cells[2] === state).map(({ item }) => item);
  return {
    columns: ['RESOURCE NAME', 'TYPE', 'STATUS', 'VALID CERT', 'SERIAL NUMBER', 'NOT AFTER', 'NOT BEFORE'],
    rows: all,
    resources: { dynamicActiveSecrets: inState('ACTIVE'), dynamicWarmingSecrets: inState('WARMING') },
  };
}

/** As in Envoy's SecretsConfigDump; in place of bytes of certificates stands what is in them. */
function secretJson(name: string, content: object): object {
  return { name, secret: { name, ...content } };
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
      item: secretJson(
        name,
        isThere ? { tlsCertificate: { subjectAltNames: certificate.san, issuer: certificate.root } } : {},
      ),
    });
  }
  return [...byName.values()];
}
