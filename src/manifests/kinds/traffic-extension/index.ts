import { defineAcceptedKind } from '../definition.ts';
import type { TrafficExtensionSpec } from './type.ts';
import { validateTrafficExtension } from './validate.ts';

export const trafficExtension = defineAcceptedKind<TrafficExtensionSpec>({
  group: 'extensions.istio.io',
  kind: 'TrafficExtension',
  validate: validateTrafficExtension,
});
