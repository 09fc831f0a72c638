// Source: kubernetes-sigs/gateway-api:apis/v1/referencegrant_types.go at v1.6.

import type { Resource } from '../../resource.ts';

export interface ReferenceGrantResource extends Resource {
  readonly kind: 'ReferenceGrant';
  readonly spec: ReferenceGrantSpec;
}

/** Allows objects of `from` to refer to `to` in this namespace. */
export interface ReferenceGrantSpec {
  readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[];
  /** Without a name: every object of the kind. */
  readonly to: readonly { readonly group: string; readonly kind: string; readonly name?: string }[];
}
