import type { Resource } from '../../resource.ts';

export interface IngressClassResource extends Resource {
  readonly kind: 'IngressClass';
  readonly spec: IngressClassSpec;
}

/** Source: kubernetes/kubernetes:pkg/apis/networking/types.go at v1.34. */
export interface IngressClassSpec {
  /** Who serves Ingresses of this class: `istio.io/ingress-controller` is istiod. */
  readonly controller?: string;
}
