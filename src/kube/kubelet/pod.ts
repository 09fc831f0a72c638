// A pod on its node: acts out its machine's commands. Makes the sandbox with the CNI plugins' help, starts and stops
// containers as the machine says, and writes what it knows to the API server.
import type { Context, EntityId, EntityType, Message } from '../../kernel/index.ts';
import { exactly, GONE, hashText } from '../../kernel/index.ts';
import type { NameQuery, NetnsId } from '../../host/index.ts';
import { createNetns, netnsType } from '../../host/index.ts';
import type { Container, JsonObject, PodResource } from '../../manifests/index.ts';
import { beginLife, stepLife } from '../../trace/index.ts';
import type { CniReply, CniRequest, ContainerRole, KubeletMessage, StoredObject } from '../api.ts';
import { recordEvent } from '../event.ts';
import { cniTimeout, podDeadline, sandboxCreate } from '../facts.ts';
import { statedSeconds } from '../stated-seconds.ts';
import { createContainer, waitingReport } from './container.ts';
import type { ContainerMessage, KubeletOwnMessage, PodMessage, Site } from './messages.ts';
import type { PodCommand, PodLife, PodLifeEvent } from './pod.machine.ts';
import { podMachine } from './pod.machine.ts';
import { sayFarewell, show, writeStatus } from './pod-report.ts';
import type { LivePod, PodValue, Sandbox } from './pod-value.ts';

/** Seconds a pod gets whose object vanished: `kubectl delete --force`. Source: kubernetes/kubernetes@v1.34: pkg/kubelet/pod_workers.go calculateEffectiveGracePeriod. */
const GRACE_WITHOUT_OBJECT = 1;

export const podType: EntityType<PodValue, PodMessage> = {
  name: 'kube.pod',
  keys: (pod) => (hasOwnNetns(pod) ? [pod.object.uid, netnsKey(pod.sandbox.netns)] : [pod.object.uid]),
  handle(pod, message, ctx) {
    if (message.type === 'begin') return show(ctx, beginPod(ctx, pod));
    if (pod.life === undefined) return pod;
    const next = react(ctx, { ...pod, life: pod.life }, message);
    if (next.life.snapshot.status !== 'done') return show(ctx, next);
    sayFarewell(ctx, next);
    return GONE;
  },
};

/** A pod in its node's network namespace shares it with others. */
function hasOwnNetns(pod: PodValue): pod is PodValue & { readonly sandbox: Sandbox } {
  return pod.sandbox !== undefined && pod.sandbox.netns !== pod.site.node.netns;
}

/** The key of the pod that a network namespace belongs to. */
export function netnsKey(netns: NetnsId): string {
  return `netns/${netns}`;
}

/** The entity of a pod that its kubelet has just learned of. Tell it `begin`. */
export function createPod(
  ctx: Context,
  object: StoredObject<PodResource>,
  site: Site,
  resolver: EntityId<NameQuery>,
): EntityId<PodMessage> {
  const { namespace, name } = object.resource.metadata;
  const suffix = object.incarnation === 0 ? '' : `~${object.incarnation}`;
  return ctx.create(podType, `pod/${namespace}/${name}${suffix}`, {
    life: undefined,
    object,
    site,
    resolver,
    sandbox: undefined,
    sandboxes: 0,
    reboots: 0,
    containers: [],
    isWriting: false,
    lastRequest: ctx.now,
    written: undefined,
    shown: undefined,
    isRemoved: false,
  });
}

/** A pod's containers in start order, with their roles. */
function containersOf({ spec }: PodResource) {
  const inits = (spec.initContainers ?? []).map(
    (container) => ({ container, role: container.restartPolicy === 'Always' ? 'sidecar' : 'init' }) as const,
  );
  return [...inits, ...spec.containers.map((container) => ({ container, role: 'app' }) as const)];
}

