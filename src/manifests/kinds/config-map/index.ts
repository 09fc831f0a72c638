import { get } from '../../json.ts';
import { defineKind, textMapOf } from '../definition.ts';
import { configMapDefaults } from './defaults.ts';
import type { ConfigMapResource } from './type.ts';
import { validateConfigMap } from './validate.ts';

export const configMap = defineKind<ConfigMapResource>({
  group: '',
  kind: 'ConfigMap',
  defaults: configMapDefaults,
  fields: (object) => {
    const immutable = get(object, 'immutable');
    return {
      data: textMapOf(object, 'data'),
      binaryData: textMapOf(object, 'binaryData'),
      ...(typeof immutable === 'boolean' && { immutable }),
    };
  },
  validate: validateConfigMap,
});
