// The CronJob controller: a Job whenever its schedule comes round, as far as those that still run allow it.
// A Job that never ends keeps a CronJob that forbids two at a time from ever running again.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/cronjob/{cronjob_controllerv2,utils}.go.
import type { Context, EntityId } from '../../kernel/index.ts';
import { exactly, instant, micros } from '../../kernel/index.ts';
import type { CronJobResource, JobResource } from '../../manifests/index.ts';
import { isKind, parseCronSchedule, refOf } from '../../manifests/index.ts';
import { traceTime } from '../../trace/index.ts';
import type { ApiServerId, StoredObject, WatchEvent } from '../api.ts';
import { recordEvent } from '../event.ts';
import { cronSchedule } from '../facts.ts';
import { makeResource, metadata } from '../objects/made-resource.ts';
import { ownerReference } from '../objects/pod-from-template.ts';
import type { ControllerMessage, ObjectController } from './controller.ts';
import {
  controllerPath,
  controllerType,
  newController,
  request,
  requestCreate,
  retrySync,
  writeStatus,
} from './controller.ts';
import { nextRun } from './cron-calendar.ts';

const ACTOR = 'cronjob-controller';
/** More missed runs than this are said to be too many; the last one is started all the same. */
const MISSED_MAX = 100;

interface CronJobController extends ObjectController<'CronJob'> {
  readonly jobs: ReadonlyMap<string, StoredObject<JobResource>>;
  /** Seconds of the world: the last run it decided about; at first, its own beginning. */
  readonly last: number;
  /** The run that a wait is under way for. */
  readonly awaited: number | undefined;
}

const cronJobControllerType = controllerType<'CronJob', CronJobController>({
  name: 'kube.cron-job-controller',
  kind: 'CronJob',
  owned: (_, controller, event) => withJob(controller, event),
  refused(ctx, controller, { ref, reason }) {
    recordEvent(ctx, controller.object.resource, 'FailedCreate', `Error creating job: ${reason}`, true);
    const jobs = new Map(controller.jobs);
    jobs.delete(ref.name);
    return retrySync(ctx, { ...controller, jobs });
  },
  sync,
});

/** Makes the controller of a CronJob. */
export function createCronJobController(
  ctx: Context,
  object: StoredObject<CronJobResource>,
  apiServer: ApiServerId,
): EntityId<ControllerMessage> {
  return ctx.create(cronJobControllerType, controllerPath(object), {
    ...newController(ctx, apiServer),
    object,
    jobs: new Map(),
    last: secondsAt(ctx, object.createdAt),
    awaited: undefined,
  });
}

/** The controller of the CronJob of a uid. */
export function findCronJobController(ctx: Context, uid: string): EntityId<ControllerMessage> | undefined {
  return ctx.find(cronJobControllerType, uid);
}

function secondsAt(ctx: Context, time: number): number {
  return traceTime(ctx, time) / 1_000_000;
}

function withJob(controller: CronJobController, { event, object }: WatchEvent): CronJobController {
  const { resource } = object;
  if (!isKind(resource, 'Job')) return controller;
  const jobs = new Map(controller.jobs);
  if (event === 'DELETED') jobs.delete(resource.metadata.name);
  else jobs.set(resource.metadata.name, { ...object, resource });
  return { ...controller, jobs };
}

function resultOf({ status }: StoredObject<JobResource>): 'complete' | 'failed' | undefined {
  return status?.kind === 'Job' ? status.result : undefined;
}

function sync(ctx: Context, controller: CronJobController): CronJobController {
  const { resource, deletedAt } = controller.object;
  const schedule = parseCronSchedule(resource.spec.schedule);
  if (deletedAt !== undefined || schedule === undefined) return controller;
  let next = reportStatus(ctx, tidy(ctx, controller));
  if (resource.spec.suspend) return next;
  const now = secondsAt(ctx, ctx.now);
  let due: number | undefined;
  let missed = 0;
  let at = nextRun(schedule, next.last);
  for (; at !== undefined && at <= now; at = nextRun(schedule, at)) {
    due = at;
    missed += 1;
  }
  if (missed > MISSED_MAX)
    recordEvent(
      ctx,
      resource,
      'TooManyMissedTimes',
      'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew',
      true,
    );
  if (due !== undefined) next = start(ctx, next, due, now);
  return awaitRun(ctx, next, at, now);
}

