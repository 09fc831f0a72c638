// Checks Istio's webhook makes on several kinds. Source: istio/istio:pkg/config/validation at 86c9f01fd735.

import { isCidr, isIP } from '../ip.ts';
import { dnsLabelMax, isQualifiedName } from '../names.ts';
import { isRe2 } from '../re2-syntax.ts';
import type { Report } from '../report.ts';
import type { ObjectMeta } from '../resource.ts';
import type { FieldPath } from '../source.ts';
import { shown } from '../structural/wrong-value.ts';

const dryRun = 'istio.io/dry-run';
const regexMax = 1_024;

/** What istiod says of its own objects, or refuses by name. Source: istio/istio:pkg/config/constants/constants.go. */
const reservedAnnotations = [
  'internal.istio.io/webhook-always-reject',
  'internal.istio.io/parent-namespace',
  'internal.istio.io/parents',
];

/** `allowsDryRun`: AuthorizationPolicy checks that annotation itself; no other kind may carry it. */
export function checkIstioMetadata(report: Report, metadata: ObjectMeta, allowsDryRun = false): void {
  for (const name of reservedAnnotations) {
    if (metadata.annotations[name] !== undefined)
      report.add('istio-reserved-annotation', ['metadata', 'annotations', name], {}, { aim: 'key' });
  }
  if (allowsDryRun || metadata.annotations[dryRun] === undefined) return;
  report.add('istio-dry-run-kind', ['metadata', 'annotations', dryRun], {}, { aim: 'key' });
}

export interface PolicySelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
}

/** The selector of networking kinds spells its labels differently from that of policies. */
export interface NetworkingSelector {
  readonly labels?: Readonly<Record<string, string>>;
}

export function checkWorkloadSelector(report: Report, path: FieldPath, selector: PolicySelector | undefined): void {
  if (selector) checkSelectorLabels(report, path, 'matchLabels', selector.matchLabels);
}

export function checkNetworkingSelector(
  report: Report,
  path: FieldPath,
  selector: NetworkingSelector | undefined,
): void {
  if (selector) checkSelectorLabels(report, path, 'labels', selector.labels);
}

function checkSelectorLabels(
  report: Report,
  path: FieldPath,
  field: 'labels' | 'matchLabels',
  labelsBy: Readonly<Record<string, string>> = {},
): void {
  const labels = Object.entries(labelsBy);
  if (labels.length === 0) report.add('istio-selector-empty', path, {}, { aim: 'key' });
  for (const [key, value] of labels) {
    const at = [...path, field, key];
    if (key === '') report.add('istio-empty-value', at, {}, { aim: 'key' });
    if (key.includes('*') || value.includes('*'))
      report.add('istio-selector-wildcard', at, { value: `${key}=${value}` });
  }
}

/** A regular expression of RE2's syntax. */
export function checkRegex(report: Report, path: FieldPath, regex: string): void {
  if (regex === '') report.add('istio-empty-value', path, {});
  else if (regex.length > regexMax) report.add('too-long', path, { length: regex.length, limit: regexMax });
  else if (!isRe2(regex)) report.add('bad-regex', path, { value: shown(regex) });
}

/** A host name whose first label may be `*`, or begin with it. */
export function isWildcardDomain(domain: string): boolean {
  if (domain === '' || domain.length > 255) return false;
  const dot = domain.indexOf('.');
  const first = dot === -1 ? domain : domain.slice(0, dot);
  if (first !== '*' && !isHostLabel(first.replace(/^\*-?/, ''))) return false;
  return dot === -1 || areDnsLabels(domain.slice(dot + 1));
}

/** A fully qualified name; a final dot is allowed. */
export function isFqdn(name: string): boolean {
  return name !== '' && name.length <= 255 && areDnsLabels(name);
}

function areDnsLabels(domain: string): boolean {
  const labels = domain.split('.');
  if (/^[0-9]+$/.test(labels.at(-1) ?? '')) return false;
  return labels.every((label, index) => (label === '' ? index === labels.length - 1 : isHostLabel(label)));
}

/** A label of DNS as Istio reads it: capitals are allowed. Source: istio/istio:pkg/config/labels/instance.go. */
export function isHostLabel(label: string): boolean {
  return label.length <= dnsLabelMax && /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(label);
}

/** `a` covers `b`: equal, or a wildcard over it. Both directions make two hosts of one VirtualService duplicates. */
export function hostsOverlap(a: string, b: string): boolean {
  if (a === b) return true;
  const aSuffix = a.startsWith('*') ? a.slice(1) : undefined;
  const bSuffix = b.startsWith('*') ? b.slice(1) : undefined;
  if (aSuffix !== undefined && bSuffix !== undefined) return aSuffix.endsWith(bSuffix) || bSuffix.endsWith(aSuffix);
  if (aSuffix !== undefined) return b.endsWith(aSuffix);
  return bSuffix !== undefined && a.endsWith(bSuffix);
}

/** `a` is at most as wide as `b`. */
export function isHostSubset(a: string, b: string): boolean {
  if (a === b || b === '*') return true;
  if (!b.startsWith('*')) return false;
  const suffix = b.slice(1);
  return a.startsWith('*') ? a.slice(1).endsWith(suffix) : a.endsWith(suffix);
}

