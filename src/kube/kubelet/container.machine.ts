// The life of a container: created, running, stopped in order, restarted after a back-off. One machine for init containers,
// native sidecars and app containers; their differences are data (restart policy, turn at SIGTERM).
// Source: kubernetes/kubernetes@v1.34: pkg/kubelet/kuberuntime/{kuberuntime_manager,kuberuntime_container}.go.
import type { Micros } from '../../kernel/index.ts';
import { defineMachine, exactly, seconds } from '../../kernel/index.ts';
import { statedSeconds } from '../stated-seconds.ts';
import type { RestartPolicy } from '../../manifests/index.ts';
import {
  backOffReset,
  containerCreate,
  containerRelist,
  gracePeriod,
  restartBackOff,
  restartBackOffLongest,
  stopWindow,
} from '../facts.ts';

const BACK_OFF_FIRST = 10;
const BACK_OFF_MAX = 300;

export interface ContainerLife {
  /** Of this container: an init container of a pod that always restarts is OnFailure, a native sidecar Always. */
  readonly restartPolicy: RestartPolicy;
  readonly hasPostStart: boolean;
  readonly hasPreStop: boolean;
  readonly hasStartupProbe: boolean;
  /** Exit code of its last process. */
  readonly code: number;
  /** Seconds the restart waits; undefined before the first exit. */
  readonly backOff: number | undefined;
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
  | { readonly type: 'kill' };

export type ContainerCommand =
  | { readonly kind: 'show-back-off' }
  | { readonly kind: 'show-terminated' }
  | { readonly kind: 'spawn' }
  | { readonly kind: 'run-hook'; readonly hook: 'postStart' | 'preStop' }
  | { readonly kind: 'launched' }
  | { readonly kind: 'probe-startup' }
  | { readonly kind: 'started' }
  /** It is being stopped for good. */
  | { readonly kind: 'stopping' }
  | { readonly kind: 'signal'; readonly signal: 'TERM' | 'KILL' }
  | { readonly kind: 'over' };

const stopForGood = { target: '#ended' };

export const containerMachine = defineMachine<ContainerLife, ContainerLifeEvent, ContainerCommand>({
  id: 'kube.container',
  config: {
    initial: 'waiting',
    states: {
      waiting: { on: { start: 'creating', stop: stopForGood, kill: stopForGood } },
      creating: { after: { create: 'up' }, on: { stop: stopForGood, kill: stopForGood } },
      up: {
        entry: 'spawn',
        initial: 'postStart',
        on: {
          exited: { target: 'exited', actions: 'countExit' },
          unhealthy: { target: 'stopping', actions: 'prepareReplacement' },
          stop: { target: 'stopping', actions: 'prepareStop' },
          kill: { target: 'killing', actions: 'prepareKill' },
        },
        states: {
          postStart: {
            entry: 'runPostStart',
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
            always: { guard: 'hasNoStartupProbe', target: 'steady' },
            on: { started: 'steady' },
          },
          steady: { entry: 'reportStarted' },
        },
      },
      stopping: {
        id: 'stopping',
        entry: 'reportStopping',
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
        entry: 'sendKill',
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
        after: { backOff: 'creating' },
        on: { stop: stopForGood, kill: stopForGood },
      },
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
    isRestarted: (life, event) => isRestarted(life.restartPolicy, event.type === 'exited' ? event.code : life.code),
    hasTurn: (life) => life.hasTurn,
    isGraceOver: (life) => life.isGraceOver,
  },
  updates: {
    countExit: (life, event) =>
      event.type === 'exited' ? { code: event.code, backOff: nextBackOff(life.backOff, event.ranFor) } : {},
    prepareStop: (_, event) =>
      event.type === 'stop'
        ? { ...freshStop, graceSeconds: event.graceSeconds, hasTurn: event.hasTurn, isEnding: true }
        : {},
    prepareKill: () => ({ ...freshStop, isEnding: true }),
    prepareReplacement: (_, event) =>
      event.type === 'unhealthy' ? { ...freshStop, graceSeconds: event.graceSeconds, hasTurn: true } : {},
    prepareHookKill: () => ({ ...freshStop, graceSeconds: 0, hasTurn: true }),
    takeTurn: () => ({ hasTurn: true }),
    markTerm: () => ({ isTermSent: true }),
    endGrace: () => ({ isGraceOver: true }),
    endForGood: () => ({ isEnding: true }),
  },
  effects: {
    showTerminated: () => [{ kind: 'show-terminated' }],
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