function beginPod(ctx: Context, pod: PodValue): LivePod {
  const { resource } = pod.object;
  const { spec } = resource;
  const reports = containersOf(resource).map(({ container, role }: { container: Container; role: ContainerRole }) =>
    waitingReport(spec, container, role),
  );
  const context: PodLife = {
    reports,
    next: 0,
    restartPolicy: spec.restartPolicy,
    graceSeconds: spec.terminationGracePeriodSeconds,
    isFailed: false,
  };
  if (spec.activeDeadlineSeconds !== undefined)
    ctx.schedule(exactly(podDeadline, statedSeconds(spec.activeDeadlineSeconds)), ctx.self as EntityId<PodMessage>, {
      type: 'deadline',
    });
  let next: PodValue = { ...pod, containers: reports.map(() => undefined) };
  const life = beginLife(ctx, podMachine, context, (command) => {
    next = perform(ctx, next, command);
  });
  return { ...next, life };
}

function react(ctx: Context, pod: LivePod, message: Exclude<PodMessage, { type: 'begin' }>): LivePod {
  switch (message.type) {
    case 'object':
      return changed(ctx, pod, message.object);
    case 'removed':
      return step(ctx, { ...pod, isRemoved: true }, { type: 'delete', graceSeconds: GRACE_WITHOUT_OBJECT });
    case 'kill':
    case 'reboot':
      return step(ctx, pod, message);
    case 'deadline':
      return overdue(ctx, pod);
    case 'container':
      return passHolds(ctx, pod, step(ctx, pod, message));
    case 'kubelet-restarted':
      tellContainers(ctx, pod, { type: 'kubelet-restarted' });
      return pod;
    case 'make-sandbox':
      if (isInState(pod, 'sandbox')) askKubelet(ctx, pod);
      return pod;
    case 'sandbox-granted':
      return isInState(pod, 'sandbox') ? makeSandbox(ctx, pod, message.address, message.plugins) : pod;
    case 'cni-done':
      return cniDone(ctx, pod, message);
    case 'cni-timeout':
      return cniDone(ctx, pod, { type: 'cni-done', error: 'context deadline exceeded' });
    case 'cni-gone': {
      const isAwaited = pod.sandbox?.timer !== undefined && pod.sandbox.plugins[pod.sandbox.done] === message.agent;
      return isAwaited ? cniDone(ctx, pod, { type: 'cni-done', error: 'connect: connection refused' }) : pod;
    }
    case 'resync':
      return writeStatus(ctx, { ...pod, written: undefined });
    case 'write-status':
      return writeStatus(ctx, { ...pod, isWriting: false });
    default:
      return step(ctx, pod, message as Message as PodLifeEvent); // a delay of the machine has passed
  }
}

function isInState(pod: LivePod, state: string): boolean {
  return pod.life.snapshot.value === state;
}

function step(ctx: Context, pod: LivePod, event: PodLifeEvent): LivePod {
  return stepLife(ctx, podMachine, pod, event, (value, command) => ({
    ...perform(ctx, value, command),
    life: value.life,
  }));
}

function changed(ctx: Context, pod: LivePod, object: StoredObject<PodResource>): LivePod {
  const next = { ...pod, object };
  if (object.resource !== pod.object.resource) {
    containersOf(object.resource).forEach(({ container }, index) => {
      tellContainer(ctx, pod, index, { type: 'pod', object, spec: container });
    });
  }
  if (object.deletedAt === undefined || pod.object.deletedAt !== undefined) return next;
  return step(ctx, next, { type: 'delete', graceSeconds: object.deletionGracePeriodSeconds ?? GRACE_WITHOUT_OBJECT });
}

function perform(ctx: Context, pod: PodValue, command: PodCommand): PodValue {
  switch (command.kind) {
    case 'make-sandbox':
      ctx.schedule(sandboxCreate, ctx.self as EntityId<PodMessage>, { type: 'make-sandbox' });
      return pod;
    case 'start-container':
      return startContainer(ctx, pod, command.index);
    case 'stop-containers':
      for (const index of command.indices) stopContainer(ctx, pod, index, command);
      return pod;
    case 'give-turns':
      for (const index of command.turns) tellContainer(ctx, pod, index, { type: 'turn' });
      return pod;
    case 'kill-containers':
      pod.containers.forEach((_, index) => {
        killContainer(ctx, pod, index);
      });
      return pod;
    case 'forget-containers':
      return { ...pod, reboots: pod.reboots + 1, containers: pod.containers.map(() => undefined) };
    case 'remove-sandbox':
      return removeSandbox(ctx, pod);
  }
}

