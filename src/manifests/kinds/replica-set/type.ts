import type { Resource } from '../../resource.ts';
import type { LabelSelector } from '../label-selector.ts';
import type { PodTemplateSpec } from '../pod/type.ts';

export interface ReplicaSetResource extends Resource {
  readonly kind: 'ReplicaSet';
  readonly spec: ReplicaSetSpec;
}

export interface ReplicaSetSpec {
  /** Default 1. */
  readonly replicas: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly minReadySeconds?: number;
}
