// The life of a pod on its node: sandbox, init containers in order, app containers in order, running, stopping in order, gone.
// What happens inside a container is its own machine's; here it is decided which container's turn it is.
// Source: kubernetes/kubernetes@v1.34: pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod, pkg/kubelet/pod_workers.go.
import { defineMachine } from '../../kernel/index.ts';
import type { RestartPolicy } from '../../manifests/index.ts';
import { sandboxRetry } from '../facts.ts';
import type { ContainerReport } from './messages.ts';

export interface PodLife {
  /** In start order: init containers and native sidecars, then app containers. */
  readonly reports: readonly ContainerReport[];
  /** The container whose start is under way; behind it none has begun. */
  readonly next: number;
  readonly restartPolicy: RestartPolicy;
  readonly graceSeconds: number;
  /** Its deadline has passed. */
  readonly isFailed: boolean;
}

export type PodLifeEvent =
  | { readonly type: 'sandbox-ready' }
  | { readonly type: 'sandbox-failed' }
  | { readonly type: 'container'; readonly index: number; readonly report: ContainerReport }
  | { readonly type: 'delete'; readonly graceSeconds: number }
  | { readonly type: 'deadline' }
  | { readonly type: 'reboot' }
  | { readonly type: 'kill' };

export type PodCommand =
  | { readonly kind: 'make-sandbox' }
  | { readonly kind: 'start-container'; readonly index: number }
  /** SIGTERM to `turns` as soon as their preStop hooks are done; to the others when their turn comes. */
  | {
      readonly kind: 'stop-containers';
      readonly indices: readonly number[];
      readonly turns: readonly number[];
      readonly graceSeconds: number;
    }
  | { readonly kind: 'give-turns'; readonly turns: readonly number[] }
  | { readonly kind: 'kill-containers' }
  /** They are gone with their node's last boot. */
  | { readonly kind: 'forget-containers' }
  | { readonly kind: 'remove-sandbox' };

const onDeletion = { delete: { target: 'terminating', actions: 'noteGrace' }, kill: 'killing' };
const onReboot = { reboot: [{ guard: 'isRestarted', target: 'rebooting' }, { target: 'crashed' }] };
const onEnd = { ...onDeletion, ...onReboot, deadline: { target: 'ending', actions: 'noteFailure' } };

export const podMachine = defineMachine<PodLife, PodLifeEvent, PodCommand>({
  id: 'kube.pod',
  config: {
    initial: 'sandbox',
    states: {
      sandbox: {
        entry: 'makeSandbox',
        on: { 'sandbox-ready': 'initializing', 'sandbox-failed': 'sandboxRetry', ...onEnd },
      },
      sandboxRetry: { after: { sandboxRetry: 'sandbox' }, on: onEnd },
      initializing: {
        entry: 'startInit',
        always: { guard: 'areInitsDone', target: 'starting' },
        on: {
          container: [
            { guard: 'hasInitFailed', target: 'ending', actions: 'note' },
            { guard: 'isInitDone', actions: ['note', 'advance', 'startInit'] },
            { actions: 'note' },
          ],
          ...onEnd,
        },
      },
      starting: {
        entry: ['passEnded', 'startApp'],
        always: { guard: 'areAllLaunched', target: 'running' },
        on: {
          container: [{ guard: 'isAppLaunched', actions: ['note', 'advance', 'startApp'] }, { actions: 'note' }],
          ...onEnd,
        },
      },
      running: {
        always: { guard: 'areAppsOver', target: 'ending' },
        on: { container: { actions: 'note' }, ...onEnd },
      },
      ending: {
        entry: 'stopRest',
        always: { guard: 'areAllOver', target: 'ended' },
        on: { container: { actions: ['note', 'giveTurns'] }, ...onDeletion, reboot: 'crashed' },
      },
      rebooting: {
        entry: 'killAll',
        always: { guard: 'areAllOver', target: 'sandbox', actions: ['removeSandbox', 'forgetContainers', 'beginAnew'] },
        on: { container: { actions: 'note' }, ...onDeletion },
      },
      crashed: {
        entry: 'killAll',
        always: { guard: 'areAllOver', target: 'ended' },
        on: { container: { actions: 'note' }, ...onDeletion },
      },
      ended: { entry: 'removeSandbox', on: { delete: 'gone', kill: 'gone' } },
      terminating: {
        entry: 'stopAll',
        always: { guard: 'areAllOver', target: 'gone' },
        on: { container: { actions: ['note', 'giveTurns'] }, kill: 'killing', reboot: 'killing' },
      },
      killing: {
        entry: 'killAll',
        always: { guard: 'areAllOver', target: 'gone' },
        on: { container: { actions: 'note' } },
      },
      gone: { type: 'final', entry: 'removeSandbox' },
    },
  },
  guards: {
    areInitsDone: ({ reports, next }) => reports[next]?.role === 'app',
    isInitDone: ({ next }, event) => event.type === 'container' && event.index === next && isInitDone(event.report),
    hasInitFailed: ({ next }, event) =>
      event.type === 'container' &&
      event.index === next &&
      event.report.role === 'init' &&
      event.report.isOver &&
      event.report.exitCode !== 0,
    isAppLaunched: ({ next }, event) => event.type === 'container' && event.index === next && event.report.isLaunched,
    areAllLaunched: ({ reports, next }) => next >= reports.length,
    areAppsOver: ({ reports }) => reports.every((report) => report.role !== 'app' || report.isOver),
    isRestarted: (life) => isRestarted(life),
    areAllOver: ({ reports }) => reports.every((report) => report.isOver),
  },
  updates: {
    note: ({ reports }, event) =>
      event.type === 'container' ? { reports: reports.with(event.index, event.report) } : {},
    advance: ({ reports, next }) => ({ next: nextToStart(reports, next + 1) }),
    passEnded: ({ reports, next }) => ({ next: nextToStart(reports, next) }),
    noteFailure: () => ({ isFailed: true }),
    beginAnew: ({ reports, restartPolicy }) => ({
      reports: reports.map((report) => (isKept(report, restartPolicy) ? report : waitingAgain(report))),
      next: 0,
    }),
    noteGrace: (_, event) => (event.type === 'delete' ? { graceSeconds: event.graceSeconds } : {}),
  },
  effects: {
    makeSandbox: () => [{ kind: 'make-sandbox' }],
    startInit: ({ reports, next }) => (reports[next]?.role === 'app' ? [] : [{ kind: 'start-container', index: next }]),
    startApp: ({ reports, next }) => (next < reports.length ? [{ kind: 'start-container', index: next }] : []),
    stopRest: (life) => [stopCommand(life)],
    stopAll: (life) => [stopCommand(life)],
    giveTurns: ({ reports }) => [{ kind: 'give-turns', turns: turnsOf(reports) }],
    killAll: () => [{ kind: 'kill-containers' }],
    forgetContainers: () => [{ kind: 'forget-containers' }],
    removeSandbox: () => [{ kind: 'remove-sandbox' }],
  },
  delays: { sandboxRetry },
});

