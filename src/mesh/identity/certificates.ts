// Certificates that manifests bring: of kubernetes.io/tls Secrets, and roots of Secrets and ConfigMaps.
// Source: istio/istio:pilot/pkg/credentials/kube/secrets.go at 1.31 (names of keys).
import type { ConfigMapResource, SecretResource } from '../../manifests/index.ts';
import type { Credential } from '../../net/index.ts';
import { readPem } from '../../net/index.ts';

/** What a server or client proves with a Secret's certificate; undefined if it holds none that can be read. */
export function certificateOf({ data }: SecretResource): Credential | undefined {
  if (!read.has(data)) read.set(data, readCertificate(data));
  return read.get(data);
}

/** Certificates by the data they stand in, which never change: every apply and every push asks for all of them. */
const read = new WeakMap<SecretResource['data'], Credential | undefined>();

function readCertificate(data: SecretResource['data']): Credential | undefined {
  const pem = decode(data['tls.crt'] ?? data['cert']);
  const [leaf] = (pem === undefined ? undefined : readPem(pem)) ?? [];
  return leaf === undefined ? undefined : { san: leaf.san, root: leaf.signer, notAfter: Number.MAX_SAFE_INTEGER };
}

/** The roots in a Secret's or ConfigMap's `ca.crt`, by the names that certificates signed by them carry; undefined if there is none. */
export function rootsOf(resource: SecretResource | ConfigMapResource): readonly string[] | undefined {
  const written =
    resource.kind === 'Secret' ? decode(resource.data['ca.crt'] ?? resource.data['cacert']) : resource.data['ca.crt'];
  return (written === undefined ? undefined : readPem(written))?.map(({ key }) => key);
}

function decode(base64: string | undefined): string | undefined {
  if (base64 === undefined || !/^[A-Za-z0-9+/=\s]*$/.test(base64)) return undefined;
  const compact = base64.replace(/[\s=]/g, '');
  return compact.length % 4 === 1 ? undefined : atob(compact);
}
