// Gateway of the Gateway API; Istio's own is in istio-gateway.
// Source: kubernetes-sigs/gateway-api:apis/v1/gateway_types.go at v1.6, experimental channel.

import type { Resource } from '../../resource.ts';
import type {
  GatewayListener,
  LocalObjectReference,
  NamespaceChoice,
  ObjectReference,
  SecretObjectReference,
} from '../gateway-api.ts';

export interface GatewayResource extends Resource {
  readonly group: 'gateway.networking.k8s.io';
  readonly kind: 'Gateway';
  readonly spec: GatewaySpec;
}

export interface GatewaySpec {
  readonly gatewayClassName: string;
  readonly listeners: readonly GatewayListener[];
  /** The addresses asked for. */
  readonly addresses?: readonly GatewayAddress[];
  readonly infrastructure?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly parametersRef?: LocalObjectReference;
  };
  /** Which ListenerSets may attach. Absent: none. */
  readonly allowedListeners?: {
    /** Default from `None`. */
    readonly namespaces: NamespaceChoice<'All' | 'Selector' | 'Same' | 'None'>;
  };
  readonly tls?: {
    /** The certificate shown to backends. */
    readonly backend?: { readonly clientCertificateRef?: SecretObjectReference };
    /** How clients are known, on HTTPS listeners. */
    readonly frontend?: {
      readonly default: FrontendTls;
      readonly perPort?: readonly { readonly port: number; readonly tls: FrontendTls }[];
    };
  };
  readonly defaultScope?: 'All' | 'None';
}

export interface GatewayAddress {
  /** Default `IPAddress`. */
  readonly type: string;
  readonly value?: string;
}

/** Absent validation: clients need no certificate. */
export interface FrontendTls {
  readonly validation?: {
    readonly caCertificateRefs: readonly ObjectReference[];
    /** Default `AllowValidOnly`. */
    readonly mode: 'AllowValidOnly' | 'AllowInsecureFallback';
  };
}
