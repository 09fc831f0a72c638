import type { Resource } from '../../resource.ts';

export interface WorkloadEntryResource extends Resource {
  readonly kind: 'WorkloadEntry';
  readonly spec: WorkloadEntrySpec;
}

/** Source: istio/api:networking/v1alpha3/workload_entry.proto at Istio 1.31. */
export interface WorkloadEntrySpec {
  /** An IP address, a host name or `unix://path`. May be absent when the workload is in another network. */
  readonly address?: string;
  /** By the name of the Service's port. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly network?: string;
  /** `region/zone/subzone`. */
  readonly locality?: string;
  /** Absent or 0 means 1. */
  readonly weight?: number;
  readonly serviceAccount?: string;
}
