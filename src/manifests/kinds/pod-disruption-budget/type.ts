import type { Resource } from '../../resource.ts';
import type { LabelSelector } from '../label-selector.ts';
import type { IntOrString } from '../pod/type.ts';

export interface PodDisruptionBudgetResource extends Resource {
  readonly kind: 'PodDisruptionBudget';
  readonly spec: PodDisruptionBudgetSpec;
}

/** At most one of the two bounds. Source: kubernetes/kubernetes:pkg/apis/policy/types.go at v1.34. */
export interface PodDisruptionBudgetSpec {
  readonly minAvailable?: IntOrString;
  readonly maxUnavailable?: IntOrString;
  /** Absent: no pod; empty: every pod of the namespace. */
  readonly selector?: LabelSelector;
  /** Default IfHealthyBudget. */
  readonly unhealthyPodEvictionPolicy?: 'IfHealthyBudget' | 'AlwaysAllow';
}
