// The Job controller: pods until enough of them succeeded, or too many failed.
// A pod counts only when its phase is Succeeded or Failed: one whose proxy still runs counts as active. A Job that is decided ends when
// the last of its pods has: until then it is FailureTarget or SuccessCriteriaMet.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/job/job_controller.go.
import type { Context, DelayFact, EntityId, EntityType, Instant } from '../../kernel/index.ts';
import { after, exactly, micros, seconds } from '../../kernel/index.ts';
import { statedSeconds } from '../stated-seconds.ts';
import type { JobResource } from '../../manifests/index.ts';
import { refOf } from '../../manifests/index.ts';
import type { ApiServerId, JobStatus, StoredObject, WatchEvent } from '../api.ts';
import { recordEvent } from '../event.ts';
import { jobBackOff, jobDeadline } from '../facts.ts';
import { lateParts } from '../late-parts.ts';
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
import { inDeletionOrder } from './deletion-order.ts';
import type { PodEnd } from './job-end.ts';
import { backOffSeconds, isFailure } from './job-end.ts';
import type { FailureVerdict } from './job-policy.ts';
import type { OwnedPod, OwnedPods } from './owned-pods.ts';
import { activeOf, noPods, withLeaving, withPodEvent } from './owned-pods.ts';

const ACTOR = 'job-controller';
const INDEX = 'batch.kubernetes.io/job-completion-index';

interface JobController extends ObjectController<'Job'> {
  readonly pods: OwnedPods;
  /** Uid -> how a pod of it ended, whatever became of the pod since. */
  readonly ended: ReadonlyMap<string, PodEnd>;
  /** Of an indexed Job: indexes of pods whose creation was sent and not seen yet. */
  readonly awaitedIndexes: ReadonlySet<string>;
  /** Failures since the last success. */
  readonly failuresInRow: number;
  /** No new pod before. */
  readonly notBefore: Instant;
  /** Since when it has been going on; undefined while it is suspended. */
  readonly activeSince: Instant | undefined;
  /** The deadline it is woken for. */
  readonly deadline: Instant | undefined;
  /** What is decided of it: it ends so when none of its pods is left running. */
  readonly outcome: Outcome | undefined;
  /** Its end has come and was said. */
  readonly isFinished: boolean;
}

interface Outcome {
  readonly result: 'complete' | 'failed';
  readonly reason: string;
  readonly message: string;
}

type JobMessage = ControllerMessage | { readonly type: 'expire' };

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
    if (message.type !== 'expire') return reconciling.handle(controller, message, ctx);
    const { resource, uid } = controller.object;
    return request(ctx, controller, {
      type: 'delete',
      ref: refOf(resource),
      actor: 'ttl-after-finished-controller',
      uid,
    });
  },
};

/** Makes the controller of a Job. */
export function createJobController(
  ctx: Context,
  object: StoredObject<JobResource>,
  apiServer: ApiServerId,
): EntityId<ControllerMessage> {
  // Its own messages come from itself.
  return ctx.create(jobControllerType, controllerPath(object), {
    ...newController(ctx, apiServer),
    object,
    pods: noPods,
    ended: new Map<string, PodEnd>(),
    awaitedIndexes: new Set<string>(),
    failuresInRow: 0,
    notBefore: ctx.now,
    activeSince: object.resource.spec.suspend ? undefined : ctx.now,
    deadline: undefined,
    outcome: undefined,
    isFinished: false,
  });
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
  const pod = status?.kind === 'Pod' ? status : undefined;
  const isGood = pod?.phase === 'Succeeded';
  // A pod that somebody deletes counts as failed, unless only failed ones are replaced. Source: isPodFailed.
  const isDeleted = deletedAt !== undefined && spec.podReplacementPolicy !== 'Failed';
  const hasEnded = isGood || pod?.phase === 'Failed' || isDeleted;
  if (!hasEnded || controller.ended.has(uid) || controller.isFinished) return controller;
  const { namespace, name, annotations } = resource.metadata;
  const verdict: FailureVerdict =
    isGood || spec.podFailurePolicy === undefined
      ? { action: 'Count' }
      : lateParts().failureVerdict(spec, `${namespace}/${name}`, pod);
  const end = { isGood, index: annotations[INDEX], at: ctx.now, action: verdict.action };
  const next = { ...controller, ended: new Map(controller.ended).set(uid, end) };
  if (isGood) return { ...next, failuresInRow: 0 };
  if (!isFailure(end)) return next;
  const outcome: Outcome | undefined =
    controller.outcome ??
    (verdict.action === 'FailJob'
      ? { result: 'failed', reason: 'PodFailurePolicy', message: verdict.message }
      : undefined);
  const failuresInRow = controller.failuresInRow + 1;
  // Each index waits on its own where it has retries of its own.
  const wait = spec.backoffLimitPerIndex === undefined ? backOffSeconds(failuresInRow) : 0;
  return { ...next, outcome, failuresInRow, notBefore: after(ctx.now, seconds(wait)) };
}

