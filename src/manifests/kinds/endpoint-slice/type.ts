import type { Resource } from '../../resource.ts';
import type { Protocol } from '../pod/type.ts';

/** Belongs to the Service named by its label `kubernetes.io/service-name`. */
export interface EndpointSliceResource extends Resource {
  readonly kind: 'EndpointSlice';
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN';
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly EndpointPort[];
}

export interface Endpoint {
  readonly addresses: readonly string[];
  /** An absent `ready` or `serving` counts as true, an absent `terminating` as false. Source: kubernetes/api:discovery/v1/types.go. */
  readonly conditions: { readonly ready?: boolean; readonly serving?: boolean; readonly terminating?: boolean };
  readonly hostname?: string;
  readonly nodeName?: string;
  readonly zone?: string;
  readonly targetRef?: {
    readonly kind?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
  };
}

export interface EndpointPort {
  /** Default ''. */
  readonly name: string;
  readonly port?: number;
  readonly protocol: Protocol;
  readonly appProtocol?: string;
}
