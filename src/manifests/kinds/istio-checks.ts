// Checks Istio's webhook makes on several kinds. Source: istio/istio:pkg/config/validation at 86c9f01fd735.

import { dnsLabelMax, isDnsLabel } from '../names.ts';
import { isRe2 } from '../re2-syntax.ts';
import type { Report } from '../report.ts';
import type { ObjectMeta } from '../resource.ts';
import type { FieldPath } from '../source.ts';
import { shown } from '../structural/check.ts';

const dryRun = 'istio.io/dry-run';
const regexMax = 1_024;

/** `allowsDryRun`: AuthorizationPolicy checks that annotation itself; no other kind may carry it. */
export function checkIstioMetadata(report: Report, metadata: ObjectMeta, allowsDryRun = false): void {
  if (allowsDryRun || metadata.annotations[dryRun] === undefined) return;
  report.add('istio-dry-run-kind', ['metadata', 'annotations', dryRun], {}, { aim: 'key' });
}

export function checkWorkloadSelector(
  report: Report,
  path: FieldPath,
  selector: { readonly matchLabels?: Readonly<Record<string, string>> } | undefined,
): void {
  if (!selector) return;
  const labels = Object.entries(selector.matchLabels ?? {});
  if (labels.length === 0) report.add('istio-selector-empty', path, {}, { aim: 'key' });
  for (const [key, value] of labels) {
    const at = [...path, 'matchLabels', key];
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
function isFqdn(name: string): boolean {
  return name !== '' && name.length <= 255 && areDnsLabels(name);
}

function areDnsLabels(domain: string): boolean {
  const labels = domain.split('.');
  if (/^[0-9]+$/.test(labels.at(-1) ?? '')) return false;
  return labels.every((label, index) => (label === '' ? index === labels.length - 1 : isHostLabel(label)));
}

function isHostLabel(label: string): boolean {
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

/** `ns/name`, or a host name (the old form). */
export function checkGatewayNames(report: Report, path: FieldPath, names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    const slash = name.indexOf('/');
    const isFine = slash === -1 ? isFqdn(name) : isDnsLabel(name.slice(0, slash)) && isDnsLabel(name.slice(slash + 1));
    if (!isFine) report.add('istio-gateway-name', [...path, index], { value: shown(name) });
    else if (slash === -1 && name.includes('.')) {
      const [gateway = '', namespace = ''] = name.split('.');
      const instead = `${namespace}/${gateway}`;
      report.add(
        'istio-gateway-legacy',
        [...path, index],
        { instead },
        { fix: { title: 'fix-replace', text: instead } },
      );
    }
  }
}
