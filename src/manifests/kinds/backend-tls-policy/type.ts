// Source: kubernetes-sigs/gateway-api:apis/v1/backendtlspolicy_types.go at v1.6.

import type { Resource } from '../../resource.ts';
import type { BackendTLSValidation, LocalObjectReference } from '../gateway-api.ts';

export interface BackendTLSPolicyResource extends Resource {
  readonly kind: 'BackendTLSPolicy';
  readonly spec: BackendTLSPolicySpec;
}

export interface BackendTLSPolicySpec {
  /** A section is a port of a Service, by its name. */
  readonly targetRefs: readonly (LocalObjectReference & { readonly sectionName?: string })[];
  readonly validation: BackendTLSValidation;
  readonly options?: Readonly<Record<string, string>>;
}
