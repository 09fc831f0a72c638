// `pod-lifecycle`: what a kubelet does to one pod, from its creation on, with actions on the way.
import * as v from 'valibot';
import type { ContainerStatus, PodStatus, StoredObject } from '../../../../kube/index.ts';
import { podConditions } from '../../../../kube/index.ts';
import type { Container, PodResource } from '../../../../manifests/index.ts';
import { refOf } from '../../../../manifests/index.ts';
import { instant } from '../../../../kernel/index.ts';
import { PodWorld, secondsAfter, secondsSince } from '../pod-world.ts';
import { readName } from '../protocol.ts';
import { question } from '../step-kind.ts';

const containerSchema = v.object({
  container: v.string(),
  state: v.optional(v.string()),
  started: v.optional(v.boolean()),
  ready: v.optional(v.boolean()),
  image: v.optional(v.string()),
  reason: v.optional(v.string()),
  minRestarts: v.optional(v.number()),
});

const whenSchema = v.object({
  phase: v.optional(v.string()),
  /** Succeeded or Failed, nothing running. */
  terminal: v.optional(v.boolean()),
  deleted: v.optional(v.boolean()),
  /** Since the action before, or since creation. */
  seconds: v.optional(v.number()),
  containers: v.optional(v.array(containerSchema), []),
});
type When = v.InferOutput<typeof whenSchema>;

const actionSchema = v.variant('do', [
  v.object({ when: whenSchema, do: v.literal('delete'), gracePeriodSeconds: v.optional(v.number()) }),
  v.object({ when: whenSchema, do: v.literal('set-image'), container: v.string(), image: v.string() }),
  v.object({ when: whenSchema, do: v.literal('restart-kubelet') }),
  v.object({ when: whenSchema, do: v.literal('reboot-node') }),
]);
type Action = v.InferOutput<typeof actionSchema>;

const schema = v.object({
  pod: v.string(),
  until: whenSchema,
  /** Simulated seconds. */
  limit: v.number(),
  actions: v.optional(v.array(actionSchema), []),
});

/** A cluster makes a pod well within this. */
const CREATION_SECONDS = 10;

export const podLifecycleStep = question('pod-lifecycle', schema, (step, { env, cluster }) => {
  const resources = cluster.objects().map((object) => object.resource);
  const world = new PodWorld(env, resources, readName(step.pod));
  const created = creation(world);
  if (created === undefined) return { exception: `the pod ${step.pod} was not created` };
  const { createdAt } = created;
  const limit = secondsAfter(createdAt, step.limit);
  const actions: number[] = [];
  let last = created;
  let isDeleted: boolean;
  let base = createdAt;
  for (;;) {
    const pod = world.pod();
    isDeleted = pod?.uid !== created.uid;
    if (pod !== undefined && !isDeleted) last = pod;
    const action = step.actions[actions.length];
    const when = action?.when ?? step.until;
    const due = when.seconds === undefined ? base : secondsAfter(base, when.seconds);
    if (world.now >= due && holds(when, last, isDeleted)) {
      if (action === undefined) break;
      carryOut(world, action, last);
      base = world.now;
      actions.push(secondsSince(createdAt, base));
    }
    if (world.now >= limit) break;
    world.advance(world.now < due && due < limit ? due : limit);
  }
  const endedAt = secondsSince(createdAt, world.now);
  return { events: world.events(createdAt), actions, endedAt, deleted: isDeleted, ...seen(last) };
});

function creation(world: PodWorld): StoredObject<PodResource> | undefined {
  const limit = secondsAfter(instant(0), CREATION_SECONDS);
  while (world.pod() === undefined && world.now < limit) world.advance(limit);
  return world.pod();
}

function carryOut(world: PodWorld, action: Action, { resource }: StoredObject<PodResource>): void {
  const actor = 'kubectl';
  switch (action.do) {
    case 'delete': {
      const { gracePeriodSeconds } = action;
      const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
      world.request({ type: 'delete', ref: refOf(resource), actor, ...grace });
      return;
    }
    case 'set-image':
      world.request({ type: 'update', resource: withImage(resource, action.container, action.image), actor });
      return;
    case 'restart-kubelet':
      world.tellKubelet({ type: 'restart' });
      return;
    case 'reboot-node':
      world.tellKubelet({ type: 'reboot' });
  }
}

/** The pod with another image in one of its containers. */
function withImage(pod: PodResource, name: string, image: string): PodResource {
  const change = (list: readonly Container[]): readonly Container[] =>
    list.map((container) => (container.name === name ? { ...container, image } : container));
  const { containers, initContainers } = pod.spec;
  const spec = {
    ...pod.spec,
    containers: change(containers),
    ...(initContainers === undefined ? {} : { initContainers: change(initContainers) }),
  };
  return { ...pod, spec, object: { ...pod.object, spec: spec as never } }; // the typed spec mirrors the JSON
}

/** Whether everything a condition states is so; its seconds are the caller's. */
function holds(when: When, pod: StoredObject<PodResource>, isDeleted: boolean): boolean {
  if (when.deleted === true && !isDeleted) return false;
  const { phase, containers } = seen(pod);
  if (when.phase !== undefined && when.phase !== phase) return false;
  if (when.terminal === true && !(phase === 'Succeeded' || phase === 'Failed')) return false;
  if (when.terminal === true && containers.some(({ state }) => state === 'running')) return false;
  return when.containers.every(({ container, minRestarts = 0, ...wanted }) => {
    const found = containers.find(({ name }) => name === container);
    if (found === undefined || found.restartCount < minRestarts) return false;
    const fields = new Map<string, unknown>(Object.entries(found));
    return Object.entries(wanted).every(([key, value]) => value === undefined || fields.get(key) === value);
  });
}

function seen({ resource, status }: StoredObject<PodResource>) {
  if (status?.kind !== 'Pod') return { phase: 'Pending', conditions: [], containers: unseen(resource) };
  return { phase: status.phase, conditions: podConditions(status), containers: status.containers.map(containerOf) };
}

/** Before its kubelet has said anything of it. */
function unseen({ spec }: PodResource) {
  return [...(spec.initContainers ?? []), ...spec.containers].map(({ name, image = '' }) =>
    containerOf({ name, image, ...untouched }),
  );
}
const untouched: Omit<ContainerStatus, 'name' | 'image'> = {
  role: 'app',
  state: 'waiting',
  reason: '',
  exitCode: 0,
  ready: false,
  started: false,
  restarts: 0,
};

function containerOf(status: PodStatus['containers'][number]) {
  const { name, state, reason, exitCode, restarts, ready, started, image } = status;
  return {
    name,
    state,
    ...(reason === '' ? {} : { reason }),
    ...(state === 'terminated' ? { exitCode } : {}),
    restartCount: restarts,
    ready,
    started,
    image,
  };
}
