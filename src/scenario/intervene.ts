// What interventions do. Each is recorded as an input that its consequences name as their cause; one whose target is not there
// says so in that record and does nothing.
import type { AnyEntityId, Context } from '../kernel/index.ts';
import { micros } from '../kernel/index.ts';
import type { Fault, LinkEnd } from '../host/index.ts';
import { faultsOf } from '../host/index.ts';
import type { ApiMessage, Cluster, ClusterNode, StoredObject } from '../kube/index.ts';
import { apiServerType, kubeletParts, podEntityOf, processesOf } from '../kube/index.ts';
import type { JsonObject, PodResource, Resource } from '../manifests/index.ts';
import { isKind, refOf } from '../manifests/index.ts';
import type { MeshIntervention } from '../mesh/index.ts';
import { recordCause } from '../trace/index.ts';
import type { Intervention, LastingFault } from './intervention.ts';
import { faultName, isLasting, targetsOf, workloadNamed } from './intervention.ts';

export interface Intervening {
  readonly cluster: Cluster;
  /** Faults that last, by name. */
  readonly faults: ReadonlyMap<string, LastingFault>;
  readonly meshIntervenes: (ctx: Context, intervention: MeshIntervention) => boolean;
}

/** Carries out an intervention; returns the faults that last after it. */
export function intervene(ctx: Context, world: Intervening, intervention: Intervention): Intervening['faults'] {
  const before = ctx.cause;
  const note = (detail: string): void => {
    ctx.cause = before;
    recordCause(ctx, 'input', { action: intervention.kind, subject: targetsOf(intervention).join(' ↔ '), detail });
  };
  const missing = missingTargets(ctx, world, intervention);
  if (missing.length > 0) {
    note(`no such target: ${missing.join(', ')}`);
    return world.faults;
  }
  if (intervention.kind === 'heal') {
    const healed = [...world.faults.values()].filter((fault) => isAbout(fault, intervention.what));
    note(healed.length === 0 ? 'nothing to heal' : healed.map(faultName).join(', '));
    return healed.reduce((faults, fault) => end(ctx, { ...world, faults }, fault), world.faults);
  }
  note(detailOf(ctx, world, intervention));
  if (isLasting(intervention)) return begin(ctx, world, intervention);
  act(ctx, world, intervention);
  return world.faults;
}

/** A pod of a workload that the first of a fault's paths was resolved before: told when a pod comes up. */
export function joinFaults(ctx: Context, world: Intervening): void {
  for (const fault of world.faults.values())
    if (fault.kind !== 'pause' && fault.kind !== 'lose' && fault.kind !== 'skew') begin(ctx, world, fault);
}

type Deed = Exclude<Intervention, LastingFault | { readonly kind: 'heal' }>;

function act(ctx: Context, world: Intervening, deed: Deed): void {
  const { cluster } = world;
  const api = (message: ApiMessage): void => ctx.tell(cluster.apiServer, message);
  switch (deed.kind) {
    case 'kill': {
      const [pod] = livingPods(ctx, world, deed.workload);
      if (pod !== undefined) api({ type: 'delete', ref: refOf(pod.resource), actor: 'kubectl', gracePeriodSeconds: 0 });
      return;
    }
    case 'restart':
      for (const { process } of processesFor(ctx, world, deed)) ctx.tell(process, { type: 'signal', signal: 'KILL' });
      return;
    case 'cordon':
    case 'uncordon':
    case 'drain':
      ctx.tell(cluster.nodeController, { type: deed.kind, node: deed.node });
      return;
    case 'reboot': {
      const node = nodeNamed(world, deed.node);
      if (node !== undefined) ctx.tell(node.kubelet, { type: 'reboot' });
      return;
    }
    case 'expire':
      world.meshIntervenes(ctx, { type: 'expire-certificates', pods: podsOf(ctx, world, deed.workload) });
      return;
    case 'condition':
      for (const pod of podsOf(ctx, world, deed.workload)) {
        const { condition, isTrue } = deed;
        api({ type: 'pod-condition', ref: refOf(pod.resource), condition, isTrue, actor: 'kubectl' });
      }
      return;
    case 'scale':
      changeSpec(ctx, world, deed.workload, (spec) => ({ ...spec, replicas: deed.replicas }));
      return;
    case 'roll':
      changeTemplate(ctx, world, deed.workload, (template) => restartedAt(template, ctx.now));
      return;
    case 'upgrade':
      changeTemplate(ctx, world, deed.workload, (template) => withImageTag(template, deed.to));
      return;
  }
}

