// Source: kubernetes/kubernetes:pkg/apis/core/validation/validation.go ValidateSecret at v1.34. The contents of the typed secrets are not looked into.

import type { Report } from '../../report.ts';
import { checkDataKeys, dataMax, sizeOf } from '../config-map/validate.ts';
import type { SecretResource } from './type.ts';

/** The keys a type of Secret must have. */
const requiredKeys: ReadonlyMap<string, readonly string[]> = new Map([
  ['kubernetes.io/tls', ['tls.crt', 'tls.key']],
  ['kubernetes.io/dockerconfigjson', ['.dockerconfigjson']],
  ['kubernetes.io/dockercfg', ['.dockercfg']],
  ['kubernetes.io/ssh-auth', ['ssh-privatekey']],
]);

export function validateSecret({ type, data }: Pick<SecretResource, 'type' | 'data'>, report: Report): void {
  const written = report.nodeAt(['data']) ? 'data' : 'stringData';
  checkDataKeys(report, written, data);
  for (const key of requiredKeys.get(type) ?? []) {
    if (!Object.hasOwn(data, key)) report.add('secret-key-missing', [written, key], { key, type }, { aim: 'head' });
  }
  const length = sizeOf(data);
  if (length > dataMax) report.add('too-long', [written], { length, limit: dataMax }, { aim: 'key' });
}
