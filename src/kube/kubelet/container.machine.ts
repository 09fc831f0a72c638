// The life of a container: created, running, stopped in order, restarted after a back-off. One machine for init containers,
// native sidecars and app containers; their differences are data (restart policy, turn at SIGTERM).
// Source: kubernetes/kubernetes@v1.34: pkg/kubelet/kuberuntime/{kuberuntime_manager,kuberuntime_container}.go.
import type { Micros } from '../../kernel/index.ts';
import { defineMachine, exactly, seconds } from '../../kernel/index.ts';
import { statedSeconds } from '../stated-seconds.ts';
import type { RestartPolicy } from '../../manifests/index.ts';
import type { ContainerRole } from '../api.ts';
import {
  backOffReset,
  containerCreate,
  containerRelist,
  gracePeriod,
  imagePullBackOff,
  imagePullSync,
  restartBackOff,
  restartBackOffLongest,
  stopWindow,
} from '../facts.ts';

const BACK_OFF_FIRST = 10;
const BACK_OFF_MAX = 300;

export interface ContainerLife {
  readonly role: ContainerRole;
  /** Of this container: an init container of a pod that always restarts is OnFailure, a native sidecar Always. */
  readonly restartPolicy: RestartPolicy;
  readonly hasPostStart: boolean;
  readonly hasPreStop: boolean;
  readonly hasStartupProbe: boolean;
  /** Of the image it is to run. */
  readonly isPullable: boolean;
  /** Its process runs another image than the pod's spec states by now. */
  readonly isOutdated: boolean;
  /** It is being replaced by a process of the new image, whatever its restart policy. */
  readonly isReplaced: boolean;
  /** A probe condemned it; it is stopped as soon as the pod's worker is free. */
  readonly isCondemned: boolean;
  /** The pod's worker is busy with another container. */
  readonly isHeld: boolean;
  /** Exit code of its last process. */
  readonly code: number;
  /** Seconds the restart waits; undefined before the first exit. */
  readonly backOff: number | undefined;
  /** Seconds until the next pull; undefined before the first failure. */
  readonly pullBackOff: number | undefined;
  /** The pod's, for a stop that states none. */
  readonly graceOfPod: number;
  readonly graceSeconds: number;
  /** Of a stop: whether its turn for SIGTERM has come, SIGTERM is out, the grace period is over, it is for good. */
  readonly hasTurn: boolean;
  readonly isTermSent: boolean;
  readonly isGraceOver: boolean;
  readonly isEnding: boolean;
}

export type ContainerLifeEvent =
  | { readonly type: 'start' }
  | { readonly type: 'exited'; readonly code: number; readonly ranFor: Micros }
  | { readonly type: 'hook-done'; readonly isGood: boolean }
  | { readonly type: 'started' }
  | { readonly type: 'unhealthy'; readonly graceSeconds: number }
  | { readonly type: 'stop'; readonly graceSeconds: number; readonly hasTurn: boolean }
  | { readonly type: 'turn' }
  /** The pod's spec states another image. */
  | { readonly type: 'image'; readonly isPullable: boolean }
  | { readonly type: 'hold'; readonly isHeld: boolean }
  | { readonly type: 'kubelet-restarted' }
  | { readonly type: 'kill' };

export type ContainerCommand =
  | { readonly kind: 'show-back-off' }
  | { readonly kind: 'show-terminated' }
  | { readonly kind: 'show-pull'; readonly reason: 'ErrImagePull' | 'ImagePullBackOff' }
  | { readonly kind: 'spawn' }
  | { readonly kind: 'run-hook'; readonly hook: 'postStart' | 'preStop' }
  | { readonly kind: 'launched' }
  | { readonly kind: 'probe-startup' }
  | { readonly kind: 'started' }
  /** Whether the pod's worker has to wait for it. */
  | { readonly kind: 'busy'; readonly isBusy: boolean }
  /** It is being stopped for good. */
  | { readonly kind: 'stopping' }
  | { readonly kind: 'signal'; readonly signal: 'TERM' | 'KILL' }
  | { readonly kind: 'over' };

const stopForGood = { target: '#ended' };
/** Another image, or a kubelet that remembers no failure: the pull is tried at once. */
const onPullAgain = {
  image: { target: 'creating', actions: ['noteImage', 'forgetPulls'] },
  'kubelet-restarted': { target: 'creating', actions: 'forgetPulls' },
};

