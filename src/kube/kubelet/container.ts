// A container on a node: acts out its machine's commands. Spawns the process, runs hooks, keeps probes, tells its pod.
import type { Context, EntityId, EntityType, Instant, Life, Message } from '../../kernel/index.ts';
import { begin, GONE, micros } from '../../kernel/index.ts';
import type { NetnsId, ProcessEvent } from '../../host/index.ts';
import { NO_ENTITY } from '../../host/index.ts';
import type { Container, PodResource, PodSpec, RestartPolicy } from '../../manifests/index.ts';
import { record, stepLife } from '../../trace/index.ts';
import type { ContainerRole, StoredObject } from '../api.ts';
import { recordEvent } from '../event.ts';
import { checkOf } from './check.ts';
import type { ContainerCommand, ContainerLife, ContainerLifeEvent } from './container.machine.ts';
import { containerMachine } from './container.machine.ts';
import type { HookMessage } from './hook.ts';
import { runHook } from './hook.ts';
import type { ContainerMessage, ContainerReport, PodMessage, ProbeKind, Site, Subject } from './messages.ts';
import type { ProberMessage } from './prober.ts';
import { startProber } from './prober.ts';

export interface ContainerValue {
  readonly life: Life<ContainerLife>;
  readonly pod: EntityId<PodMessage>;
  readonly object: StoredObject<PodResource>;
  readonly site: Site;
  readonly index: number;
  readonly spec: Container;
  /** Where it runs; undefined before its first start. */
  readonly place: { readonly netns: NetnsId; readonly address: string } | undefined;
  readonly process: EntityId<ProcessEvent> | undefined;
  readonly startedAt: Instant;
  /** Processes so far. */
  readonly runs: number;
  readonly probers: Readonly<Partial<Record<ProbeKind, EntityId<ProberMessage>>>>;
  readonly hook: EntityId<HookMessage> | undefined;
  readonly report: ContainerReport;
}

export const containerType: EntityType<ContainerValue, ContainerMessage> = {
  name: 'kube.container',
  handle(container, message, ctx) {
    const next = react(ctx, container, message);
    publish(ctx, container, next);
    return next.report.isOver ? GONE : next;
  },
};

/** Makes a container of a pod; it waits for `start`. `report` is what is known of it, `reboots` those of its node. */
export function createContainer(
  ctx: Context,
  spec: Pick<ContainerValue, 'object' | 'site' | 'index' | 'spec' | 'report'> & { readonly reboots: number },
): EntityId<ContainerMessage> {
  const { object, site, index, report, reboots } = spec;
  const { role } = report;
  const { lifecycle, startupProbe, name, image } = spec.spec;
  const { snapshot } = begin(containerMachine, {
    role,
    restartPolicy: restartPolicyOf(object.resource.spec.restartPolicy, role),
    hasPostStart: lifecycle?.postStart !== undefined,
    hasPreStop: lifecycle?.preStop !== undefined,
    hasStartupProbe: startupProbe !== undefined,
    isPullable: isPullable(site, image),
    isOutdated: false,
    isReplaced: false,
    isCondemned: false,
    isHeld: false,
    code: 0,
    backOff: undefined,
    pullBackOff: undefined,
    graceOfPod: object.resource.spec.terminationGracePeriodSeconds,
    graceSeconds: 0,
    hasTurn: false,
    isTermSent: false,
    isGraceOver: false,
    isEnding: false,
  });
  const again = reboots === 0 ? '' : `~${reboots}`;
  return ctx.create(containerType, `${ctx.pathOf(ctx.self)}/${name}${again}`, {
    life: { snapshot, timers: {} },
    pod: ctx.self as EntityId<PodMessage>,
    object,
    site,
    index,
    spec: spec.spec,
    place: undefined,
    process: undefined,
    startedAt: ctx.now,
    runs: report.runs,
    probers: {},
    hook: undefined,
    report,
  });
}

