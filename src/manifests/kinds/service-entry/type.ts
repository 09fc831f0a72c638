import type { Resource } from '../../resource.ts';
import type { NetworkingSelector } from '../istio-checks.ts';
import type { WorkloadEntrySpec } from '../workload-entry/type.ts';

export interface ServiceEntryResource extends Resource {
  readonly kind: 'ServiceEntry';
  readonly spec: ServiceEntrySpec;
}

/** Source: istio/api:networking/v1alpha3/service_entry.proto at Istio 1.31. */
export type ServiceEntryResolution = 'NONE' | 'STATIC' | 'DNS' | 'DNS_ROUND_ROBIN' | 'DYNAMIC_DNS';

export interface ServiceEntryPort {
  readonly number: number;
  readonly name: string;
  /** Absent: the proxy finds out. */
  readonly protocol?: string;
  readonly targetPort?: number;
}

export interface ServiceEntrySpec {
  readonly hosts: readonly string[];
  readonly addresses?: readonly string[];
  readonly ports?: readonly ServiceEntryPort[];
  /** Absent means MESH_EXTERNAL. */
  readonly location?: 'MESH_EXTERNAL' | 'MESH_INTERNAL';
  /** Absent means NONE. */
  readonly resolution?: ServiceEntryResolution;
  readonly endpoints?: readonly WorkloadEntrySpec[];
  readonly workloadSelector?: NetworkingSelector;
  readonly exportTo?: readonly string[];
  /** Whom its endpoints may be, where TLS to them is originated. */
  readonly subjectAltNames?: readonly string[];
}