function sync(ctx: Context, controller: JobController): JobController {
  if (controller.object.deletedAt !== undefined) return controller;
  if (controller.isFinished) return reportStatus(ctx, controller);
  const known = noteSuspension(ctx, controller);
  const outcome = known.outcome ?? outcomeOf(ctx, known);
  if (outcome !== undefined) return reportStatus(ctx, conclude(ctx, { ...known, outcome }));
  return reportStatus(
    ctx,
    awaitDeadline(
      ctx,
      known.object.resource.spec.suspend ? dismiss(ctx, known, activePods(known)) : adjust(ctx, known),
    ),
  );
}

/** A Job that is resumed begins anew to count towards its deadline. */
function noteSuspension(ctx: Context, controller: JobController): JobController {
  const { resource } = controller.object;
  const { suspend } = resource.spec;
  if (suspend === (controller.activeSince === undefined)) return controller;
  recordEvent(ctx, resource, suspend ? 'Suspended' : 'Resumed', suspend ? 'Job suspended' : 'Job resumed');
  return { ...controller, activeSince: suspend ? undefined : ctx.now, deadline: undefined };
}

/** What is decided of the Job by now, in the order in which the real controller asks. */
function outcomeOf(ctx: Context, controller: JobController): Outcome | undefined {
  const { spec } = controller.object.resource;
  const ends = [...controller.ended.values()];
  const fail = (reason: string, message: string): Outcome => ({ result: 'failed', reason, message });
  if (ends.filter(isFailure).length > spec.backoffLimit || isPastLimitByRestarts(controller))
    return fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  const deadline = deadlineOf(controller);
  if (deadline !== undefined && ctx.now >= deadline)
    return fail('DeadlineExceeded', 'Job was active longer than specified deadline');
  const succeeded = ends.filter(({ isGood }) => isGood).length;
  const completed: Outcome = { result: 'complete', reason: 'Completed', message: 'Job completed' };
  const ofIndexes = spec.completionMode === 'Indexed' ? lateParts().jobIndexes.outcome(spec, ends) : undefined;
  if (ofIndexes !== undefined) return ofIndexes === 'complete' ? completed : fail(ofIndexes.reason, ofIndexes.message);
  const active = activeOf(controller.pods) + controller.pods.awaited;
  const isComplete = spec.completions === undefined ? succeeded > 0 && active === 0 : succeeded >= spec.completions;
  return isComplete ? completed : undefined;
}

/** With OnFailure the same pod tries again: its restarts count as failures. */
function isPastLimitByRestarts({ object, pods }: JobController): boolean {
  const { template, backoffLimit } = object.resource.spec;
  if (template.spec.restartPolicy !== 'OnFailure') return false;
  let restarts = 0;
  for (const { object: pod } of pods.byName.values()) {
    const { status } = pod;
    if (status?.kind !== 'Pod' || (status.phase !== 'Running' && status.phase !== 'Pending')) continue;
    for (const container of status.containers) restarts += container.restarts;
  }
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}

function deadlineOf({ object, activeSince }: JobController): Instant | undefined {
  const { activeDeadlineSeconds } = object.resource.spec;
  return activeDeadlineSeconds === undefined || activeSince === undefined
    ? undefined
    : after(activeSince, statedSeconds(activeDeadlineSeconds));
}

function awaitDeadline(ctx: Context, controller: JobController): JobController {
  const deadline = deadlineOf(controller);
  if (deadline !== undefined && deadline !== controller.deadline) wake(ctx, jobDeadline, deadline);
  return { ...controller, deadline };
}

function wake(ctx: Context, fact: DelayFact, at: Instant): void {
  ctx.schedule(exactly(fact, micros(Math.max(0, at - ctx.now))), ctx.self as EntityId<ControllerMessage>, {
    type: 'retry',
  });
}

/** As many active pods as there should be now. */
function adjust(ctx: Context, controller: JobController): JobController {
  const { object, pods, ended } = controller;
  const { completions, parallelism, podReplacementPolicy } = object.resource.spec;
  const succeeded = [...ended.values()].filter(({ isGood }) => isGood).length;
  const active = activeOf(pods) + pods.awaited;
  const wanted =
    completions === undefined
      ? succeeded > 0
        ? active
        : parallelism
      : Math.max(0, Math.min(parallelism, completions - succeeded));
  if (active > wanted)
    return dismiss(ctx, controller, inDeletionOrder(activePods(controller)).slice(0, active - wanted));
  const missing = wanted - active - (podReplacementPolicy === 'Failed' ? terminatingOf(controller) : 0);
  return missing > 0 ? createPods(ctx, controller, missing) : controller;
}

function activePods({ pods }: JobController): readonly OwnedPod[] {
  return pods.byName.values().filter(({ standing }) => standing === 'pending' || standing === 'ready');
}