function isPullable(site: Site, image = ''): boolean {
  return site.wiring.isPullable?.(image) ?? true;
}

/** What a container of `pod` reports before it starts. Source: kubernetes/kubernetes@v1.34: pkg/kubelet/kubelet_pods.go convertToAPIContainerStatuses. */
export function waitingReport(pod: PodSpec, { name, image = '' }: Container, role: ContainerRole): ContainerReport {
  const reason = (pod.initContainers ?? []).length > 0 ? 'PodInitializing' : 'ContainerCreating';
  return {
    name,
    role,
    image,
    state: 'waiting',
    reason,
    exitCode: 0,
    ready: false,
    started: false,
    restarts: 0,
    isLaunched: false,
    isOver: false,
    hasRun: false,
    runs: 0,
    isBusy: false,
  };
}

function restartPolicyOf(pod: RestartPolicy, role: ContainerRole): RestartPolicy {
  if (role === 'sidecar') return 'Always';
  return role === 'init' && pod === 'Always' ? 'OnFailure' : pod;
}

function react(ctx: Context, container: ContainerValue, message: ContainerMessage): ContainerValue {
  switch (message.type) {
    case 'start':
      return step(ctx, { ...container, place: { netns: message.netns, address: message.address } }, message);
    case 'process-exited':
      return exited(ctx, container, message.process === container.process ? message.code : undefined);
    case 'hook-done':
      if (message.run !== container.runs) return container;
      if (!message.isGood) recordHookFailure(ctx, container, message.detail);
      return step(ctx, { ...container, hook: undefined }, message);
    case 'probed':
      return message.run === container.runs && container.process !== undefined
        ? probed(ctx, container, message.probe, message.isGood)
        : container;
    case 'stop':
      return step(ctx, endProbes(ctx, container, ['startup', 'liveness']), message);
    case 'pod':
      return withSpec(ctx, { ...container, object: message.object }, message.spec);
    case 'kubelet-restarted':
      return step(ctx, restartProbes(ctx, container), message);
    case 'turn':
    case 'hold':
    case 'kill':
      return step(ctx, container, message);
    default:
      return step(ctx, container, message as Message as ContainerLifeEvent); // a delay of the machine has passed
  }
}

/** The one thing that may change in a container's spec is its image. */
function withSpec(ctx: Context, container: ContainerValue, spec: Container): ContainerValue {
  if (spec.image === container.spec.image) return container;
  const next = container.runs === 0 ? show(container, { image: spec.image ?? '' }) : container;
  return step(ctx, { ...next, spec }, { type: 'image', isPullable: isPullable(container.site, spec.image) });
}

/** A kubelet that starts anew counts its probes from nothing; what it had found out stands in the pod's status. */
function restartProbes(ctx: Context, container: ContainerValue): ContainerValue {
  const kinds = Object.keys(container.probers) as readonly ProbeKind[]; // as they were put there
  return kinds.reduce((value, kind) => startProbe(ctx, value, kind), endProbes(ctx, container, kinds));
}

function step(ctx: Context, container: ContainerValue, event: ContainerLifeEvent): ContainerValue {
  return stepLife(ctx, containerMachine, container, event, (value, command) => perform(ctx, value, command));
}