/** Milliseconds of a protobuf duration (`1.5s`) or a Go one (`1h2m3s4ms`); undefined when it is none. */
export function durationMs(text: string): number | undefined {
  const parts = [...text.matchAll(/([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text.replace(/^[-+]/, '')) return undefined;
  const sum = parts.reduce((total, [, count, unit]) => total + Number(count) * (unitMs.get(unit ?? '') ?? 0), 0);
  return text.startsWith('-') ? -sum : sum;
}

const unitMs: ReadonlyMap<string, number> = new Map([
  ['ns', 0.000_001],
  ['us', 0.001],
  ['µs', 0.001],
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** At least one millisecond, and whole ones. */
export function checkDuration(report: Report, path: FieldPath, duration: string): void {
  const ms = durationMs(duration);
  if (ms === undefined || ms < 1 || !Number.isInteger(ms))
    report.add('istio-duration', path, { value: shown(duration) });
}

/** `ns/name`, or a host name (the old form, and `mesh`), after which istiod looks at no more of them. */
export function checkGatewayNames(
  report: Report,
  path: FieldPath,
  names: readonly string[],
  { warns }: { readonly warns: boolean },
): void {
  for (const [index, name] of names.entries()) {
    const slash = name.indexOf('/');
    const isFine =
      slash === -1 ? isFqdn(name) : isHostLabel(name.slice(0, slash)) && isHostLabel(name.slice(slash + 1));
    if (!isFine) report.add('istio-gateway-name', [...path, index], { value: shown(name) });
    else if (slash === -1 && name.includes('.') && warns) {
      const [gateway = '', namespace = ''] = name.split('.');
      const instead = `${namespace}/${gateway}`;
      report.add(
        'istio-gateway-legacy',
        [...path, index],
        { instead },
        { fix: { title: 'fix-replace', text: instead } },
      );
    }
    if (slash === -1) return;
  }
}

/** Labels of workloads inside an Istio object. */
export function checkIstioLabels(
  report: Report,
  path: FieldPath,
  labels: Readonly<Record<string, string>> | undefined,
): void {
  for (const [key, value] of Object.entries(labels ?? {})) {
    const at = [...path, key];
    // The prefix of a key may have capitals here, unlike a Kubernetes label's.
    const slash = key.indexOf('/');
    const isKey = isQualifiedName(slash === -1 ? key : key.slice(0, slash).toLowerCase() + key.slice(slash));
    if (!isKey) report.add('not-label-key', at, { value: shown(key) }, { aim: 'key' });
    if (!labelValue.test(value)) report.add('not-label-value', at, { value: shown(value) });
  }
}

/** Istio does not limit its length. */
const labelValue = /^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

/** An address or a block. */
export function checkSubnet(report: Report, path: FieldPath, subnet: string): void {
  if (!isIP(subnet) && !isCidr(subnet)) report.add('istio-address', path, { value: shown(subnet) });
}

/** A subset's name. */
export function checkSubsetName(report: Report, path: FieldPath, name: string): void {
  if (!isHostLabel(name)) report.add('not-dns-label', path, { value: shown(name) });
}

export interface ExportToRules {
  /** A ServiceEntry may be exported to nobody (`~`). */
  readonly allowsNobody?: boolean;
}

/** `.`, `*`, or names of namespaces. `*` says everything already, and `.` is the object's own namespace. */
export function checkExportTo(
  report: Report,
  exportTo: readonly string[] | undefined,
  namespace: string,
  { allowsNobody = false }: ExportToRules = {},
): void {
  const seen = new Set<string>();
  for (const [index, entry] of (exportTo ?? []).entries()) {
    const name = entry === '.' ? namespace : entry;
    const path = ['spec', 'exportTo', index];
    if (seen.has(name)) report.add('duplicate-value', path, { value: entry });
    else if (entry === '~' && !allowsNobody) report.add('istio-export-to-nobody', path, {});
    else if (entry !== '*' && entry !== '~' && !isHostLabel(name))
      report.add('not-dns-label', path, { value: shown(entry) });
    if ((entry === '*' || (entry === '~' && allowsNobody)) && (exportTo ?? []).length > 1) {
      report.add('istio-export-to', path, { value: entry });
    }
    seen.add(name);
  }
}

/** The path of a Unix domain socket after `unix://`: absolute and no folder, or abstract (`@name`). */
export function checkUnixAddress(report: Report, path: FieldPath, address: string): void {
  const socket = address.slice(unixPrefix.length);
  if (socket.startsWith('@')) return;
  if (!socket.startsWith('/') || socket.endsWith('/'))
    report.add('istio-unix-address', path, { value: shown(address) });
}

export const unixPrefix = 'unix://';

/** A host that may begin with `*`. */
export function checkHost(report: Report, path: FieldPath, host: string | undefined): void {
  if (host === undefined) report.add('required-field', path, {}, { aim: 'head' });
  else if (!isWildcardDomain(host)) report.add('istio-vs-host', path, { value: shown(host) });
}

/** `*` and more that is no label of its own: `*foo.com`. */
export function isPartialWildcard(host: string): boolean {
  return host.includes('*') && host.length !== 1 && !host.startsWith('*.');
}

/** The host part of `namespace/host` in a Gateway or Sidecar. */
export function checkNamespacedHost(
  report: Report,
  path: FieldPath,
  host: string,
  { allowsAddress }: { readonly allowsAddress: boolean },
): void {
  const value = shown(host);
  const isAddress = allowsAddress && isIP(host);
  if (host !== '*' && !host.includes('.')) report.add('istio-short-host', path, { value });
  else if (!isWildcardDomain(host) && !isAddress) report.add('istio-vs-host', path, { value });
  else if (isPartialWildcard(host)) report.add('istio-partial-wildcard', path, { value });
}
