// Source: kubernetes-sigs/gateway-api:apis/v1/listenerset_types.go at v1.6.

import type { Resource } from '../../resource.ts';
import type { GatewayListener, ObjectReference } from '../gateway-api.ts';

export interface ListenerSetResource extends Resource {
  readonly kind: 'ListenerSet';
  readonly spec: ListenerSetSpec;
}

export interface ListenerSetSpec {
  /** Default group `gateway.networking.k8s.io` and kind `Gateway`. */
  readonly parentRef: ObjectReference;
  readonly listeners: readonly GatewayListener[];
}