function perform(ctx: Context, container: ContainerValue, command: ContainerCommand): ContainerValue {
  switch (command.kind) {
    case 'show-back-off':
      return showBackOff(ctx, container);
    case 'show-terminated':
      return show(container, terminated(container));
    case 'show-pull':
      return showPull(ctx, container, command.reason);
    case 'busy':
      return show(container, { isBusy: command.isBusy });
    case 'spawn':
      return spawn(ctx, container);
    case 'run-hook':
      return startHook(ctx, container, command.hook);
    case 'launched':
      return show(container, { isLaunched: true });
    case 'probe-startup':
      return startProbe(ctx, container, 'startup');
    case 'started':
      return startProbe(
        ctx,
        startProbe(
          ctx,
          show(container, { started: true, ready: container.spec.readinessProbe === undefined }),
          'readiness',
        ),
        'liveness',
      );
    case 'stopping':
      recordEvent(ctx, container.object.resource, 'Killing', `Stopping container ${container.spec.name}`);
      return container;
    case 'signal':
      if (container.process !== undefined) {
        record(ctx, 'process', {
          process: container.process,
          netns: container.place?.netns ?? NO_ENTITY,
          program: container.spec.name,
          event: 'signalled',
          detail: `SIG${command.signal}`,
        });
        ctx.tell(container.process, { type: 'signal', signal: command.signal });
      }
      return container;
    case 'over':
      return show(endProbes(ctx, container, ['startup', 'liveness', 'readiness']), {
        ...(container.report.hasRun ? terminated(container) : {}),
        isBusy: false,
        isOver: true,
        isLaunched: true,
      });
  }
}

/** A container that is created anew still shows how its last process ended, unless it is in back-off. */
function showBackOff(ctx: Context, container: ContainerValue): ContainerValue {
  const { spec, object } = container;
  recordEvent(
    ctx,
    object.resource,
    'BackOff',
    `Back-off restarting failed container ${spec.name} in pod ${object.resource.metadata.name}`,
    true,
  );
  return show(container, { state: 'waiting', reason: 'CrashLoopBackOff' });
}

/** Source: kubernetes/kubernetes@v1.34: pkg/kubelet/images/image_manager.go, pkg/kubelet/events/event.go. */
function showPull(
  ctx: Context,
  container: ContainerValue,
  reason: 'ErrImagePull' | 'ImagePullBackOff',
): ContainerValue {
  const { spec, object } = container;
  const image = spec.image ?? '';
  const text =
    reason === 'ErrImagePull' ? `Failed to pull image "${image}": not found` : `Back-off pulling image "${image}"`;
  recordEvent(ctx, object.resource, reason === 'ErrImagePull' ? 'Failed' : 'BackOff', text, true);
  return show(container, { state: 'waiting', reason });
}

function show(container: ContainerValue, change: Partial<ContainerReport>): ContainerValue {
  return { ...container, report: { ...container.report, ...change } };
}

function terminated({ report }: ContainerValue): Partial<ContainerReport> {
  return { state: 'terminated', reason: report.exitCode === 0 ? 'Completed' : 'Error', ready: false, started: false };
}

function spawn(ctx: Context, container: ContainerValue): ContainerValue {
  const { place, object, site, spec, report, runs } = container;
  if (place === undefined) return container;
  const parent = ctx.self as EntityId<ContainerMessage>;
  const path = `${ctx.pathOf(ctx.self)}#${runs}`;
  const request = {
    pod: object,
    podEntity: container.pod,
    container: spec,
    role: report.role,
    node: site.node,
    netns: place.netns,
    parent,
    path,
    restarts: runs,
  };
  const process = site.wiring.spawn(ctx, request);
  ctx.tell(process, { type: 'start' });
  return show(
    { ...container, process, startedAt: ctx.now, runs: runs + 1 },
    { state: 'running', reason: '', restarts: runs, runs: runs + 1, hasRun: true, image: spec.image ?? '' },
  );
}

function startHook(ctx: Context, container: ContainerValue, purpose: 'postStart' | 'preStop'): ContainerValue {
  const { process, place, spec } = container;
  const handler = spec.lifecycle?.[purpose];
  if (process === undefined || place === undefined || handler === undefined) return container;
  const path = `${runPath(ctx, container)}/${purpose}`;
  const hook = runHook(ctx, path, {
    subject: subjectOf(ctx, container),
    container: spec,
    process,
    purpose,
    handler,
    address: place.address,
  });
  return { ...container, hook };
}

