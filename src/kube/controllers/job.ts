// The Job controller: pods until enough of them succeeded, or too many failed.
// A pod counts only when its phase is Succeeded or Failed: one whose proxy still runs counts as active.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/job/job_controller.go.
import type { Context, EntityId, EntityType, Instant } from '../../kernel/index.ts';
import { after, exactly, micros, seconds } from '../../kernel/index.ts';
import { statedSeconds } from '../stated-seconds.ts';
import type { JobResource } from '../../manifests/index.ts';
import { refOf } from '../../manifests/index.ts';
import type { ApiServerId, StoredObject, WatchEvent } from '../api.ts';
import { recordEvent } from '../event.ts';
import { jobBackOff, jobDeadline } from '../facts.ts';
import { randomSuffix } from '../objects/names.ts';
import { podFromTemplate } from '../objects/pod-from-template.ts';
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
import type { FailureVerdict } from './job-policy.ts';
import { failureVerdict, isSuccessMet } from './job-policy.ts';
import type { OwnedPods } from './owned-pods.ts';
import { activeOf, noPods, withLeaving, withPodEvent } from './owned-pods.ts';

const ACTOR = 'job-controller';
const BACK_OFF_FIRST = 10;
const BACK_OFF_MAX = 600;
const INDEX = 'batch.kubernetes.io/job-completion-index';

interface JobController extends ObjectController<'Job'> {
  readonly pods: OwnedPods;
  /** Uid -> how a pod of it ended, whatever became of the pod since; with its index, if the Job is indexed. */
  readonly ended: ReadonlyMap<string, PodEnd>;
  /** Of an indexed Job: indexes of pods whose creation was sent and not seen yet. */
  readonly awaitedIndexes: ReadonlySet<string>;
  /** Failures since the last success. */
  readonly failuresInRow: number;
  /** No new pod before. */
  readonly notBefore: Instant;
  /** How it ended; undefined while it goes on. */
  readonly result: 'complete' | 'failed' | undefined;
  /** What the podFailurePolicy makes the whole Job fail with. */
  readonly verdict: string | undefined;
}

interface PodEnd {
  readonly isGood: boolean;
  readonly index: string | undefined;
  readonly at: Instant;
  /** What its failure means. */
  readonly action: FailureVerdict['action'];
}

type JobMessage = ControllerMessage | { readonly type: 'deadline' } | { readonly type: 'expire' };

const reconciling = controllerType<'Job', JobController>({
  name: 'kube.job-controller',
  kind: 'Job',
  owned: withPod,
  refused(ctx, controller, { reason }) {
    recordEvent(ctx, controller.object.resource, 'FailedCreate', `Error creating: ${reason}`, true);
    const pods = { ...controller.pods, awaited: Math.max(0, controller.pods.awaited - 1) };
    // One retry for all pods that the same reconciliation could not create.
    return pods.awaited === 0
      ? retrySync(ctx, { ...controller, pods, awaitedIndexes: new Set<string>() })
      : { ...controller, pods };
  },
  sync,
});

export const jobControllerType: EntityType<JobController, JobMessage> = {
  ...reconciling,
  handle(controller, message, ctx) {
    switch (message.type) {
      case 'deadline':
        return controller.result !== undefined
          ? controller
          : fail(ctx, controller, 'DeadlineExceeded', 'Job was active longer than specified deadline');
      case 'expire':
        return request(ctx, controller, {
          type: 'delete',
          ref: refOf(controller.object.resource),
          actor: 'ttl-after-finished-controller',
          uid: controller.object.uid,
        });
      default:
        return reconciling.handle(controller, message, ctx);
    }
  },
};

/** Makes the controller of a Job. */
export function createJobController(
  ctx: Context,
  object: StoredObject<JobResource>,
  apiServer: ApiServerId,
): EntityId<ControllerMessage> {
  const controller: JobController = {
    ...newController(ctx, apiServer),
    object,
    pods: noPods,
    ended: new Map(),
    awaitedIndexes: new Set(),
    failuresInRow: 0,
    notBefore: ctx.now,
    result: undefined,
    verdict: undefined,
  };
  const id: EntityId<JobMessage> = ctx.create(jobControllerType, controllerPath(object), controller);
  const deadline = object.resource.spec.activeDeadlineSeconds;
  if (deadline !== undefined) ctx.schedule(exactly(jobDeadline, statedSeconds(deadline)), id, { type: 'deadline' });
  return id; // its own messages come from itself
}

function withPod(ctx: Context, controller: JobController, event: WatchEvent): JobController {
  const index = event.object.resource.metadata.annotations[INDEX];
  const isNew = event.event === 'ADDED' && index !== undefined;
  const awaitedIndexes = isNew
    ? new Set([...controller.awaitedIndexes].filter((other) => other !== index))
    : controller.awaitedIndexes;
  return withEnd(ctx, { ...controller, awaitedIndexes, pods: withPodEvent(controller.pods, event, ctx.now) }, event);
}

