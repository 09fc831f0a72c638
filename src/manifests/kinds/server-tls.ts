// How a server ends or passes on TLS: at a Gateway, or at the inbound side of a Sidecar.
// Source: istio/istio:pkg/config/validation/validation.go validateTLSOptions and pkg/config/security/security.go ValidCipherSuites at 86c9f01fd735.

import type { Report } from '../report.ts';
import type { FieldPath } from '../source.ts';
import { shown } from '../structural/wrong-value.ts';
import { checkPresent } from './checks.ts';

export interface ServerTlsSettings {
  /** Absent means PASSTHROUGH. */
  readonly mode?: 'PASSTHROUGH' | 'SIMPLE' | 'MUTUAL' | 'AUTO_PASSTHROUGH' | 'ISTIO_MUTUAL' | 'OPTIONAL_MUTUAL';
  readonly httpsRedirect?: boolean;
  readonly serverCertificate?: string;
  readonly privateKey?: string;
  readonly caCertificates?: string;
  readonly caCrl?: string;
  readonly credentialName?: string;
  readonly credentialNames?: readonly string[];
  readonly tlsCertificates?: readonly { readonly serverCertificate?: string; readonly privateKey?: string }[];
  readonly subjectAltNames?: readonly string[];
  readonly minProtocolVersion?: string;
  readonly cipherSuites?: readonly string[];
}

const oldVersions = new Set(['TLSV1_0', 'TLSV1_1']);
/** What BoringSSL offers, without pre-shared keys. */
const cipherSuites = new Set([
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA',
  'AES256-SHA',
  'DES-CBC3-SHA',
]);

const certificateFields = [
  'serverCertificate',
  'privateKey',
  'caCertificates',
  'tlsCertificates',
  'credentialName',
  'credentialNames',
] as const;

export function isPassthrough({ mode = 'PASSTHROUGH' }: ServerTlsSettings): boolean {
  return mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH';
}

export function checkServerTls(tls: ServerTlsSettings, report: Report, path: FieldPath): void {
  checkCiphers(tls, report, path);
  const mode = tls.mode ?? 'PASSTHROUGH';
  if (mode === 'ISTIO_MUTUAL') {
    for (const field of certificateFields) {
      if (isSet(tls, field)) report.add('istio-tls-field', [...path, field], { mode }, { aim: 'key' });
    }
    return;
  }
  if (isPassthrough(tls) && (tls.caCrl || certificateFields.some((field) => isSet(tls, field)))) {
    report.add('istio-tls-ignored', path, { mode }, { aim: 'key' });
  }
  checkOneSource(tls, report, path);
  const isFetched = isSet(tls, 'credentialName') || isSet(tls, 'credentialNames');
  if (!isPassthrough(tls)) {
    if (isFetched) return;
    checkOwnCertificates(tls, report, path);
  }
  if (!tls.caCrl) return;
  if (tls.credentialName) report.add('not-together', [...path, 'caCrl'], { other: 'credentialName' }, { aim: 'key' });
  if (mode === 'SIMPLE') report.add('istio-tls-field', [...path, 'caCrl'], { mode }, { aim: 'key' });
}

function isSet(tls: ServerTlsSettings, field: (typeof certificateFields)[number]): boolean {
  return (tls[field] ?? '').length > 0;
}

function checkCiphers(
  { minProtocolVersion = '', cipherSuites: suites = [] }: ServerTlsSettings,
  report: Report,
  path: FieldPath,
): void {
  if (oldVersions.has(minProtocolVersion) && suites.length === 0) {
    report.add('istio-tls-version', [...path, 'minProtocolVersion'], { value: minProtocolVersion });
  }
  const seen = new Set<string>();
  for (const [index, suite] of suites.entries()) {
    const at = [...path, 'cipherSuites', index];
    // What does not begin with a letter or a digit is an operator of the list, or one nobody checks.
    const isKnown = suite === 'ALL' || !/^[\p{L}\p{N}]/u.test(suite) || cipherSuites.has(suite);
    if (!isKnown) report.add('istio-cipher-unknown', at, { value: shown(suite) });
    else if (seen.has(suite)) report.add('duplicate-value', at, { value: shown(suite) }, { severity: 'warning' });
    seen.add(suite);
  }
}

/** The server's certificate comes from one place. */
function checkOneSource(tls: ServerTlsSettings, report: Report, path: FieldPath): void {
  const sources = [
    tls.serverCertificate && tls.privateKey ? 'serverCertificate' : undefined,
    ...(['credentialName', 'credentialNames', 'tlsCertificates'] as const).map((field) =>
      isSet(tls, field) ? field : undefined,
    ),
  ].filter((field) => field !== undefined);
  const second = sources[1];
  if (second) report.add('at-most-one-of', [...path, second], { fields: sources.join(', ') }, { aim: 'key' });
}

function checkOwnCertificates(tls: ServerTlsSettings, report: Report, path: FieldPath): void {
  if (tls.mode !== 'SIMPLE') checkPresent(report, [...path, 'caCertificates'], tls.caCertificates);
  const { tlsCertificates = [] } = tls;
  if (tlsCertificates.length > 2) {
    report.add('istio-tls-two-certificates', [...path, 'tlsCertificates'], {}, { aim: 'key' });
  }
  const pairs =
    tlsCertificates.length > 0
      ? tlsCertificates.map((pair, index) => ({ pair, at: [...path, 'tlsCertificates', index] }))
      : [{ pair: tls, at: path }];
  for (const { pair, at } of pairs) {
    for (const field of ['serverCertificate', 'privateKey'] as const) checkPresent(report, [...at, field], pair[field]);
  }
}