/** Looks again when the schedule comes round. */
function awaitRun(ctx: Context, controller: CronJobController, at: number | undefined, now: number): CronJobController {
  if (at === undefined || at === controller.awaited) return controller;
  const wait = micros(Math.max(0, Math.round((at - now) * 1_000_000)));
  ctx.schedule(exactly(cronSchedule, wait), ctx.self as EntityId<ControllerMessage>, { type: 'retry' });
  return { ...controller, awaited: at };
}

/** A run is due: is it too late, does another forbid it, does it replace another? */
function start(ctx: Context, controller: CronJobController, due: number, now: number): CronJobController {
  const { object, jobs } = controller;
  const { resource } = object;
  const { startingDeadlineSeconds, concurrencyPolicy } = resource.spec;
  const decided = { ...controller, last: due };
  if (startingDeadlineSeconds !== undefined && due + startingDeadlineSeconds < now) {
    recordEvent(ctx, resource, 'MissSchedule', `Missed scheduled time to start a job: ${due} s`, true);
    return decided;
  }
  const name = `${resource.metadata.name}-${runNumber(due)}`;
  if (jobs.has(name)) return decided;
  const active = [...jobs.values()].filter((job) => resultOf(job) === undefined && job.deletedAt === undefined);
  if (concurrencyPolicy === 'Forbid' && active.length > 0) {
    // The run stays due: it is started as soon as the other has ended.
    if (controller.awaited === due || controller.awaited === undefined)
      recordEvent(
        ctx,
        resource,
        'JobAlreadyActive',
        'Not starting job because prior execution is running and concurrency policy is Forbid',
      );
    return controller;
  }
  let next: CronJobController = decided;
  if (concurrencyPolicy === 'Replace')
    for (const job of active) {
      recordEvent(ctx, resource, 'SuccessfulDelete', `Deleted job ${job.resource.metadata.name}`);
      next = deleteJob(ctx, next, job);
    }
  recordEvent(ctx, resource, 'SuccessfulCreate', `Created job ${name}`);
  return requestCreate(ctx, next, object, jobOf(object, name), ACTOR);
}

/** Minutes since 1970, as the names of Jobs have them. */
function runNumber(due: number): number {
  return Math.floor((due + 1_767_225_600) / 60);
}

function jobOf(object: StoredObject<CronJobResource>, name: string): JobResource {
  const { resource } = object;
  const { jobTemplate } = resource.spec;
  const { labels = {}, annotations = {} } = jobTemplate.metadata ?? {};
  const meta = metadata(resource.metadata.namespace, name, {
    labels,
    annotations,
    ownerReferences: [ownerReference(object)],
  });
  return makeResource('Job', meta, { spec: jobTemplate.spec }, resource.source);
}

function deleteJob(ctx: Context, controller: CronJobController, job: StoredObject<JobResource>): CronJobController {
  const { resource, uid } = job;
  const jobs = new Map(controller.jobs);
  jobs.delete(resource.metadata.name);
  return request(ctx, { ...controller, jobs }, { type: 'delete', ref: refOf(resource), actor: ACTOR, uid });
}

/** Deletes the oldest Jobs that ended, beyond what is kept of each sort. */
function tidy(ctx: Context, controller: CronJobController): CronJobController {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = controller.object.resource.spec;
  const limits = { complete: successfulJobsHistoryLimit, failed: failedJobsHistoryLimit } as const;
  let next = controller;
  for (const result of ['complete', 'failed'] as const) {
    const ended = [...controller.jobs.values()].filter((job) => resultOf(job) === result);
    const oldest = ended
      .toSorted((a, b) => a.createdAt - b.createdAt)
      .slice(0, Math.max(0, ended.length - limits[result]));
    for (const job of oldest) next = deleteJob(ctx, next, job);
  }
  return next;
}

function reportStatus(ctx: Context, controller: CronJobController): CronJobController {
  const active = [...controller.jobs.values()].filter((job) => resultOf(job) === undefined).length;
  const lastRun = instant(Math.round(controller.last * 1_000_000) + ctx.now - traceTime(ctx, ctx.now));
  return writeStatus(ctx, controller, { kind: 'CronJob', active, lastRun }, ACTOR);
}