/** Counts a pod that ended; a failure makes the next one wait, longer each time. */
function withEnd(ctx: Context, controller: JobController, { object }: WatchEvent): JobController {
  const { status, uid, resource, deletedAt } = object;
  const { spec } = controller.object.resource;
  const phase = status?.kind === 'Pod' ? status.phase : 'Pending';
  // A pod that somebody deletes counts as failed, unless only failed ones are replaced. Source: job_controller.go isPodFailed.
  const isDeleted = deletedAt !== undefined && spec.podReplacementPolicy !== 'Failed' && !spec.suspend;
  const hasEnded = phase === 'Succeeded' || phase === 'Failed' || isDeleted;
  if (!hasEnded || controller.ended.has(uid) || controller.result !== undefined) return controller;
  const isGood = phase === 'Succeeded';
  const index = resource.metadata.annotations[INDEX];
  const { namespace, name } = resource.metadata;
  const verdict: FailureVerdict = isGood
    ? { action: 'Count' }
    : failureVerdict(spec, `${namespace}/${name}`, status?.kind === 'Pod' ? status : undefined);
  const ended = new Map(controller.ended).set(uid, { isGood, index, at: ctx.now, action: verdict.action });
  if (isGood) return { ...controller, ended, failuresInRow: 0 };
  if (verdict.action === 'Ignore') return { ...controller, ended };
  const failuresInRow = controller.failuresInRow + 1;
  const notBefore = isPerIndex(controller) ? controller.notBefore : after(ctx.now, seconds(backOffOf(failuresInRow)));
  const message = verdict.action === 'FailJob' ? verdict.message : controller.verdict;
  return { ...controller, ended, failuresInRow, notBefore, verdict: message };
}

/** Seconds before the pod after so many failures. */
function backOffOf(failures: number): number {
  let wait = BACK_OFF_FIRST;
  for (let doubled = 1; doubled < failures && wait < BACK_OFF_MAX; doubled += 1)
    wait = Math.min(wait * 2, BACK_OFF_MAX);
  return wait;
}

function isPerIndex({ object }: JobController): boolean {
  return object.resource.spec.backoffLimitPerIndex !== undefined;
}

function isFailure({ isGood, action }: PodEnd): boolean {
  return !isGood && action !== 'Ignore';
}

/** Indexes that failed for good: more often than backoffLimitPerIndex, or by the podFailurePolicy. */
function failedIndexes({ object, ended }: JobController): ReadonlySet<string> {
  const limit = object.resource.spec.backoffLimitPerIndex;
  const failures = new Map<string, number>();
  for (const { index = '', isGood, action } of ended.values()) {
    if (isGood || action === 'Ignore') continue;
    failures.set(index, (failures.get(index) ?? 0) + (action === 'FailIndex' ? Infinity : 1));
  }
  return new Set([...failures].filter(([, count]) => limit !== undefined && count > limit).map(([index]) => index));
}

