// Source: kubernetes-sigs/gateway-api:apis/v1/gatewayclass_types.go at v1.6.

import type { Resource } from '../../resource.ts';
import type { ObjectReference } from '../gateway-api.ts';

export interface GatewayClassResource extends Resource {
  readonly kind: 'GatewayClass';
  readonly spec: GatewayClassSpec;
}

export interface GatewayClassSpec {
  readonly controllerName: string;
  readonly parametersRef?: ObjectReference;
  readonly description?: string;
}
