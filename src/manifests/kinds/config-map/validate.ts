// Source: kubernetes/kubernetes:pkg/apis/core/validation/validation.go ValidateConfigMap at v1.34.

import { isConfigKey } from '../../names.ts';
import type { Report } from '../../report.ts';
import { shown } from '../../structural/wrong-value.ts';
import type { ConfigMapResource } from './type.ts';

/** Bytes. Source: kubernetes/api:core/v1/types.go MaxSecretSize. */
export const dataMax = 1_048_576;

export function validateConfigMap(
  { data, binaryData }: Pick<ConfigMapResource, 'data' | 'binaryData'>,
  report: Report,
): void {
  checkDataKeys(report, 'data', data);
  checkDataKeys(report, 'binaryData', binaryData);
  for (const key of Object.keys(binaryData)) {
    if (Object.hasOwn(data, key))
      report.add('not-together', ['binaryData', key], { other: `data[${key}]` }, { aim: 'key' });
  }
  const length = sizeOf(data) + sizeOf(binaryData);
  if (length > dataMax) report.add('too-long', ['data'], { length, limit: dataMax }, { aim: 'key' });
}

/** Keys become file names. */
export function checkDataKeys(report: Report, field: string, data: Readonly<Record<string, string>>): void {
  for (const key of Object.keys(data)) {
    if (!isConfigKey(key)) report.add('not-config-key', [field, key], { value: shown(key) }, { aim: 'key' });
  }
}

export function sizeOf(data: Readonly<Record<string, string>>): number {
  return Object.values(data).reduce((sum, value) => sum + value.length, 0);
}
