import { defineAcceptedKind } from '../definition.ts';
import type { IstioGatewaySpec } from './type.ts';
import { validateIstioGateway } from './validate.ts';

export const istioGateway = defineAcceptedKind<IstioGatewaySpec>({
  group: 'networking.istio.io',
  kind: 'Gateway',
  validate: validateIstioGateway,
});
