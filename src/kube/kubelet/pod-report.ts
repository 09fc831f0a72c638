// What others see of a pod: its records, and the status its kubelet writes to the API server.
import type { Context, EntityId } from '../../kernel/index.ts';
import type { Resource } from '../../manifests/index.ts';
import { refOf } from '../../manifests/index.ts';
import { record } from '../../trace/index.ts';
import type { ApiMessage, PodStatus } from '../api.ts';
import { apiRequest, podCleanup, statusWrite } from '../facts.ts';
import { scheduleInOrder } from '../in-order.ts';
import type { PodMessage } from './messages.ts';
import { podStatus } from './pod-status.ts';
import type { LivePod, PodValue } from './pod-value.ts';

const noGates: PodStatus['gates'] = {};

function statusOf(pod: LivePod): PodStatus {
  const value: unknown = pod.life.snapshot.value;
  const { reports, next, isFailed } = pod.life.snapshot.context;
  const { object, site, sandbox } = pod;
  const isEnded = value === 'ended' || value === 'gone';
  const isInitialized = reports[next]?.role === 'app' || next >= reports.length;
  const podIP = sandbox?.address ?? pod.shown?.podIP;
  return podStatus({
    spec: object.resource.spec,
    podIP,
    nodeName: site.node.name,
    isInitialized,
    isEnded,
    isFailed,
    reports,
    gates: object.status?.kind === 'Pod' ? object.status.gates : noGates,
  });
}

/** Records what became visible and sees to it that the API server will hear of it. */
export function show(ctx: Context, pod: LivePod): LivePod {
  const { shown } = pod;
  const status = statusOf(pod);
  if (shown !== undefined && isSameStatus(shown, status)) return pod;
  if (
    shown?.phase !== status.phase ||
    shown.conditions.ready !== status.conditions.ready ||
    shown.podIP !== status.podIP
  ) {
    recordPod(ctx, pod, status, status.phase);
  }
  if (pod.isWriting) return { ...pod, shown: status };
  ctx.schedule(statusWrite, ctx.self as EntityId<PodMessage>, { type: 'write-status' });
  return { ...pod, shown: status, isWriting: true };
}

function recordPod(ctx: Context, pod: PodValue, status: PodStatus, phase: string): void {
  const { resource, owner } = pod.object;
  const { namespace, name } = resource.metadata;
  ctx.cause = record(ctx, 'pod', {
    pod: ctx.self,
    namespace,
    name,
    workload: workloadOf(resource, owner?.kind, owner?.name),
    node: pod.site.node.machine,
    phase,
    ready: status.conditions.ready,
    address: status.podIP ?? '',
  });
}

/** `Deployment/web` for a pod of its ReplicaSet, its owner for others, `Pod/NAME` for a pod of its own. */
function workloadOf(resource: Resource, kind = 'Pod', name = resource.metadata.name): string {
  const hash = resource.metadata.labels['pod-template-hash'];
  if (kind === 'ReplicaSet' && hash !== undefined && name.endsWith(`-${hash}`))
    return `Deployment/${name.slice(0, -hash.length - 1)}`;
  return `${kind}/${name}`;
}

function isSameStatus(a: PodStatus, b: PodStatus): boolean {
  return (
    a.phase === b.phase &&
    a.podIP === b.podIP &&
    a.conditions.initialized === b.conditions.initialized &&
    a.conditions.containersReady === b.conditions.containersReady &&
    a.conditions.ready === b.conditions.ready &&
    a.containers.every((container, index) => isSameContainer(container, b.containers[index]))
  );
}

function isSameContainer(a: PodStatus['containers'][number], b: PodStatus['containers'][number] | undefined): boolean {
  return (
    b !== undefined &&
    a.state === b.state &&
    a.reason === b.reason &&
    a.ready === b.ready &&
    a.started === b.started &&
    a.restarts === b.restarts &&
    a.exitCode === b.exitCode &&
    a.image === b.image
  );
}

/** Writes the present status, unless it is written already. */
export function writeStatus(ctx: Context, pod: LivePod): LivePod {
  const { shown, written } = pod;
  if (shown === undefined || pod.isRemoved || (written !== undefined && isSameStatus(written, shown))) return pod;
  return { ...request(ctx, pod, statusRequest(pod, shown)), life: pod.life, written: shown };
}

function statusRequest({ object, site }: PodValue, status: PodStatus): ApiMessage {
  return { type: 'status', ref: refOf(object.resource), status, actor: `kubelet ${site.node.name}`, uid: object.uid };
}

function request(ctx: Context, pod: PodValue, message: ApiMessage): PodValue {
  return { ...pod, lastRequest: scheduleInOrder(ctx, apiRequest, pod.site.apiServer, message, pod.lastRequest) };
}

/** Nothing runs any more: the last status is written, then the object may go. */
export function sayFarewell(ctx: Context, pod: LivePod): void {
  const { object, site } = pod;
  const status = statusOf(pod);
  recordPod(ctx, pod, status, 'Gone');
  if (pod.isRemoved) return;
  const told = request(ctx, pod, statusRequest(pod, status));
  const message: ApiMessage = {
    type: 'delete',
    ref: refOf(object.resource),
    actor: `kubelet ${site.node.name}`,
    gracePeriodSeconds: 0,
    uid: object.uid,
  };
  scheduleInOrder(ctx, podCleanup, site.apiServer, message, told.lastRequest);
}