export const containerMachine = defineMachine<ContainerLife, ContainerLifeEvent, ContainerCommand>({
  id: 'kube.container',
  config: {
    initial: 'waiting',
    on: { hold: { actions: 'noteHold' }, image: { actions: 'noteImage' } },
    states: {
      waiting: { on: { start: 'creating', stop: stopForGood, kill: stopForGood } },
      creating: {
        after: { create: [{ guard: 'isPullable', target: 'up' }, { target: 'pullFailed' }] },
        on: { stop: stopForGood, kill: stopForGood },
      },
      pullFailed: {
        entry: ['countPull', 'showPullError', 'reportLaunched'],
        after: { pullSync: 'pullBackOff' },
        on: { ...onPullAgain, stop: stopForGood, kill: stopForGood },
      },
      pullBackOff: {
        entry: 'showPullBackOff',
        after: { pullBackOff: 'creating' },
        on: { ...onPullAgain, stop: stopForGood, kill: stopForGood },
      },
      up: {
        entry: ['renew', 'spawn'],
        initial: 'postStart',
        on: {
          exited: { target: 'exited', actions: 'countExit' },
          unhealthy: { actions: 'condemn' },
          stop: { target: 'stopping', actions: 'prepareStop' },
          kill: { target: 'killing', actions: 'prepareKill' },
        },
        states: {
          postStart: {
            entry: ['reportPostStart', 'runPostStart'],
            exit: 'reportIdle',
            always: { guard: 'hasNoPostStart', target: 'startup' },
            on: {
              'hook-done': [
                { guard: 'isHookGood', target: 'startup' },
                { target: '#stopping', actions: ['prepareHookKill', 'reportLaunched'] },
              ],
            },
          },
          startup: {
            entry: ['reportLaunched', 'probeStartup'],
            always: [
              { guard: 'hasNoStartupProbe', target: 'steady' },
              { guard: 'isAppToReplace', target: '#stopping', actions: 'prepareUpdate' },
              { guard: 'isToStop', target: '#stopping' },
            ],
            on: { started: 'steady' },
          },
          steady: {
            entry: 'reportStarted',
            always: [
              { guard: 'isToReplace', target: '#stopping', actions: 'prepareUpdate' },
              { guard: 'isToStop', target: '#stopping' },
            ],
          },
        },
      },
      stopping: {
        id: 'stopping',
        entry: ['reportBusy', 'reportStopping'],
        exit: 'reportIdle',
        initial: 'hook',
        after: { grace: [{ guard: 'isBeforeTerm', target: '.term', actions: 'endGrace' }, { actions: 'endGrace' }] },
        on: {
          exited: [
            { guard: 'isEnding', target: 'ended', actions: 'countExit' },
            { guard: 'isRestarted', target: 'backOff', actions: 'countExit' },
            { target: 'ended', actions: 'countExit' },
          ],
          turn: { actions: 'takeTurn' },
          stop: { actions: 'endForGood' },
          kill: { target: 'killing', actions: 'endForGood' },
        },
        states: {
          hook: { entry: 'runPreStop', always: { guard: 'hasNoPreStop', target: 'turn' }, on: { 'hook-done': 'turn' } },
          turn: { always: { guard: 'hasTurn', target: 'term' } },
          term: {
            entry: ['markTerm', 'sendTerm'],
            initial: 'window',
            states: {
              window: { after: { window: 'open' } },
              open: { always: { guard: 'isGraceOver', target: '#killing' } },
            },
          },
        },
      },
      killing: {
        id: 'killing',
        entry: ['reportBusy', 'sendKill'],
        exit: 'reportIdle',
        on: {
          exited: [
            { guard: 'isEnding', target: 'ended', actions: 'countExit' },
            { guard: 'isRestarted', target: 'backOff', actions: 'countExit' },
            { target: 'ended', actions: 'countExit' },
          ],
          stop: { actions: 'endForGood' },
          kill: { actions: 'endForGood' },
        },
      },
      exited: {
        entry: 'showTerminated',
        after: { relist: [{ guard: 'isRestarted', target: 'backOff' }, { target: 'ended' }] },
        on: { stop: stopForGood, kill: stopForGood },
      },
      backOff: {
        entry: ['showTerminated', 'showBackOff'],
        after: { backOff: 'due' },
        on: {
          image: { target: 'due', actions: ['noteImage', 'endBackOff'] },
          'kubelet-restarted': { target: 'due', actions: 'forgetBackOff' },
          stop: stopForGood,
          kill: stopForGood,
        },
      },
      due: { always: { guard: 'isFree', target: 'creating' }, on: { stop: stopForGood, kill: stopForGood } },
      ended: { id: 'ended', type: 'final', entry: 'reportOver' },
    },
  },
  guards: {
    hasNoPostStart: (life) => !life.hasPostStart,
    hasNoPreStop: (life) => !life.hasPreStop,
    hasNoStartupProbe: (life) => !life.hasStartupProbe,
    isHookGood: (_, event) => event.type === 'hook-done' && event.isGood,
    isBeforeTerm: (life) => !life.isTermSent,
    isEnding: (life) => life.isEnding,
    isRestarted: (life, event) =>
      // What a probe condemned is started again by the same sync, whatever code it ended with. Source: computePodActions.
      life.isReplaced ||
      (life.isCondemned && life.restartPolicy !== 'Never') ||
      isRestarted(life.restartPolicy, event.type === 'exited' ? event.code : life.code),
    isPullable: (life) => life.isPullable,
    isFree: (life) => !life.isHeld,
    isToStop: (life) => life.isCondemned && !life.isHeld,
    // Source: computePodActions, computeInitContainerActions: only what keeps running is replaced, a sidecar once it has started.
    isToReplace: (life) => life.isOutdated && life.role !== 'init' && !life.isHeld,
    isAppToReplace: (life) => life.isOutdated && life.role === 'app' && !life.isHeld,
    hasTurn: (life) => life.hasTurn,
    isGraceOver: (life) => life.isGraceOver,
  },
  updates: {
    countExit: (life, event) =>
      event.type === 'exited'
        ? { code: event.code, backOff: life.isOutdated ? 0 : nextBackOff(life.backOff, event.ranFor) }
        : {},
    renew: () => ({ isOutdated: false, isReplaced: false, isCondemned: false }),
    noteHold: (_, event) => (event.type === 'hold' ? { isHeld: event.isHeld } : {}),
    noteImage: (_, event) => (event.type === 'image' ? { isOutdated: true, isPullable: event.isPullable } : {}),
    // The back-off is kept per container and image: another image begins with none.
    endBackOff: () => ({ backOff: 0 }),
    forgetBackOff: () => ({ backOff: undefined }),
    countPull: ({ pullBackOff }) => ({
      pullBackOff: pullBackOff === undefined ? BACK_OFF_FIRST : Math.min(pullBackOff * 2, BACK_OFF_MAX),
    }),
    forgetPulls: () => ({ pullBackOff: undefined }),
    prepareStop: (_, event) =>
      event.type === 'stop'
        ? { ...freshStop, graceSeconds: event.graceSeconds, hasTurn: event.hasTurn, isEnding: true }
        : {},
    prepareKill: () => ({ ...freshStop, isEnding: true }),
    condemn: (_, event) =>
      event.type === 'unhealthy'
        ? { ...freshStop, graceSeconds: event.graceSeconds, hasTurn: true, isCondemned: true }
        : {},
    prepareUpdate: ({ graceOfPod }) => ({ ...freshStop, graceSeconds: graceOfPod, hasTurn: true, isReplaced: true }),
    prepareHookKill: ({ graceOfPod }) => ({ ...freshStop, graceSeconds: graceOfPod, hasTurn: true }),
    takeTurn: () => ({ hasTurn: true }),
    markTerm: () => ({ isTermSent: true }),
    endGrace: () => ({ isGraceOver: true }),
    endForGood: () => ({ isEnding: true }),
  },
  effects: {
    showTerminated: () => [{ kind: 'show-terminated' }],
    showPullError: () => [{ kind: 'show-pull', reason: 'ErrImagePull' }],
    showPullBackOff: () => [{ kind: 'show-pull', reason: 'ImagePullBackOff' }],
    reportPostStart: (life) => (life.hasPostStart ? [{ kind: 'busy', isBusy: true }] : []),
    reportBusy: (life) => (life.isEnding ? [] : [{ kind: 'busy', isBusy: true }]),
    reportIdle: () => [{ kind: 'busy', isBusy: false }],
    showBackOff: (life) => ((life.backOff ?? 0) > 0 ? [{ kind: 'show-back-off' }] : []),
    spawn: () => [{ kind: 'spawn' }],
    runPostStart: (life) => (life.hasPostStart ? [{ kind: 'run-hook', hook: 'postStart' }] : []),
    runPreStop: (life) => (life.hasPreStop ? [{ kind: 'run-hook', hook: 'preStop' }] : []),
    reportLaunched: () => [{ kind: 'launched' }],
    probeStartup: (life) => (life.hasStartupProbe ? [{ kind: 'probe-startup' }] : []),
    reportStarted: () => [{ kind: 'started' }],
    reportStopping: (life) => (life.isEnding ? [{ kind: 'stopping' }] : []),
    sendTerm: () => [{ kind: 'signal', signal: 'TERM' }],
    sendKill: () => [{ kind: 'signal', signal: 'KILL' }],
    reportOver: () => [{ kind: 'over' }],
  },
  delays: {
    create: containerCreate,
    relist: containerRelist,
    pullSync: imagePullSync,
    pullBackOff: (life) => exactly(imagePullBackOff, seconds(life.pullBackOff ?? BACK_OFF_FIRST)),
    window: stopWindow,
    grace: (life) => exactly(gracePeriod, statedSeconds(life.graceSeconds)),
    backOff: (life) =>
      exactly((life.backOff ?? 0) >= BACK_OFF_MAX ? restartBackOffLongest : restartBackOff, seconds(life.backOff ?? 0)),
  },
});

const freshStop = { hasTurn: false, isTermSent: false, isGraceOver: false } as const;

/** Whether a container that exited with `code` is started again. */
function isRestarted(policy: RestartPolicy, code: number): boolean {
  return policy === 'Always' || (policy === 'OnFailure' && code !== 0);
}

/** Seconds until the next restart: none at first, then 10, doubled up to 300; anew after ten minutes of running. */
export function nextBackOff(last: number | undefined, ranFor: Micros): number {
  if (last === undefined || ranFor > backOffReset) return 0;
  return last === 0 ? BACK_OFF_FIRST : Math.min(last * 2, BACK_OFF_MAX);
}