// --- sandbox

function askKubelet(ctx: Context, pod: PodValue): void {
  const kubelet = pod.site.node.kubelet as EntityId<KubeletMessage | KubeletOwnMessage>; // its own pods may tell it more
  const address = pod.sandbox?.address ?? statedAddress(ctx, pod);
  ctx.tell(kubelet, { type: 'sandbox-wanted', pod: ctx.self as EntityId<PodMessage>, address });
}

/** A pod exported from a cluster keeps the address it had there, unless somebody else has it. */
function statedAddress(ctx: Context, { object }: PodValue): string | undefined {
  const status = object.resource.object['status'] as JsonObject | undefined; // an object, by the schema
  const stated = status?.['podIP'];
  if (typeof stated !== 'string' || !/^\d+\.\d+\.\d+\.\d+$/.test(stated)) return undefined;
  return ctx.find(netnsType, stated) === undefined ? stated : undefined;
}

function makeSandbox(
  ctx: Context,
  pod: LivePod,
  address: string | undefined,
  plugins: readonly EntityId<CniRequest>[],
): LivePod {
  const { site, resolver, object } = pod;
  if (object.resource.spec.hostNetwork === true) {
    const sandbox: Sandbox = { netns: site.node.netns, address: site.address, plugins: [], done: 0, timer: undefined };
    return step(ctx, { ...pod, sandbox }, { type: 'sandbox-ready' });
  }
  if (address === undefined) return sandboxFailed(ctx, pod, 'no IP addresses available in range set');
  const path = `${ctx.pathOf(ctx.self)}/netns${pod.sandboxes === 0 ? '' : `#${pod.sandboxes}`}`;
  const netns = createNetns(ctx, path, { machine: site.node.machine, addresses: [address], resolver }, ctx.self);
  const sandbox: Sandbox = { netns, address, plugins, done: 0, timer: undefined };
  return nextPlugin(ctx, { ...pod, sandboxes: pod.sandboxes + 1 }, sandbox);
}

function nextPlugin(ctx: Context, pod: LivePod, sandbox: Sandbox): LivePod {
  const self = ctx.self as EntityId<PodMessage>;
  const agent = sandbox.plugins[sandbox.done];
  if (agent === undefined)
    return step(ctx, { ...pod, sandbox: { ...sandbox, timer: undefined } }, { type: 'sandbox-ready' });
  const timer = ctx.timer(cniTimeout, self, { type: 'cni-timeout' });
  ctx.tell(agent, { type: 'cni-add', pod: pod.object, podEntity: ctx.self, netns: sandbox.netns, reply: self });
  return { ...pod, sandbox: { ...sandbox, timer } };
}

function cniDone(ctx: Context, pod: LivePod, reply: CniReply): LivePod {
  const { sandbox } = pod;
  if (sandbox === undefined || sandbox.timer === undefined) return pod;
  ctx.cancel(sandbox.timer);
  const done = { ...sandbox, timer: undefined };
  if (!isInState(pod, 'sandbox')) return { ...pod, sandbox: done };
  if (reply.error === undefined) return nextPlugin(ctx, pod, { ...done, done: sandbox.done + 1 });
  return sandboxFailed(ctx, { ...removeSandbox(ctx, { ...pod, sandbox: done }), life: pod.life }, reply.error);
}

function sandboxFailed(ctx: Context, pod: LivePod, error: string): LivePod {
  const { resource, uid } = pod.object;
  const id = (hashText(`${uid}/${pod.sandboxes}`) >>> 0).toString(16).padStart(8, '0');
  const what = `Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "${id}": ${error}`;
  recordEvent(ctx, resource, 'FailedCreatePodSandBox', what, true);
  return step(ctx, pod, { type: 'sandbox-failed' });
}

