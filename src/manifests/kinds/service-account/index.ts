import { get } from '../../json.ts';
import { defineKind } from '../definition.ts';
import { serviceAccountDefaults } from './defaults.ts';
import type { ServiceAccountResource } from './type.ts';

/** Beyond its metadata and schema there is nothing to check. */
export const serviceAccount = defineKind<ServiceAccountResource>({
  group: '',
  kind: 'ServiceAccount',
  defaults: serviceAccountDefaults,
  fields: (object) => {
    const automount = get(object, 'automountServiceAccountToken');
    return typeof automount === 'boolean' ? { automountServiceAccountToken: automount } : {};
  },
  validate: () => undefined,
});
