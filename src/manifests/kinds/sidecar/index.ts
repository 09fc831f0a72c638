import { defineAcceptedKind } from '../definition.ts';
import type { SidecarSpec } from './type.ts';
import { validateSidecar } from './validate.ts';

export const sidecar = defineAcceptedKind<SidecarSpec>({
  group: 'networking.istio.io',
  kind: 'Sidecar',
  validate: validateSidecar,
});
