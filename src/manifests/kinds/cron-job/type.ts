import type { Resource } from '../../resource.ts';
import type { JobSpec } from '../job/type.ts';

export interface CronJobResource extends Resource {
  readonly kind: 'CronJob';
  readonly spec: CronJobSpec;
}

/** Source of names and defaults: kubernetes/kubernetes:pkg/apis/batch/v1/defaults.go SetDefaults_CronJob at v1.34. */
export interface CronJobSpec {
  /** Five fields (minute, hour, day, month, weekday), or `@hourly` and its like. */
  readonly schedule: string;
  readonly timeZone?: string;
  /** Seconds a run may be late; absent: as late as it comes. */
  readonly startingDeadlineSeconds?: number;
  readonly concurrencyPolicy: 'Allow' | 'Forbid' | 'Replace';
  readonly suspend: boolean;
  /** Default 3 and 1. */
  readonly successfulJobsHistoryLimit: number;
  readonly failedJobsHistoryLimit: number;
  readonly jobTemplate: {
    readonly metadata?: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
    };
    readonly spec: JobSpec;
  };
}
