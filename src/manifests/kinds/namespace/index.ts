import { defineKind } from '../definition.ts';
import { namespaceDefaults } from './defaults.ts';
import type { NamespaceResource } from './type.ts';
import { validateNamespace } from './validate.ts';

export const namespace = defineKind<NamespaceResource>({
  group: '',
  kind: 'Namespace',
  nameRule: 'dns-label',
  defaults: namespaceDefaults,
  fields: () => ({}),
  validate: (_fields, report, metadata) => validateNamespace(report, metadata),
});