/** Pods that are to go and have not ended yet. */
function terminatingOf({ pods }: JobController): number {
  return pods.byName.values().filter(({ standing, object: { status } }) => {
    const phase = status?.kind === 'Pod' ? status.phase : 'Pending';
    return standing === 'leaving' && phase !== 'Succeeded' && phase !== 'Failed';
  }).length;
}

function createPods(ctx: Context, controller: JobController, count: number): JobController {
  if (ctx.now < controller.notBefore) {
    wake(ctx, jobBackOff, controller.notBefore);
    return controller;
  }
  let next = controller;
  for (let made = 0; made < count; made += 1) next = createPod(ctx, next);
  return next;
}

function createPod(ctx: Context, controller: JobController): JobController {
  const { object, pods } = controller;
  const { spec, metadata: meta } = object.resource;
  const isIndexed = spec.completionMode === 'Indexed';
  const index = isIndexed ? nextIndex(ctx, controller) : undefined;
  if (isIndexed && index === undefined) return controller;
  const labels = {
    'batch.kubernetes.io/controller-uid': object.uid,
    'batch.kubernetes.io/job-name': meta.name,
    'controller-uid': object.uid,
    'job-name': meta.name,
  };
  const indexed = index === undefined ? {} : { [INDEX]: index };
  const pod = podFromTemplate(object, {
    name: `${meta.name}-${index === undefined ? '' : `${index}-`}${randomSuffix(ctx)}`,
    labels: { ...labels, ...indexed },
    annotations: indexed,
    ...(index === undefined ? {} : { spec: { hostname: `${meta.name}-${index}` } }),
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

/**
 * The lowest index that neither succeeded nor failed for good, is being worked on or waits; undefined if there is none. Where only
 * waiting ones are left, the first of them wakes the controller.
 */
function nextIndex(ctx: Context, controller: JobController): string | undefined {
  const { object, ended, awaitedIndexes } = controller;
  const { spec } = object.resource;
  const { failed, waiting, free } = lateParts().jobIndexes;
  const ends = [...ended.values()];
  const later = waiting(spec, ends, ctx.now);
  const working = activePods(controller).map((pod) => pod.object.resource.metadata.annotations[INDEX] ?? '');
  const good = ends.filter(({ isGood }) => isGood).map(({ index }) => index ?? '');
  const index = free(new Set([...awaitedIndexes, ...later.keys(), ...failed(spec, ends), ...good, ...working]));
  if (index < (spec.completions ?? Infinity)) return String(index);
  const [first] = [...later.values()].toSorted((a, b) => a - b);
  if (first !== undefined) wake(ctx, jobBackOff, first);
  return undefined;
}

/** What is decided comes to pass: its active pods are deleted, and when the last one has ended so has the Job. */
function conclude(ctx: Context, controller: JobController & { readonly outcome: Outcome }): JobController {
  const next = stopAll(ctx, controller);
  if (next.pods.awaited > 0 || terminatingOf(next) > 0) return next;
  const { result, reason, message } = controller.outcome;
  const { resource } = controller.object;
  recordEvent(ctx, resource, reason, message, result === 'failed');
  const { ttlSecondsAfterFinished } = resource.spec;
  if (ttlSecondsAfterFinished !== undefined)
    ctx.schedule(exactly(jobDeadline, statedSeconds(ttlSecondsAfterFinished)), ctx.self as EntityId<JobMessage>, {
      type: 'expire',
    });
  return { ...next, isFinished: true };
}

function stopAll(ctx: Context, controller: JobController): JobController {
  return stop(ctx, controller, activePods(controller));
}

/** Deletes pods that are too many now: however they end, they count for nothing. Source: deleteJobPods. */
function dismiss(ctx: Context, controller: JobController, pods: readonly OwnedPod[]): JobController {
  const end = { isGood: false, index: undefined, at: ctx.now, action: 'Ignore' } as const;
  const ended = new Map([...controller.ended, ...pods.map(({ object }) => [object.uid, end] as const)]);
  return pods.length === 0 ? controller : stop(ctx, { ...controller, ended }, pods);
}

function stop(ctx: Context, controller: JobController, pods: readonly OwnedPod[]): JobController {
  let next = controller;
  for (const { object } of pods) {
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
  const { pods, outcome, isFinished } = controller;
  const ends = [...controller.ended.values()];
  const succeeded = ends.filter((end) => end.isGood).length;
  const failed = ends.filter(isFailure).length;
  const counts = { kind: 'Job', active: activeOf(pods), ready: pods.counts.ready, succeeded, failed } as const;
  const status: JobStatus = isFinished
    ? { ...counts, result: outcome?.result }
    : { ...counts, result: undefined, ...(outcome === undefined ? {} : { ending: outcome.result }) };
  return writeStatus(ctx, controller, status, ACTOR);
}