// --- faults that last

function begin(ctx: Context, world: Intervening, fault: LastingFault): Intervening['faults'] {
  const faults = faultsOf(ctx);
  const name = faultName(fault);
  for (const [index, part] of partsOf(ctx, world, fault).entries())
    ctx.tell(faults, { type: 'begin', name: `${name}#${index}`, fault: part });
  for (const node of silencedBy(world, fault)) ctx.tell(world.cluster.nodeController, { type: 'silence', node });
  if (fault.kind === 'skew') tellClock(ctx, world, fault.node, fault.by);
  return new Map(world.faults).set(name, fault);
}

function end(ctx: Context, world: Intervening, fault: LastingFault): Intervening['faults'] {
  const name = faultName(fault);
  const faults = faultsOf(ctx);
  if (fault.kind === 'skew') tellClock(ctx, world, fault.node, 0);
  if (fault.kind === 'lose') {
    // What ran on it is gone: the first thing that happens there is its boot.
    const node = nodeNamed(world, fault.node);
    if (node !== undefined) ctx.tell(node.kubelet, { type: 'reboot' });
  }
  for (const index of [0, 1]) ctx.tell(faults, { type: 'end', name: `${name}#${index}` });
  const rest = new Map(world.faults);
  rest.delete(name);
  const still = new Set([...rest.values()].flatMap((other) => silencedBy(world, other)));
  for (const node of silencedBy(world, fault))
    if (!still.has(node)) ctx.tell(world.cluster.nodeController, { type: 'heard', node });
  return rest;
}

function tellClock(ctx: Context, world: Intervening, name: string, skew: number): void {
  const machine = nodeNamed(world, name)?.machine;
  if (machine !== undefined) ctx.tell(machine, { type: 'clock', skew });
}

/** What a fault is in the host's terms: at most two rules. */
function partsOf(ctx: Context, world: Intervening, fault: LastingFault): readonly Fault[] {
  switch (fault.kind) {
    case 'pause':
    case 'slow': {
      const processes = processesFor(ctx, world, fault).map(({ process }) => process);
      const parts = { paths: pathsOf(ctx, processes), except: kubeletParts };
      return [fault.kind === 'pause' ? { kind: 'pause', ...parts } : { kind: 'slow', ...parts, by: micros(fault.by) }];
    }
    case 'lose':
      return [{ kind: 'off', paths: nodePaths(ctx, world, fault.node) }];
    case 'skew':
      return [];
    case 'delay':
      return linkParts(ctx, world, fault.between, { kind: 'delay', by: micros(fault.by) });
    case 'drop':
      return linkParts(ctx, world, fault.between, { kind: 'drop', percent: fault.percent });
    case 'duplicate':
    case 'partition':
      return linkParts(ctx, world, fault.between, { kind: fault.kind });
  }
}

/** Paths behind which the API server and its watches are. */
const controlPlane = ['api-server', 'watch'];

function linkParts(
  ctx: Context,
  world: Intervening,
  between: readonly [string, string],
  effect: Extract<Fault, { kind: 'link' }>['effect'],
): readonly Fault[] {
  const [from, to] = between.map((name) => linkEnd(ctx, world, name));
  if (from === undefined || to === undefined) return [];
  const link: Fault = { kind: 'link', from, to, effect };
  // Requests to the API server are no packets here: they wait, as their clients would try again.
  const isControl = between.some((name) => name === 'control-plane' || name === '*');
  if (effect.kind !== 'partition' || !isControl) return [link];
  const other = [from, to].find((paths): paths is readonly string[] => paths !== '*' && paths !== controlPlane) ?? [];
  return [link, { kind: 'cut', from: other, to: controlPlane }];
}

