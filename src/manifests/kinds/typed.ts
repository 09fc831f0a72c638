// The kinds that have a typed view, as one discriminated union. Whether the engine acts on a kind is another question: `Resource.support` answers it.

import type { Resource } from '../resource.ts';
import type { AuthorizationPolicyResource } from './authorization-policy/type.ts';
import type { BackendTLSPolicyResource } from './backend-tls-policy/type.ts';
import type { ConfigMapResource } from './config-map/type.ts';
import type { DaemonSetResource } from './daemon-set/type.ts';
import type { DeploymentResource } from './deployment/type.ts';
import type { DestinationRuleResource } from './destination-rule/type.ts';
import type { EndpointSliceResource } from './endpoint-slice/type.ts';
import type { GatewayClassResource } from './gateway-class/type.ts';
import type { GatewayResource } from './gateway/type.ts';
import type { GRPCRouteResource } from './grpc-route/type.ts';
import type { HTTPRouteResource } from './http-route/type.ts';
import type { IngressClassResource } from './ingress-class/type.ts';
import type { IngressResource } from './ingress/type.ts';
import type { IstioGatewayResource } from './istio-gateway/type.ts';
import type { CronJobResource } from './cron-job/type.ts';
import type { PodDisruptionBudgetResource } from './pod-disruption-budget/type.ts';
import type { JobResource } from './job/type.ts';
import type { ListenerSetResource } from './listener-set/type.ts';
import type { NamespaceResource } from './namespace/type.ts';
import type { PeerAuthenticationResource } from './peer-authentication/type.ts';
import type { PodResource } from './pod/type.ts';
import type { ReferenceGrantResource } from './reference-grant/type.ts';
import type { ReplicaSetResource } from './replica-set/type.ts';
import type { RequestAuthenticationResource } from './request-authentication/type.ts';
import type { SecretResource } from './secret/type.ts';
import type { ServiceEntryResource } from './service-entry/type.ts';
import type { ServiceResource } from './service/type.ts';
import type { ServiceAccountResource } from './service-account/type.ts';
import type { SidecarResource } from './sidecar/type.ts';
import type { StatefulSetResource } from './stateful-set/type.ts';
import type { TCPRouteResource } from './tcp-route/type.ts';
import type { TLSRouteResource } from './tls-route/type.ts';
import type { UDPRouteResource } from './udp-route/type.ts';
import type { VirtualServiceResource } from './virtual-service/type.ts';
import type { WorkloadEntryResource } from './workload-entry/type.ts';
import type { XBackendResource } from './x-backend/type.ts';
import type { XBackendTrafficPolicyResource } from './x-backend-traffic-policy/type.ts';

/** By the kind's name; of the two kinds called Gateway, Istio's is `IstioGateway`. */
interface TypedKinds {
  readonly AuthorizationPolicy: AuthorizationPolicyResource;
  readonly BackendTLSPolicy: BackendTLSPolicyResource;
  readonly ConfigMap: ConfigMapResource;
  readonly CronJob: CronJobResource;
  readonly DaemonSet: DaemonSetResource;
  readonly Deployment: DeploymentResource;
  readonly DestinationRule: DestinationRuleResource;
  readonly EndpointSlice: EndpointSliceResource;
  readonly Gateway: GatewayResource;
  readonly GatewayClass: GatewayClassResource;
  readonly GRPCRoute: GRPCRouteResource;
  readonly HTTPRoute: HTTPRouteResource;
  readonly Ingress: IngressResource;
  readonly IngressClass: IngressClassResource;
  readonly IstioGateway: IstioGatewayResource;
  readonly Job: JobResource;
  readonly ListenerSet: ListenerSetResource;
  readonly Namespace: NamespaceResource;
  readonly PeerAuthentication: PeerAuthenticationResource;
  readonly Pod: PodResource;
  readonly PodDisruptionBudget: PodDisruptionBudgetResource;
  readonly ReferenceGrant: ReferenceGrantResource;
  readonly ReplicaSet: ReplicaSetResource;
  readonly RequestAuthentication: RequestAuthenticationResource;
  readonly Secret: SecretResource;
  readonly Service: ServiceResource;
  readonly ServiceAccount: ServiceAccountResource;
  readonly ServiceEntry: ServiceEntryResource;
  readonly Sidecar: SidecarResource;
  readonly StatefulSet: StatefulSetResource;
  readonly TCPRoute: TCPRouteResource;
  readonly TLSRoute: TLSRouteResource;
  readonly UDPRoute: UDPRouteResource;
  readonly VirtualService: VirtualServiceResource;
  readonly WorkloadEntry: WorkloadEntryResource;
  readonly XBackend: XBackendResource;
  readonly XBackendTrafficPolicy: XBackendTrafficPolicyResource;
}

export type TypedKind = keyof TypedKinds;
export type TypedResource = TypedKinds[TypedKind];
export type ResourceOf<K extends TypedKind> = TypedKinds[K];

/** Group -> its kinds. */
const groups = {
  '': ['ConfigMap', 'Namespace', 'Pod', 'Secret', 'Service', 'ServiceAccount'],
  apps: ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  batch: ['CronJob', 'Job'],
  'discovery.k8s.io': ['EndpointSlice'],
  'gateway.networking.k8s.io': [
    'BackendTLSPolicy',
    'Gateway',
    'GatewayClass',
    'GRPCRoute',
    'HTTPRoute',
    'ListenerSet',
    'ReferenceGrant',
    'TCPRoute',
    'TLSRoute',
    'UDPRoute',
  ],
  'gateway.networking.x-k8s.io': ['XBackend', 'XBackendTrafficPolicy'],
  'networking.istio.io': [
    'DestinationRule',
    'IstioGateway',
    'ServiceEntry',
    'Sidecar',
    'VirtualService',
    'WorkloadEntry',
  ],
  'networking.k8s.io': ['Ingress', 'IngressClass'],
  policy: ['PodDisruptionBudget'],
  'security.istio.io': ['AuthorizationPolicy', 'PeerAuthentication', 'RequestAuthentication'],
} as const satisfies Readonly<Record<string, readonly TypedKind[]>>;

const groupOf: ReadonlyMap<string, string> = new Map(
  Object.entries(groups).flatMap(([group, kinds]) => kinds.map((kind) => [kind, group] as const)),
);

/** Narrows to the typed view of a kind. A kind of the same name in a foreign group (Knative's Service) is not one. */
export function isKind<K extends TypedKind>(resource: Resource, kind: K): resource is ResourceOf<K> {
  return resource.kind === (kind === 'IstioGateway' ? 'Gateway' : kind) && resource.group === groupOf.get(kind);
}
