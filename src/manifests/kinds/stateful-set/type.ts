import type { JsonObject } from '../../json.ts';
import type { Resource } from '../../resource.ts';
import type { LabelSelector } from '../label-selector.ts';
import type { IntOrString, PodTemplateSpec } from '../pod/type.ts';

export interface StatefulSetResource extends Resource {
  readonly kind: 'StatefulSet';
  readonly spec: StatefulSetSpec;
}

export interface StatefulSetSpec {
  /** Default 1. */
  readonly replicas: number;
  /** The headless Service that gives the pods their DNS names; absent or '' when none. */
  readonly serviceName?: string;
  readonly selector: LabelSelector;
  readonly template: PodTemplateSpec;
  readonly podManagementPolicy: 'OrderedReady' | 'Parallel';
  readonly updateStrategy: StatefulSetUpdateStrategy;
  readonly minReadySeconds?: number;
  readonly revisionHistoryLimit: number;
  readonly ordinals?: { readonly start?: number };
  readonly volumeClaimTemplates?: readonly JsonObject[];
}

export type StatefulSetUpdateStrategy =
  | { readonly type: 'OnDelete' }
  | {
      readonly type: 'RollingUpdate';
      readonly rollingUpdate: { readonly partition: number; readonly maxUnavailable?: IntOrString };
    };
