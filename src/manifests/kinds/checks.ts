// Checks several kinds share. Source of all rules: kubernetes/kubernetes:pkg/apis/core/validation/validation.go at v1.34.

import { checkLabels, isPortName, isQualifiedName } from '../names.ts';
import type { Report } from '../report.ts';
import type { FieldPath } from '../source.ts';
import { addUnsupported, shown } from '../structural/wrong-value.ts';
import type { LabelSelector } from './label-selector.ts';

export const portMax = 65_535;

export function checkPortNumber(report: Report, path: FieldPath, port: number): void {
  if (port < 1 || port > portMax) report.add('port-out-of-range', path, { value: port });
}

/** A port by number, or by the name of a container port. */
export function checkPortReference(report: Report, path: FieldPath, port: number | string): void {
  if (typeof port === 'number') checkPortNumber(report, path, port);
  else if (!isPortName(port)) report.add('not-port-name', path, { value: shown(port) });
}

export function checkOneOf(
  report: Report,
  path: FieldPath,
  value: string | undefined,
  allowed: readonly string[],
): void {
  if (value !== undefined && !allowed.includes(value)) addUnsupported(report, path, value, allowed);
}

export function checkNotNegative(report: Report, path: FieldPath, value: number | undefined): void {
  if (value !== undefined && value < 0) report.add('too-small', path, { value, limit: 0 });
}

export function checkPositive(report: Report, path: FieldPath, value: number | undefined): void {
  if (value !== undefined && value < 1) report.add('too-small', path, { value, limit: 1 });
}

/** Reports every later item whose key equals an earlier one's. An item without a key is passed over. */
export function checkUnique<T>(
  report: Report,
  path: FieldPath,
  items: readonly T[],
  keyOf: (item: T) => string | undefined,
  field: FieldPath,
): void {
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    const key = keyOf(item);
    if (key === undefined) continue;
    if (seen.has(key)) report.add('duplicate-value', [...path, index, ...field], { value: shown(key) });
    seen.add(key);
  }
}

/** An absent text, or an empty one, where one must be. */
export function checkPresent(report: Report, path: FieldPath, value: string | undefined): void {
  if (value === undefined || value === '') report.add('required-field', path, {}, { aim: 'head' });
}

export function checkLabelSelector(report: Report, path: FieldPath, selector: LabelSelector): void {
  checkLabels(report, [...path, 'matchLabels'], selector.matchLabels ?? {});
  for (const [index, requirement] of (selector.matchExpressions ?? []).entries()) {
    const at = [...path, 'matchExpressions', index];
    const { key, operator, values = [] } = requirement;
    if (!isQualifiedName(key)) report.add('not-label-key', [...at, 'key'], { value: shown(key) });
    checkOneOf(report, [...at, 'operator'], operator, ['In', 'NotIn', 'Exists', 'DoesNotExist']);
    const needsValues = operator === 'In' || operator === 'NotIn';
    if (needsValues && values.length === 0) report.add('required-field', [...at, 'values'], {}, { aim: 'head' });
    if ((operator === 'Exists' || operator === 'DoesNotExist') && values.length > 0) {
      report.add('not-together', [...at, 'values'], { other: `operator: ${operator}` }, { aim: 'key' });
    }
  }
}

/** An integer, or a percentage of something. */
export function checkIntOrPercent(report: Report, path: FieldPath, value: number | string | undefined): void {
  if (value === undefined) return;
  if (typeof value === 'number') checkNotNegative(report, path, value);
  else if (!/^[0-9]+%$/.test(value)) report.add('not-percentage', path, { value: shown(value) });
}

/** Whether an int-or-percent is nothing at all. */
export function isNothing(value: number | string | undefined): boolean {
  return value === undefined || value === 0 || value === '0%';
}
