import { get } from '../../json.ts';
import { defineKind, textMapOf } from '../definition.ts';
import { secretDefaults } from './defaults.ts';
import type { SecretResource } from './type.ts';
import { validateSecret } from './validate.ts';

export const secret = defineKind<SecretResource>({
  group: '',
  kind: 'Secret',
  defaults: secretDefaults,
  fields: (object) => {
    const immutable = get(object, 'immutable');
    const type = get(object, 'type');
    return {
      type: typeof type === 'string' ? type : 'Opaque',
      data: textMapOf(object, 'data'),
      ...(typeof immutable === 'boolean' && { immutable }),
    };
  },
  validate: validateSecret,
});
