// What istiod does for the Gateway API, and for Ingresses. Given to it, because a cluster without either does without the code.
import type { readGatewayApi, statusesOf } from '../gateway-api/index.ts';
import type { ingressStatuses } from '../push/index.ts';
import type { deployedFor } from './gateway-deployment.ts';

export interface GatewayApiController {
  readonly readGatewayApi: typeof readGatewayApi;
  readonly statusesOf: typeof statusesOf;
  readonly deployedFor: typeof deployedFor;
  readonly ingressStatuses: typeof ingressStatuses;
}
