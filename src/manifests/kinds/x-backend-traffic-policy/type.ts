// Source: kubernetes-sigs/gateway-api:apisx/v1alpha1/xbackendtrafficpolicy_types.go at v1.6.

import type { Resource } from '../../resource.ts';
import type { LocalObjectReference, SessionPersistence } from '../gateway-api.ts';

export interface XBackendTrafficPolicyResource extends Resource {
  readonly kind: 'XBackendTrafficPolicy';
  readonly spec: XBackendTrafficPolicySpec;
}

export interface XBackendTrafficPolicySpec {
  readonly targetRefs: readonly LocalObjectReference[];
  /** How many retries at once, and never fewer than `minRetryRate`. */
  readonly retryConstraint?: {
    readonly budget: { readonly percent: number; readonly interval: string };
    readonly minRetryRate: { readonly count?: number; readonly interval?: string };
  };
  readonly sessionPersistence?: SessionPersistence;
}