function recordHookFailure(ctx: Context, container: ContainerValue, detail: string): void {
  const hook = container.report.isLaunched ? 'PreStopHook' : 'PostStartHook';
  recordEvent(ctx, container.object.resource, `Failed${hook}`, `${hook} failed: ${detail}`, true);
}

function startProbe(ctx: Context, container: ContainerValue, kind: ProbeKind): ContainerValue {
  const { process, place, spec } = container;
  const probe = { startup: spec.startupProbe, liveness: spec.livenessProbe, readiness: spec.readinessProbe }[kind];
  if (probe === undefined || process === undefined || place === undefined) return container;
  const check = checkOf(probe, spec, place.address);
  const prober = startProber(ctx, `${runPath(ctx, container)}/${kind}-probe`, {
    subject: subjectOf(ctx, container),
    container: spec,
    process,
    kind,
    probe,
    check,
    since: container.startedAt,
  });
  return { ...container, probers: { ...container.probers, [kind]: prober } };
}

function subjectOf(ctx: Context, { site, object, runs }: ContainerValue): Subject {
  return { site, pod: object, container: ctx.self, run: runs };
}

/** Of the process that runs: its own path is the same. */
function runPath(ctx: Context, { runs }: ContainerValue): string {
  return `${ctx.pathOf(ctx.self)}#${runs - 1}`;
}

function endProbes(ctx: Context, container: ContainerValue, kinds: readonly ProbeKind[]): ContainerValue {
  const rest = Object.entries(container.probers).filter(([kind, prober]) => {
    const isEnded = kinds.some((ended) => ended === kind);
    if (isEnded) ctx.tell(prober, { type: 'end' });
    return !isEnded;
  });
  return { ...container, probers: Object.fromEntries(rest) };
}

function probed(ctx: Context, container: ContainerValue, probe: ProbeKind, isGood: boolean): ContainerValue {
  if (probe === 'readiness') return show(container, { ready: isGood });
  if (probe === 'startup' && isGood) return step(ctx, endProbes(ctx, container, ['startup']), { type: 'started' });
  if (isGood) return container;
  const { spec, object } = container;
  recordEvent(ctx, object.resource, 'Killing', `Container ${spec.name} failed ${probe} probe, will be restarted`);
  const own = (probe === 'startup' ? spec.startupProbe : spec.livenessProbe)?.terminationGracePeriodSeconds;
  const graceSeconds = own ?? object.resource.spec.terminationGracePeriodSeconds;
  // It is not asked again until another process runs; whether it is ready still is.
  return step(ctx, endProbes(ctx, container, ['startup', 'liveness']), { type: 'unhealthy', graceSeconds });
}

/** Its process ended. `code` is undefined for a process that is not its own. */
function exited(ctx: Context, container: ContainerValue, code: number | undefined): ContainerValue {
  if (code === undefined) return container;
  if (container.hook !== undefined) ctx.tell(container.hook, { type: 'end' });
  const ranFor = micros(ctx.now - container.startedAt);
  const quiet = endProbes(ctx, { ...container, process: undefined, hook: undefined }, [
    'startup',
    'liveness',
    'readiness',
  ]);
  return step(ctx, show(quiet, { exitCode: code, ready: false, started: false }), { type: 'exited', code, ranFor });
}

/** Records what became visible and tells the pod. */
function publish(ctx: Context, before: ContainerValue, after: ContainerValue): void {
  const [old, now] = [before.report, after.report];
  if (old === now && before.process === after.process) return;
  if (
    old.state !== now.state ||
    old.reason !== now.reason ||
    old.restarts !== now.restarts ||
    before.process !== after.process
  ) {
    const { name, role, state, reason, exitCode, restarts } = now;
    ctx.cause = record(ctx, 'container', {
      pod: after.pod,
      name,
      role,
      state,
      reason,
      exitCode,
      restarts,
      process: after.process ?? NO_ENTITY,
    });
  }
  if (old !== now) ctx.tell(after.pod, { type: 'container', index: after.index, report: now });
}
