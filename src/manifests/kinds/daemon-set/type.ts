import type { Resource } from '../../resource.ts';
import type { LabelSelector } from '../label-selector.ts';
import type { IntOrString, PodTemplateSpec } from '../pod/type.ts';

export interface DaemonSetResource extends Resource {
  readonly kind: 'DaemonSet';
  readonly spec: DaemonSetSpec;
}

export interface DaemonSetSpec {
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly updateStrategy: DaemonSetUpdateStrategy;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit: number;
}

export type DaemonSetUpdateStrategy =
  | { readonly type: 'OnDelete' }
  | {
      readonly type: 'RollingUpdate';
      readonly rollingUpdate: { readonly maxUnavailable: IntOrString; readonly maxSurge: IntOrString };
    };
