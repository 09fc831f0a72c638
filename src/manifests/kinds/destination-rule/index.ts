import { defineAcceptedKind } from '../definition.ts';
import type { DestinationRuleSpec } from './type.ts';
import { validateDestinationRule } from './validate.ts';

export const destinationRule = defineAcceptedKind<DestinationRuleSpec>({
  group: 'networking.istio.io',
  kind: 'DestinationRule',
  validate: validateDestinationRule,
});
