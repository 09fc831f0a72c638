import { defineSpecKind } from '../definition.ts';
import type { SidecarResource } from './type.ts';
import { validateSidecar } from './validate.ts';

export const sidecar = defineSpecKind<SidecarResource>({
  group: 'networking.istio.io',
  kind: 'Sidecar',
  validate: validateSidecar,
});
