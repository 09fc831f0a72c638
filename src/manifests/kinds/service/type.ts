import type { Resource } from '../../resource.ts';
import type { IntOrString, Protocol } from '../pod/type.ts';

export interface ServiceResource extends Resource {
  readonly kind: 'Service';
  readonly spec: ServiceSpec;
}

export type ServiceType = 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';

/** Source of names and defaults: kubernetes/kubernetes:pkg/apis/core/v1/defaults.go at v1.34. Addresses and node ports are allocated by the cluster, not here. */
export interface ServiceSpec {
  readonly type: ServiceType;
  /** Absent or {} for a Service without selector, whose EndpointSlices somebody else writes. */
  readonly selector?: Readonly<Record<string, string>>;
  /** Empty only for headless and ExternalName Services. */
  readonly ports: readonly ServicePort[];
  /** `None` makes it headless; absent: to be allocated. */
  readonly clusterIP?: string;
  readonly clusterIPs?: readonly string[];
  readonly ipFamilies?: readonly ('IPv4' | 'IPv6')[];
  readonly ipFamilyPolicy?: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack';
  readonly externalName?: string;
  readonly externalIPs?: readonly string[];
  readonly sessionAffinity: 'None' | 'ClientIP';
  readonly publishNotReadyAddresses?: boolean;
  readonly internalTrafficPolicy?: 'Cluster' | 'Local';
  readonly externalTrafficPolicy?: 'Cluster' | 'Local';
  readonly trafficDistribution?: string;
  readonly loadBalancerClass?: string;
  readonly loadBalancerIP?: string;
}

export interface ServicePort {
  /** Absent only when the Service has one port. */
  readonly name?: string;
  readonly port: number;
  /** Default: `port`. A string names a container port. */
  readonly targetPort: IntOrString;
  readonly protocol: Protocol;
  readonly appProtocol?: string;
  readonly nodePort?: number;
}
