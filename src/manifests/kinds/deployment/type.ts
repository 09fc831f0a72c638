import type { Resource } from '../../resource.ts';
import type { LabelSelector } from '../label-selector.ts';
import type { IntOrString, PodTemplateSpec } from '../pod/type.ts';

export interface DeploymentResource extends Resource {
  readonly kind: 'Deployment';
  readonly spec: DeploymentSpec;
}

/** Source of names and defaults: kubernetes/kubernetes:pkg/apis/apps/v1/defaults.go at v1.34. */
export interface DeploymentSpec {
  /** Default 1. */
  readonly replicas: number;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly strategy: DeploymentStrategy;
  /** Seconds a pod must be ready before it counts as available, default 0. */
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit: number;
  /** Seconds, default 600. */
  readonly progressDeadlineSeconds: number;
  readonly paused?: boolean;
}

export type DeploymentStrategy =
  | { readonly type: 'Recreate' }
  | {
      readonly type: 'RollingUpdate';
      readonly rollingUpdate: { readonly maxUnavailable: IntOrString; readonly maxSurge: IntOrString };
    };