function linkEnd(ctx: Context, world: Intervening, name: string): LinkEnd {
  if (name === '*') return '*';
  if (name === 'control-plane') return controlPlane;
  const node = nodeOfEnd(name);
  if (node !== undefined) return nodePaths(ctx, world, node);
  return podPaths(ctx, podsOf(ctx, world, name));
}

function nodeOfEnd(name: string): string | undefined {
  return name.startsWith('node:') ? name.slice('node:'.length) : undefined;
}

/** Nodes that the control plane does not hear of while the fault lasts. */
function silencedBy(_world: Intervening, fault: LastingFault): readonly string[] {
  if (fault.kind === 'lose') return [fault.node];
  if (fault.kind !== 'partition' || !fault.between.some((name) => name === 'control-plane' || name === '*')) return [];
  return fault.between.flatMap((name) => nodeOfEnd(name) ?? []);
}

function isAbout(fault: LastingFault, what: string): boolean {
  return what === 'all' || what === faultName(fault) || targetsOf(fault).includes(what);
}

// --- targets

function objectsOf(ctx: Context, { cluster }: Intervening): readonly StoredObject[] {
  return ctx.read(apiServerType, cluster.apiServer)?.objects.byKey.values() ?? [];
}

/** The pods of a workload (or the one of that name), in order of their names. */
function podsOf(ctx: Context, world: Intervening, target: string): readonly StoredObject<PodResource>[] {
  const [namespace = '', name = ''] = workloadNamed(target).split('/');
  const pods = objectsOf(ctx, world).flatMap((object): StoredObject<PodResource>[] => {
    const { resource } = object;
    return isKind(resource, 'Pod') && resource.metadata.namespace === namespace ? [{ ...object, resource }] : [];
  });
  const found = pods.filter((pod) => pod.resource.metadata.name === name);
  return (found.length > 0 ? found : pods.filter((pod) => workloadNameOf(pod) === name)).toSorted((a, b) =>
    a.resource.metadata.name < b.resource.metadata.name ? -1 : 1,
  );
}

function workloadNameOf({ owner, resource }: StoredObject<PodResource>): string | undefined {
  const hash = resource.metadata.labels['pod-template-hash'];
  return owner?.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)
    ? owner.name.slice(0, -hash.length - 1)
    : owner?.name;
}

function livingPods(ctx: Context, world: Intervening, target: string): readonly StoredObject<PodResource>[] {
  const pods = podsOf(ctx, world, target);
  return pods.filter(({ uid, deletedAt }) => deletedAt === undefined && processesOf(ctx, uid).length > 0).concat(pods);
}

/** The processes meant: of the first living pod, of all pods for what slows. */
function processesFor(
  ctx: Context,
  world: Intervening,
  {
    kind,
    workload,
    container,
  }: { readonly kind: string; readonly workload: string; readonly container: string | undefined },
) {
  const pods = kind === 'slow' ? podsOf(ctx, world, workload) : livingPods(ctx, world, workload).slice(0, 1);
  return pods
    .flatMap(({ uid }) => processesOf(ctx, uid))
    .filter((process) => container === undefined || process.container === container);
}

function pathsOf(ctx: Context, entities: readonly AnyEntityId[]): readonly string[] {
  return entities.map((entity) => ctx.pathOf(entity));
}

function podPaths(ctx: Context, pods: readonly StoredObject<PodResource>[]): readonly string[] {
  return pathsOf(
    ctx,
    pods.flatMap(({ uid }) => podEntityOf(ctx, uid) ?? []),
  );
}

function nodeNamed({ cluster }: Intervening, name: string): ClusterNode | undefined {
  return cluster.nodes.find((node) => node.name === name);
}

/** A node and every pod on it. */
function nodePaths(ctx: Context, world: Intervening, name: string): readonly string[] {
  const node = nodeNamed(world, name);
  if (node === undefined) return [];
  const pods = objectsOf(ctx, world).flatMap((object): StoredObject<PodResource>[] => {
    const { resource } = object;
    return isKind(resource, 'Pod') && resource.spec.nodeName === name ? [{ ...object, resource }] : [];
  });
  return [...pathsOf(ctx, [node.machine]), ...podPaths(ctx, pods)];
}

