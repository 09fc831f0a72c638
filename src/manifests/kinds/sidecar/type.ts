import type { Resource } from '../../resource.ts';
import type { NetworkingSelector } from '../istio-checks.ts';
import type { ServerTlsSettings } from '../server-tls.ts';
import type { ConnectionPool } from '../traffic-policy.ts';
import type { VirtualServiceDestination } from '../virtual-service/type.ts';

export interface SidecarResource extends Resource {
  readonly kind: 'Sidecar';
  readonly spec: SidecarSpec;
}

export interface SidecarPort {
  readonly number?: number;
  readonly protocol?: string;
  readonly name?: string;
  readonly targetPort?: number;
}

export interface SidecarIngress {
  readonly port: SidecarPort;
  readonly bind?: string;
  readonly captureMode?: 'DEFAULT' | 'IPTABLES' | 'NONE';
  /** `127.0.0.1:port`, `0.0.0.0:port`, their IPv6 counterparts, `:port` or `unix://path`. */
  readonly defaultEndpoint?: string;
  readonly tls?: ServerTlsSettings;
  readonly connectionPool?: ConnectionPool;
}

export interface SidecarEgress {
  /** Absent: every port no other listener has. */
  readonly port?: SidecarPort;
  readonly bind?: string;
  readonly captureMode?: 'DEFAULT' | 'IPTABLES' | 'NONE';
  /** `namespace/host`. */
  readonly hosts: readonly string[];
}

/** Source: istio/api:networking/v1alpha3/sidecar.proto at Istio 1.31. */
export interface SidecarSpec {
  readonly workloadSelector?: NetworkingSelector;
  readonly ingress?: readonly SidecarIngress[];
  readonly egress?: readonly SidecarEgress[];
  readonly inboundConnectionPool?: ConnectionPool;
  readonly outboundTrafficPolicy?: {
    /** Absent means REGISTRY_ONLY. */
    readonly mode?: 'REGISTRY_ONLY' | 'ALLOW_ANY';
    readonly egressProxy?: VirtualServiceDestination;
  };
}