/** A regular init container is done when it succeeded; a native sidecar as soon as it has started. */
function isInitDone(report: ContainerReport): boolean {
  return report.role === 'sidecar' ? report.started : report.isOver && report.exitCode === 0;
}

/** App containers that ended for good before their node's last boot are passed over. */
function nextToStart(reports: readonly ContainerReport[], from: number): number {
  const index = reports.findIndex((report, at) => at >= from && !(report.role === 'app' && report.isOver));
  return index < 0 ? reports.length : index;
}

/** Whether a pod whose sandbox went with its node gets another one. Source: computePodActions, createPodSandbox. */
function isRestarted({ reports, restartPolicy }: PodLife): boolean {
  if (restartPolicy === 'Never') return reports.every((report) => !report.hasRun);
  return reports.some((report) => report.role === 'app' && !isKept(report, restartPolicy));
}

function isKept(report: ContainerReport, policy: RestartPolicy): boolean {
  return policy === 'OnFailure' && report.role === 'app' && report.isOver && report.hasRun && report.exitCode === 0;
}

/** As it waits in a new sandbox: its restarts are counted on. */
function waitingAgain(report: ContainerReport): ContainerReport {
  return {
    ...report,
    state: 'waiting',
    reason: 'PodInitializing',
    ready: false,
    started: false,
    isLaunched: false,
    isOver: false,
    hasRun: false,
    isBusy: false,
  };
}

function stopCommand({ reports, graceSeconds }: PodLife): PodCommand {
  const indices = reports.flatMap((report, index) => (report.isOver ? [] : [index]));
  return { kind: 'stop-containers', indices, turns: turnsOf(reports), graceSeconds };
}

/** Who may get SIGTERM now: everything but native sidecars at once, a sidecar when all apps and all later sidecars are over. */
export function turnsOf(reports: readonly ContainerReport[]): readonly number[] {
  const turns: number[] = [];
  let isBlocked = reports.some((report) => report.role === 'app' && !report.isOver);
  for (let index = reports.length - 1; index >= 0; index -= 1) {
    const report = reports[index];
    if (report === undefined || report.isOver) continue;
    if (report.role !== 'sidecar') turns.push(index);
    else if (!isBlocked) {
      turns.push(index);
      isBlocked = true;
    }
  }
  return turns;
}
