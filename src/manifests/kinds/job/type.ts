import type { JsonObject } from '../../json.ts';
import type { Resource } from '../../resource.ts';
import type { LabelSelector } from '../label-selector.ts';
import type { PodTemplateSpec } from '../pod/type.ts';

export interface JobResource extends Resource {
  readonly kind: 'Job';
  readonly spec: JobSpec;
}

/** Source of names and defaults: kubernetes/kubernetes:pkg/apis/batch/v1/defaults.go at v1.34. */
export interface JobSpec {
  /** Absent for a work queue (`parallelism` set, `completions` not); else default 1. */
  readonly completions?: number;
  /** Default 1. */
  readonly parallelism: number;
  /** Retries before the Job fails; default 6, or no limit with `backoffLimitPerIndex`. */
  readonly backoffLimit: number;
  readonly backoffLimitPerIndex?: number;
  readonly maxFailedIndexes?: number;
  /** Seconds. */
  readonly activeDeadlineSeconds?: number;
  readonly ttlSecondsAfterFinished?: number;
  readonly completionMode: 'NonIndexed' | 'Indexed';
  readonly suspend: boolean;
  readonly podReplacementPolicy: 'TerminatingOrFailed' | 'Failed';
  readonly podFailurePolicy?: JsonObject;
  readonly successPolicy?: JsonObject;
  readonly manualSelector?: boolean;
  /** Written only with `manualSelector`; the API server otherwise makes one from the Job's uid. */
  readonly selector?: LabelSelector;
  readonly template: PodTemplateSpec;
}