function removeSandbox(ctx: Context, pod: PodValue): PodValue {
  const { sandbox, object, site } = pod;
  if (sandbox === undefined) return pod;
  if (sandbox.timer !== undefined) ctx.cancel(sandbox.timer);
  if (sandbox.netns !== site.node.netns) {
    // Plugins are undone in reverse, the one that failed or never answered included.
    const asked = sandbox.plugins.slice(0, sandbox.done + 1);
    for (const agent of asked.reverse()) ctx.tell(agent, { type: 'cni-del', pod: object, netns: sandbox.netns });
    ctx.tell(sandbox.netns, { type: 'remove' });
  }
  return { ...pod, sandbox: undefined };
}

// --- containers

function startContainer(ctx: Context, pod: PodValue, index: number): PodValue {
  const { sandbox, object, site } = pod;
  const planned = containersOf(object.resource)[index];
  if (sandbox === undefined || planned === undefined) return pod;
  const first = waitingReport(object.resource.spec, planned.container, planned.role);
  // A container that ran in an earlier sandbox goes on counting.
  const known = pod.life?.snapshot.context.reports[index];
  const report = known === undefined ? first : { ...first, runs: known.runs, restarts: known.restarts };
  const { reboots } = pod;
  const container = createContainer(ctx, { object, site, index, spec: planned.container, report, reboots });
  ctx.tell(container, { type: 'start', netns: sandbox.netns, address: sandbox.address });
  return { ...pod, containers: pod.containers.with(index, container) };
}

function stopContainer(
  ctx: Context,
  pod: PodValue,
  index: number,
  command: Extract<PodCommand, { kind: 'stop-containers' }>,
): void {
  if (pod.containers[index] === undefined) reportNeverStarted(ctx, pod, index);
  else
    tellContainer(ctx, pod, index, {
      type: 'stop',
      graceSeconds: command.graceSeconds,
      hasTurn: command.turns.includes(index),
    });
}

function killContainer(ctx: Context, pod: PodValue, index: number): void {
  if (pod.containers[index] === undefined) reportNeverStarted(ctx, pod, index);
  else tellContainer(ctx, pod, index, { type: 'kill' });
}

/** A container whose turn never came is over as it is. */
function reportNeverStarted(ctx: Context, pod: PodValue, index: number): void {
  const planned = containersOf(pod.object.resource)[index];
  if (planned === undefined) return;
  const report = { ...waitingReport(pod.object.resource.spec, planned.container, planned.role), isOver: true };
  ctx.tell(ctx.self as EntityId<PodMessage>, { type: 'container', index, report });
}

function tellContainers(ctx: Context, pod: PodValue, message: ContainerMessage): void {
  pod.containers.forEach((_, index) => {
    tellContainer(ctx, pod, index, message);
  });
}

/**
 * A pod has one worker: while it waits for a postStart hook or for a container it replaces, no other container of the pod is
 * restarted or replaced. Source: kubernetes/kubernetes@v1.34: pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod.
 */
function passHolds(ctx: Context, before: LivePod, pod: LivePod): LivePod {
  const [old, now] = [before, pod].map((value) => value.life.snapshot.context.reports.map((report) => report.isBusy));
  if (old === undefined || now === undefined || now.every((isBusy, index) => isBusy === old[index])) return pod;
  pod.containers.forEach((_, index) => {
    const isHeld = now.some((isBusy, other) => isBusy && other !== index);
    tellContainer(ctx, pod, index, { type: 'hold', isHeld });
  });
  return pod;
}

function overdue(ctx: Context, pod: LivePod): LivePod {
  recordEvent(
    ctx,
    pod.object.resource,
    'DeadlineExceeded',
    'Pod was active on the node longer than the specified deadline',
  );
  return step(ctx, pod, { type: 'deadline' });
}

function tellContainer(ctx: Context, pod: PodValue, index: number, message: ContainerMessage): void {
  const container = pod.containers[index];
  if (container !== undefined) ctx.tell(container, message);
}
