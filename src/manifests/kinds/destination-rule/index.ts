import { defineSpecKind } from '../definition.ts';
import type { DestinationRuleResource } from './type.ts';
import { validateDestinationRule } from './validate.ts';

export const destinationRule = defineSpecKind<DestinationRuleResource>({
  group: 'networking.istio.io',
  kind: 'DestinationRule',
  validate: validateDestinationRule,
});