function sync(ctx: Context, controller: JobController): JobController {
  const { object, pods, ended, verdict } = controller;
  const { spec } = object.resource;
  if (object.deletedAt !== undefined) return controller;
  if (controller.result !== undefined) return reportStatus(ctx, controller);
  if (verdict !== undefined) return fail(ctx, controller, 'PodFailurePolicy', verdict);
  const ends = [...ended.values()];
  const failed = ends.filter(isFailure).length;
  if (failed > spec.backoffLimit || isPastLimitByRestarts(controller))
    return fail(ctx, controller, 'BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  const lost = failedIndexes(controller);
  if (lost.size > (spec.maxFailedIndexes ?? Infinity))
    return fail(
      ctx,
      controller,
      'MaxFailedIndexesExceeded',
      'Job has exceeded the specified maximal number of failed indexes',
    );
  const good = ends.filter(({ isGood }) => isGood);
  const succeeded = good.length;
  if (isSuccessMet(spec, new Set(good.map(({ index }) => Number(index)))))
    return finish(ctx, deleteActive(ctx, controller), 'complete', 'SuccessPolicy', 'Matched rules at index 0');
  const active = activeOf(pods) + pods.awaited;
  const isWorkQueue = spec.completions === undefined;
  const isComplete = isWorkQueue ? succeeded > 0 && active === 0 : succeeded + lost.size >= spec.completions;
  if (isComplete && lost.size > 0) return fail(ctx, controller, 'FailedIndexes', 'Job has failed indexes');
  if (isComplete) return finish(ctx, controller, 'complete', 'Completed', 'Job completed');
  if (spec.suspend) return reportStatus(ctx, deleteActive(ctx, controller));
  const wanted = isWorkQueue
    ? succeeded > 0
      ? active
      : spec.parallelism
    : Math.min(spec.parallelism, spec.completions - succeeded - lost.size);
  return reportStatus(ctx, active < wanted ? createPods(ctx, controller, wanted - active) : controller);
}

/** With OnFailure the same pod tries again: its restarts count as failures. */
function isPastLimitByRestarts({ object, pods }: JobController): boolean {
  const { template, backoffLimit } = object.resource.spec;
  if (template.spec.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { object: pod, standing } of pods.byName.values()) {
    if (standing !== 'pending' && standing !== 'ready') continue;
    if (pod.status?.kind === 'Pod') for (const container of pod.status.containers) restarts += container.restarts;
  }
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}

function createPods(ctx: Context, controller: JobController, count: number): JobController {
  if (ctx.now < controller.notBefore) {
    ctx.schedule(exactly(jobBackOff, micros(controller.notBefore - ctx.now)), ctx.self as EntityId<ControllerMessage>, {
      type: 'retry',
    });
    return controller;
  }
  let next = controller;
  for (let made = 0; made < count; made += 1) next = createPod(ctx, next);
  return next;
}

/** When the indexes that wait out a failure of their own may be tried again: index -> instant. */
function waitingIndexes(ctx: Context, controller: JobController): ReadonlyMap<string, Instant> {
  if (!isPerIndex(controller)) return new Map();
  const failures = new Map<string, { readonly count: number; readonly at: Instant }>();
  for (const end of controller.ended.values()) {
    if (!isFailure(end)) continue;
    const { index = '', at } = end;
    failures.set(index, { count: (failures.get(index)?.count ?? 0) + 1, at });
  }
  const until = [...failures].map(([index, { count, at }]) => [index, after(at, seconds(backOffOf(count)))] as const);
  return new Map(until.filter(([, time]) => time > ctx.now));
}

function createPod(ctx: Context, controller: JobController): JobController {
  const { object, pods } = controller;
  const { name } = object.resource.metadata;
  const isIndexed = object.resource.spec.completionMode === 'Indexed';
  const waiting = waitingIndexes(ctx, controller);
  const index = isIndexed ? String(freeIndex(controller, waiting)) : undefined;
  if (isIndexed && Number(index) >= (object.resource.spec.completions ?? Infinity)) {
    // Only indexes that wait are left: the first of them wakes the controller.
    const first = Math.min(...waiting.values()) - ctx.now;
    if (waiting.size > 0)
      ctx.schedule(exactly(jobBackOff, micros(first)), ctx.self as EntityId<ControllerMessage>, { type: 'retry' });
    return controller;
  }
  const labels = {
    'batch.kubernetes.io/controller-uid': object.uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': object.uid,
    'job-name': name,
  };
  const indexed = index === undefined ? {} : { [INDEX]: index };
  const pod = podFromTemplate(object, {
    name: `${name}-${index === undefined ? '' : `${index}-`}${randomSuffix(ctx)}`,
    labels: { ...labels, ...indexed },
    annotations: indexed,
    ...(index === undefined ? {} : { spec: { hostname: `${name}-${index}` } }),
  });
  const awaitedIndexes =
    index === undefined ? controller.awaitedIndexes : new Set(controller.awaitedIndexes).add(index);
  return requestCreate(
    ctx,
    { ...controller, awaitedIndexes, pods: { ...pods, awaited: pods.awaited + 1 } },
    object,
    pod,
    ACTOR,
    index === undefined ? activeOf(pods) + pods.awaited : Number(index),
  );
}

/** The lowest index that neither succeeded nor failed for good, is being worked on or waits. */
function freeIndex(controller: JobController, waiting: ReadonlyMap<string, Instant>): number {
  const { pods, ended, awaitedIndexes } = controller;
  const taken = new Set<string | undefined>([...awaitedIndexes, ...waiting.keys(), ...failedIndexes(controller)]);
  for (const end of ended.values()) if (end.isGood) taken.add(end.index);
  for (const { object, standing } of pods.byName.values())
    if (standing === 'pending' || standing === 'ready') taken.add(object.resource.metadata.annotations[INDEX]);
  let index = 0;
  while (taken.has(String(index))) index += 1;
  return index;
}

function fail(ctx: Context, controller: JobController, reason: string, message: string): JobController {
  return finish(ctx, deleteActive(ctx, controller), 'failed', reason, message);
}

function finish(
  ctx: Context,
  controller: JobController,
  result: 'complete' | 'failed',
  reason: string,
  message: string,
): JobController {
  recordEvent(ctx, controller.object.resource, reason, message, result === 'failed');
  const ttl = controller.object.resource.spec.ttlSecondsAfterFinished;
  if (ttl !== undefined)
    ctx.schedule(exactly(jobDeadline, statedSeconds(ttl)), ctx.self as EntityId<JobMessage>, { type: 'expire' });
  return reportStatus(ctx, { ...controller, result });
}

function deleteActive(ctx: Context, controller: JobController): JobController {
  let next = controller;
  for (const { object, standing } of controller.pods.byName.values()) {
    if (standing !== 'pending' && standing !== 'ready') continue;
    const { resource, uid } = object;
    next = request(
      ctx,
      { ...next, pods: withLeaving(next.pods, resource.metadata.name) },
      { type: 'delete', ref: refOf(resource), actor: ACTOR, uid },
    );
  }
  return next;
}

function reportStatus(ctx: Context, controller: JobController): JobController {
  const { pods, result } = controller;
  const ends = [...controller.ended.values()];
  const succeeded = ends.filter((end) => end.isGood).length;
  const failed = ends.filter(isFailure).length;
  const counts = { active: activeOf(pods), ready: pods.counts.ready, succeeded, failed };
  return writeStatus(ctx, controller, { kind: 'Job', ...counts, result }, ACTOR);
}
