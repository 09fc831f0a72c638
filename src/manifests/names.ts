// The rules for names, labels and keys. Source: kubernetes/apimachinery:pkg/util/validation/validation.go at v1.34.

import type { Report, ReportOptions } from './report.ts';
import type { FieldPath } from './source.ts';
import { shown } from './structural/wrong-value.ts';

const dnsLabel = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const dns1035Label = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;
const dnsSubdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const qualifiedPart = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const configKey = /^[-._a-zA-Z0-9]+$/;
const printableWithoutEquals = /^[ -<>-~]+$/;
const portName = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

export const dnsLabelMax = 63;
const dnsSubdomainMax = 253;
const portNameMax = 15;

export type NameRule = 'dns-label' | 'dns-1035-label' | 'dns-subdomain' | 'path-segment';

export function isDnsLabel(text: string): boolean {
  return text.length <= dnsLabelMax && dnsLabel.test(text);
}

export function isDnsSubdomain(text: string): boolean {
  return text.length <= dnsSubdomainMax && dnsSubdomain.test(text);
}

/** `[prefix/]name`: label keys, annotation keys, resource names. */
export function isQualifiedName(text: string): boolean {
  const slash = text.indexOf('/');
  const name = text.slice(slash + 1);
  if (slash !== -1 && !isDnsSubdomain(text.slice(0, slash))) return false;
  return name.length <= 63 && qualifiedPart.test(name);
}

export function isLabelValue(text: string): boolean {
  return text === '' || (text.length <= 63 && qualifiedPart.test(text));
}

/** IANA service name: at most 15, with a letter, no two hyphens in a row. */
export function isPortName(text: string): boolean {
  return text.length <= portNameMax && portName.test(text) && /[a-z]/.test(text) && !text.includes('--');
}

export function isConfigKey(text: string): boolean {
  return text.length <= 253 && configKey.test(text) && text !== '.' && !text.startsWith('..');
}

/** Since Kubernetes 1.34 any printable ASCII but `=`. */
export function isEnvName(text: string): boolean {
  return printableWithoutEquals.test(text);
}

function isPathSegment(text: string): boolean {
  return text !== '.' && text !== '..' && !/[/%]/.test(text);
}

/** Reports a name that breaks its rule. */
export function checkName(
  report: Report,
  path: FieldPath,
  name: string,
  rule: NameRule,
  options: ReportOptions = {},
): void {
  const max = rule === 'dns-subdomain' ? dnsSubdomainMax : dnsLabelMax;
  if (rule !== 'path-segment' && name.length > max) {
    report.add('too-long', path, { length: name.length, limit: max }, options);
    return;
  }
  const value = shown(name);
  switch (rule) {
    case 'dns-label':
      if (!dnsLabel.test(name)) report.add('not-dns-label', path, { value }, withFix(options, name));
      return;
    case 'dns-1035-label':
      if (!dns1035Label.test(name))
        report.add('not-dns-1035-label', path, { value }, withFix(options, name, dns1035Label));
      return;
    case 'dns-subdomain':
      if (!dnsSubdomain.test(name)) report.add('not-dns-subdomain', path, { value }, withFix(options, name));
      return;
    case 'path-segment':
      if (!isPathSegment(name)) report.add('not-path-segment', path, { value }, options);
  }
}

/** Capitals and underscores are by far the commonest slip, and have an obvious cure. */
function withFix(options: ReportOptions, name: string, rule = dnsSubdomain): ReportOptions {
  const text = name.toLowerCase().replaceAll('_', '-');
  return text !== name && rule.test(text) ? { ...options, fix: { title: 'fix-replace', text } } : options;
}

/** Reports keys and values that cannot be labels. `path` is the map's. */
export function checkLabels(report: Report, path: FieldPath, labels: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(labels)) {
    const at = [...path, key];
    if (!isQualifiedName(key)) report.add('not-label-key', at, { value: shown(key) }, { aim: 'key' });
    if (!isLabelValue(value)) report.add('not-label-value', at, { value: shown(value) });
  }
}