/** What is named and not there. */
function missingTargets(ctx: Context, world: Intervening, intervention: Intervention): readonly string[] {
  if (intervention.kind === 'heal') return [];
  const isThere = (target: string): boolean => {
    const node = 'node' in intervention ? target : nodeOfEnd(target);
    if (node !== undefined) return nodeNamed(world, node) !== undefined;
    if (target === '*' || target === 'control-plane') return true;
    return podsOf(ctx, world, target).length > 0 || workload(ctx, world, target) !== undefined;
  };
  return targetsOf(intervention).filter((target) => !isThere(target));
}

// --- workloads

const scaled: readonly string[] = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'];

function workload(ctx: Context, world: Intervening, target: string): StoredObject | undefined {
  const [namespace, name] = workloadNamed(target).split('/');
  return objectsOf(ctx, world).find(
    ({ resource }) =>
      scaled.includes(resource.kind) && resource.metadata.namespace === namespace && resource.metadata.name === name,
  );
}

function changeSpec(ctx: Context, world: Intervening, target: string, change: (spec: JsonObject) => JsonObject): void {
  const object = workload(ctx, world, target);
  if (object === undefined) return;
  const { resource } = object;
  const spec = change((resource.object['spec'] ?? {}) as JsonObject); // an object, by the schema
  const changed = { ...resource, spec, object: { ...resource.object, spec } } as Resource; // the typed spec mirrors the JSON
  ctx.tell(world.cluster.apiServer, { type: 'update', resource: changed, actor: 'kubectl' });
}

function changeTemplate(
  ctx: Context,
  world: Intervening,
  target: string,
  change: (template: JsonObject) => JsonObject,
): void {
  changeSpec(ctx, world, target, (spec) => ({ ...spec, template: change((spec['template'] ?? {}) as JsonObject) })); // an object, by the schema
}

function restartedAt(template: JsonObject, now: number): JsonObject {
  const metadata = (template['metadata'] ?? {}) as JsonObject; // an object, by the schema
  const annotations = {
    ...(metadata['annotations'] as JsonObject | undefined),
    'kubectl.kubernetes.io/restartedAt': `${now}us`,
  };
  return { ...template, metadata: { ...metadata, annotations } };
}

function withImageTag(template: JsonObject, tag: string): JsonObject {
  const spec = (template['spec'] ?? {}) as JsonObject; // an object, by the schema
  const retag = (containers: unknown): JsonObject[] =>
    Array.isArray(containers)
      ? (containers as readonly JsonObject[]).map((container) => ({
          // containers are objects, by the schema
          ...container,
          image: textOf(container['image']).replace(/(:[^:/@]*)?(@.*)?$/, `:${tag}`),
        }))
      : [];
  return {
    ...template,
    spec: {
      ...spec,
      containers: retag(spec['containers']),
      ...(spec['initContainers'] === undefined ? {} : { initContainers: retag(spec['initContainers']) }),
    },
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

// --- records

/** What the record says beside kind and target; for what can be undone, how it was before. */
function detailOf(ctx: Context, world: Intervening, intervention: Intervention): string {
  switch (intervention.kind) {
    case 'slow':
    case 'delay':
    case 'skew':
      return `by ${intervention.by} us`;
    case 'drop':
      return `${intervention.percent} %`;
    case 'scale': {
      const spec = workload(ctx, world, intervention.workload)?.resource.object['spec'] as JsonObject | undefined; // an object, by the schema
      return `from ${textOf(spec?.['replicas'])} to ${intervention.replicas}`;
    }
    case 'condition':
      return `${intervention.condition}=${intervention.isTrue ? 'True' : 'False'}`;
    case 'upgrade':
      return `to ${intervention.to}`;
    case 'kill':
    case 'restart':
    case 'pause':
      return livingPods(ctx, world, intervention.workload)[0]?.resource.metadata.name ?? '';
    default:
      return '';
  }
}
