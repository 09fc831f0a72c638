import { defineSpecKind } from '../definition.ts';
import type { IstioGatewayResource } from './type.ts';
import { validateIstioGateway } from './validate.ts';

export const istioGateway = defineSpecKind<IstioGatewayResource>({
  group: 'networking.istio.io',
  kind: 'Gateway',
  validate: validateIstioGateway,
});
