// Source: kubernetes-sigs/gateway-api:apisx/v1alpha1/xbackend_types.go at v1.6.

import type { Resource } from '../../resource.ts';
import type { BackendTLSValidation, SecretObjectReference } from '../gateway-api.ts';

export interface XBackendResource extends Resource {
  readonly kind: 'XBackend';
  readonly spec: XBackendSpec;
}

export interface XBackendSpec {
  readonly type: 'ExternalHostname';
  readonly externalHostname?: { readonly hostname: string };
  readonly port: { readonly name?: string; readonly port: number };
  readonly protocol?: string;
  readonly tls?: {
    readonly mode: 'None' | 'ServerOnly' | 'ClientAndServer';
    readonly validation?: BackendTLSValidation;
    readonly clientCertificateRef?: SecretObjectReference;
  };
}
