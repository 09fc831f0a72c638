// What a ztunnel holds: every workload, Service and policy of the mesh, as istiod sent them (WDS). Plain data.
// Source: istio/ztunnel:proto/workload.proto and authorization.proto at 1.31, with the endpoints where ztunnel keeps them, at
// their Service (src/state/service.rs). On-demand subscription, CIDR addresses of Services and weighted waypoints are not modelled.
import type { MaybeOrigin } from '../../trace/index.ts';
import type { ZtunnelPolicy } from '../authz/index.ts';

/** A proxy that others send to: a waypoint or the gateway of a network, by address or by the host name of its Service. */
export type WdsGateway =
  | { readonly kind: 'address'; readonly network: string; readonly ip: string; readonly port: number }
  | { readonly kind: 'hostname'; readonly namespace: string; readonly hostname: string; readonly port: number };

export interface WdsWorkload {
  /** Unique in the mesh, `CLUSTER//v1/Pod/NAMESPACE/NAME`. */
  readonly uid: string;
  /** `namespace/pod`. */
  readonly key: string;
  readonly namespace: string;
  readonly name: string;
  /** One of each family at most; none if it is a name, or can be reached through a network gateway only. */
  readonly addresses: readonly string[];
  /** Looked up when it is needed; '' where the addresses are known. */
  readonly hostname: string;
  readonly network: string;
  readonly cluster: string;
  readonly node: string;
  readonly locality: { readonly region: string; readonly zone: string; readonly subzone: string };
  readonly identity: string;
  readonly tunnel: 'HBONE' | 'NONE';
  /** Names of the policies whose selector picks this workload: `namespace/name`. */
  readonly policies: readonly string[];
  readonly waypoint: WdsGateway | undefined;
  /** Where the other networks send what is for it. */
  readonly networkGateway: WdsGateway | undefined;
  /** A proxy that takes the payload of its tunnels itself (a waypoint behind a ztunnel). Without a port: the one that was asked for. */
  readonly applicationTunnel: { readonly protocol: 'NONE' | 'PROXY'; readonly port: number | undefined } | undefined;
  /** Shares its node's address, which so tells nothing of it. */
  readonly isHostNetwork: boolean;
  /** Its share when one of several is drawn. */
  readonly capacity: number;
  /** The line that makes it STRICT, behind the policy istiod makes up for that; empty if it is not. Not part of the workload API. */
  readonly strictOrigin: MaybeOrigin;
  /** What decides when it is ready; empty where nothing is written of it. Not part of the workload API. */
  readonly readinessOrigin: MaybeOrigin;
  readonly origin: MaybeOrigin;
}

export interface WdsPort {
  readonly servicePort: number;
  /** 0: named, so that each endpoint has its own. */
  readonly targetPort: number;
}

export interface WdsEndpoint {
  /** The workload's uid. */
  readonly workload: string;
  /** Where it differs from its Service, or the Service's port is named. */
  readonly ports: readonly WdsPort[];
  readonly isHealthy: boolean;
}

export type BalancingScope = 'REGION' | 'ZONE' | 'SUBZONE' | 'NODE' | 'CLUSTER' | 'NETWORK';

export interface LoadBalancing {
  /** FAILOVER prefers endpoints that match more of the scopes, STRICT takes those that match all, PASSTHROUGH takes the address that was dialled. */
  readonly mode: 'UNSPECIFIED_MODE' | 'STRICT' | 'FAILOVER' | 'PASSTHROUGH';
  /** The most important first. */
  readonly scopes: readonly BalancingScope[];
}

export interface WdsService {
  /** `namespace/hostname`. */
  readonly key: string;
  readonly namespace: string;
  readonly hostname: string;
  readonly vips: readonly { readonly network: string; readonly ip: string }[];
  readonly ports: readonly WdsPort[];
  readonly endpoints: readonly WdsEndpoint[];
  readonly waypoint: WdsGateway | undefined;
  readonly loadBalancing: LoadBalancing;
  /** Endpoints that are not ready count as well (publishNotReadyAddresses). */
  readonly allowsUnhealthy: boolean;
  readonly ipFamilies: 'AUTOMATIC' | 'IPV4_ONLY' | 'IPV6_ONLY' | 'DUAL';
  /** The one to take where several have a name and none is in the client's namespace. */
  readonly isCanonical: boolean;
  readonly visibility: 'PUBLIC' | 'NAMESPACE';
  /** What picks its endpoints; empty without a selector. Not part of the workload API. */
  readonly selectorOrigin: MaybeOrigin;
  readonly origin: MaybeOrigin;
}

export interface AmbientConfiguration {
  readonly workloads: readonly WdsWorkload[];
  readonly services: readonly WdsService[];
  readonly policies: readonly ZtunnelPolicy[];
}

/** What most workloads have in common: one network and cluster, nothing in front of them. */
export const ordinaryWorkload = {
  hostname: '',
  network: '',
  cluster: '',
  locality: { region: '', zone: '', subzone: '' },
  waypoint: undefined,
  networkGateway: undefined,
  applicationTunnel: undefined,
  isHostNetwork: false,
  capacity: 1,
  readinessOrigin: {},
} as const satisfies Partial<WdsWorkload>;

/** What most Services have in common. */
export const ordinaryService = {
  waypoint: undefined,
  loadBalancing: { mode: 'UNSPECIFIED_MODE', scopes: [] },
  allowsUnhealthy: false,
  ipFamilies: 'AUTOMATIC',
  isCanonical: false,
  visibility: 'PUBLIC',
  selectorOrigin: {},
} as const satisfies Partial<WdsService>;
