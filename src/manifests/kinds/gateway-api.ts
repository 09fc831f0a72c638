// What the kinds of the Gateway API have in common, as stored: the defaults of their CRDs are filled in.
// Source: kubernetes-sigs/gateway-api:apis/v1/shared_types.go, object_reference_types.go at v1.6, experimental channel.

import type { LabelSelector } from './label-selector.ts';

export const GATEWAY_API_GROUP = 'gateway.networking.k8s.io';
export const GATEWAY_API_X_GROUP = 'gateway.networking.x-k8s.io';

export interface ParentReference {
  /** Default `gateway.networking.k8s.io`; '' for a Service. */
  readonly group: string;
  /** Default `Gateway`. */
  readonly kind: string;
  readonly name: string;
  /** Absent: the namespace of whoever refers. */
  readonly namespace?: string;
  readonly sectionName?: string;
  readonly port?: number;
}

/** Refers to an object of the same namespace. */
export interface LocalObjectReference {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
}

export interface ObjectReference extends LocalObjectReference {
  /** Absent: the namespace of whoever refers. */
  readonly namespace?: string;
}

/** Default group '' and kind `Secret`. */
export type SecretObjectReference = ObjectReference;

/** Default group '' and kind `Service`. */
export interface BackendObjectReference extends ObjectReference {
  /** Required where it is a Service. */
  readonly port?: number;
}

export interface BackendRef extends BackendObjectReference {
  /** Default 1. */
  readonly weight: number;
}

/** What every route says of its parents. */
export interface CommonRouteSpec {
  readonly parentRefs?: readonly ParentReference[];
  readonly useDefaultGateways?: 'All' | 'None';
}

export interface NamespaceChoice<From extends string> {
  readonly from: From;
  /** Of `from: Selector`. */
  readonly selector?: LabelSelector;
}

/** A listener of a Gateway or a ListenerSet. */
export interface GatewayListener {
  readonly name: string;
  /** Absent or '': every host. */
  readonly hostname?: string;
  readonly port: number;
  /** `HTTP`, `HTTPS`, `TLS`, `TCP`, `UDP`, or one of an implementation's own. */
  readonly protocol: string;
  readonly tls?: ListenerTls;
  readonly allowedRoutes: {
    /** Default from `Same`. */
    readonly namespaces: NamespaceChoice<'All' | 'Selector' | 'Same'>;
    /** Absent or empty: what the protocol allows. Default group `gateway.networking.k8s.io`. */
    readonly kinds?: readonly { readonly group: string; readonly kind: string }[];
  };
}

export interface ListenerTls {
  /** Default `Terminate`. */
  readonly mode: 'Terminate' | 'Passthrough';
  readonly certificateRefs?: readonly SecretObjectReference[];
  readonly options?: Readonly<Record<string, string>>;
}

/** How a client knows a TLS server. */
export interface BackendTLSValidation {
  readonly caCertificateRefs?: readonly LocalObjectReference[];
  readonly wellKnownCACertificates?: string;
  /** SNI, and the name its certificate must have unless `subjectAltNames` says otherwise. */
  readonly hostname: string;
  readonly subjectAltNames?: readonly SubjectAltName[];
}

export interface SubjectAltName {
  readonly type: 'Hostname' | 'URI';
  readonly hostname?: string;
  readonly uri?: string;
}

/** Experimental. Durations are texts like `1h`. */
export interface SessionPersistence {
  /** Default `Cookie`. */
  readonly type: 'Cookie' | 'Header';
  readonly absoluteTimeout?: string;
  readonly cookie?: {
    /** Default `Session`. */
    readonly lifetimeType: 'Permanent' | 'Session';
    readonly name?: string;
    /** Default `/`. */
    readonly path: string;
  };
  readonly header?: { readonly name: string };
}

export interface HeaderNameValue {
  readonly name: string;
  readonly value: string;
}

export interface HTTPHeaderModifier {
  readonly set?: readonly HeaderNameValue[];
  readonly add?: readonly HeaderNameValue[];
  readonly remove?: readonly string[];
}

/** At most one of `percent` and `fraction`; neither: every request. */
export interface HTTPRequestMirror {
  readonly backendRef: BackendObjectReference;
  readonly percent?: number;
  readonly fraction?: {
    readonly numerator: number;
    /** Default 100. */
    readonly denominator: number;
  };
}

/** The filters that HTTPRoutes and GRPCRoutes have alike. */
export type CommonRouteFilter =
  | { readonly type: 'RequestHeaderModifier'; readonly requestHeaderModifier: HTTPHeaderModifier }
  | { readonly type: 'ResponseHeaderModifier'; readonly responseHeaderModifier: HTTPHeaderModifier }
  | { readonly type: 'RequestMirror'; readonly requestMirror: HTTPRequestMirror }
  | { readonly type: 'ExtensionRef'; readonly extensionRef: LocalObjectReference };
