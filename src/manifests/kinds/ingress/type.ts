import type { Resource } from '../../resource.ts';

export interface IngressResource extends Resource {
  readonly kind: 'Ingress';
  readonly spec: IngressSpec;
}

/** Source: kubernetes/kubernetes:pkg/apis/networking/types.go at v1.34. */
export interface IngressSpec {
  /** Whose it is; absent: whoever takes those without a class. */
  readonly ingressClassName?: string;
  /** For requests that no rule takes. */
  readonly defaultBackend?: IngressBackend;
  readonly tls?: readonly IngressTls[];
  readonly rules?: readonly IngressRule[];
}

export interface IngressTls {
  /** Absent or empty: every name. */
  readonly hosts?: readonly string[];
  readonly secretName?: string;
}

export interface IngressRule {
  /** A name, or `*.` and a name; absent: every host. */
  readonly host?: string;
  readonly http?: { readonly paths: readonly IngressPath[] };
}

export interface IngressPath {
  readonly path?: string;
  readonly pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific';
  readonly backend: IngressBackend;
}

/** Exactly one of the two; of a Service's port exactly one of number and name. */
export interface IngressBackend {
  readonly service?: {
    readonly name: string;
    readonly port?: { readonly number?: number; readonly name?: string };
  };
  readonly resource?: { readonly apiGroup?: string; readonly kind: string; readonly name: string };
}
