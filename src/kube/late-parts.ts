// Kubernetes' parts that few first pictures need and that come late, with Envoys (late.ts, mesh/envoys.ts): what the rest knows of them.
import { assert } from '../kernel/index.ts';
import type { createCronJobController, findCronJobController } from './controllers/cron-job.ts';
import type { JobIndexes } from './controllers/job-indexes.ts';
import type { failureVerdict } from './controllers/job-policy.ts';
import type { evictionRefusal } from './store/eviction.ts';

export interface LateParts {
  readonly createCronJobController: typeof createCronJobController;
  readonly findCronJobController: typeof findCronJobController;
  /** Of Jobs with completionMode Indexed. */
  readonly jobIndexes: JobIndexes;
  /** Of Jobs with a podFailurePolicy. */
  readonly failureVerdict: typeof failureVerdict;
  /** Asked when somebody drains a node. */
  readonly evictionRefusal: typeof evictionRefusal;
}

let provided: LateParts | undefined;

/** Once, before anything runs that may need one of them (`lateCodeOf` of the scenario room). */
export function provideLateParts(parts: LateParts): void {
  provided = parts;
}

export function lateParts(): LateParts {
  assert(provided !== undefined, 'late parts of Kubernetes are provided before a cluster needs one');
  return provided;
}
