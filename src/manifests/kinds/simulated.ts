// The kinds the engine acts on, as one discriminated union.

import type { Resource } from '../resource.ts';
import type { AuthorizationPolicyResource } from './authorization-policy/type.ts';
import type { ConfigMapResource } from './config-map/type.ts';
import type { DaemonSetResource } from './daemon-set/type.ts';
import type { DeploymentResource } from './deployment/type.ts';
import type { EndpointSliceResource } from './endpoint-slice/type.ts';
import type { HTTPRouteResource } from './http-route/type.ts';
import type { JobResource } from './job/type.ts';
import type { NamespaceResource } from './namespace/type.ts';
import type { PeerAuthenticationResource } from './peer-authentication/type.ts';
import type { PodResource } from './pod/type.ts';
import type { ReplicaSetResource } from './replica-set/type.ts';
import type { SecretResource } from './secret/type.ts';
import type { ServiceResource } from './service/type.ts';
import type { ServiceAccountResource } from './service-account/type.ts';
import type { StatefulSetResource } from './stateful-set/type.ts';
import type { VirtualServiceResource } from './virtual-service/type.ts';

export type SimulatedResource =
  | AuthorizationPolicyResource
  | ConfigMapResource
  | DaemonSetResource
  | DeploymentResource
  | EndpointSliceResource
  | HTTPRouteResource
  | JobResource
  | NamespaceResource
  | PeerAuthenticationResource
  | PodResource
  | ReplicaSetResource
  | SecretResource
  | ServiceResource
  | ServiceAccountResource
  | StatefulSetResource
  | VirtualServiceResource;

export type SimulatedKind = SimulatedResource['kind'];
export type ResourceOf<K extends SimulatedKind> = Extract<SimulatedResource, { readonly kind: K }>;

/** Narrows to the typed view of a simulated kind. A kind of the same name in a foreign group (Knative's Service) is not one. */
export function isKind<K extends SimulatedKind>(resource: Resource, kind: K): resource is ResourceOf<K> {
  return resource.support === 'simulated' && resource.kind === kind;
}
