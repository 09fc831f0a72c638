// What istiod asks of certificates before it hands them to a gateway: that the keys are there, and that PEM and DER can be read.
// Source: istio/istio:pilot/pkg/credentials/kube/secrets.go at 1.31; golang/go:src/crypto/tls/tls.go X509KeyPair.
// Simplified: that a private key belongs to its certificate is not checked, nor anything a certificate says.
import type { ConfigMapResource, SecretResource } from '../../manifests/index.ts';
import { inOrder } from './in-order.ts';

/** What is wrong with the key pair of a Secret; undefined when nothing is. */
export function keyPairProblem({ data }: SecretResource): string | undefined {
  const pairs = [
    ['cert', 'key'],
    ['tls.crt', 'tls.key'],
  ] as const;
  const pair = pairs.find(([crt, key]) => data[crt] && data[key]);
  if (pair === undefined) {
    const empty = pairs.find(([crt, key]) => data[crt] !== undefined && data[key] !== undefined);
    return empty === undefined
      ? `found secret, but didn't have expected keys (cert and key) or (tls.crt and tls.key); found: ${keysOf(data)}`
      : `found keys "${empty[0]}" and "${empty[1]}", but they were empty`;
  }
  const [certificate, key] = pair.map((name) => decoded(data[name] ?? ''));
  if (!holdsDer(certificate, /^CERTIFICATE$/)) return malformed('certificate', 'certificate');
  return holdsDer(key, /PRIVATE KEY$/) ? undefined : malformed('certificate', 'key');
}

function malformed(what: string, input: string): string {
  return `the ${what} is malformed: tls: failed to find any PEM data in ${input} input`;
}

/** What is wrong with the CA certificates of a ConfigMap or Secret. */
export function bundleProblem(resource: ConfigMapResource | SecretResource): string | undefined {
  return (
    missingBundle(resource) ?? (holdsDer(bundleOf(resource), /^CERTIFICATE$/) ? undefined : 'the bundle is malformed')
  );
}

/** Only whether there are any: BackendTLSPolicy asks no more. */
export function missingBundle(resource: ConfigMapResource | SecretResource): string | undefined {
  if (bundleOf(resource) !== '') return undefined;
  const empty = ['cacert', 'ca.crt'].find((key) => resource.data[key] !== undefined);
  return empty === undefined
    ? `found secret, but didn't have expected keys cacert or ca.crt; found: ${keysOf(resource.data)}`
    : `found key "${empty}", but it was empty`;
}

function bundleOf({ kind, data }: ConfigMapResource | SecretResource): string {
  const text = data['cacert'] || (data['ca.crt'] ?? '');
  return kind === 'Secret' ? decoded(text) : text;
}

function keysOf(data: Readonly<Record<string, string>>): string {
  return inOrder(Object.keys(data)).join(', ');
}

/** Whether a text has a PEM block of such a label with a DER sequence in it. */
function holdsDer(text: string | undefined, label: RegExp): boolean {
  for (const block of (text ?? '').matchAll(/-----BEGIN ([A-Z ]+)-----([^-]+)-----END \1-----/g)) {
    if (label.test(block[1] ?? '') && isSequence(decoded(block[2] ?? ''))) return true;
  }
  return false;
}

/** A DER sequence states its own length, in one byte or in the bytes that the first one counts. */
function isSequence(der: string): boolean {
  const first = der.charCodeAt(1);
  if (der.charCodeAt(0) !== 0x30 || Number.isNaN(first)) return false;
  const extra = first > 0x80 ? first - 0x80 : 0;
  let length = extra === 0 ? first : 0;
  for (let at = 2; at < 2 + extra; at += 1) length = length * 256 + der.charCodeAt(at);
  return der.length === 2 + extra + length;
}

/** Base64 to bytes, one a character; '' of what is none. */
function decoded(base64: string): string {
  const text = base64.replace(/\s+/g, '');
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0 ? atob(text) : '';
}
