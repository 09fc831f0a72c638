// The person at the keyboard, as an entity: what is applied, killed, asked. Every input of a run goes through it, so that each is
// an occurrence others name as their cause.
import type { Context, EntityId, EntityType } from '../kernel/index.ts';
import { delayFact, millis, PersistentMap, rank, ZERO } from '../kernel/index.ts';
import type { AppMessage, Manner, Target } from '../host/index.ts';
import { appType, plainManner } from '../host/index.ts';
import type { ApiMessage, Cluster } from '../kube/index.ts';
import type { Resource, ResourceOf, ResourceRef } from '../manifests/index.ts';
import { identityOf, isKind, isSameRef, refOf } from '../manifests/index.ts';
import { record, recordCause } from '../trace/index.ts';
import { certificateOf } from '../mesh/index.ts';
import { impliedNamespaces } from './enrol.ts';
import type { Intervening } from './intervene.ts';
import { intervene, joinFaults } from './intervene.ts';
import type { Intervention } from './intervention.ts';
import { createOutsideClient, outside } from './outside.ts';
import type { ProgramSources } from './programs.ts';

/** Between two of the requests somebody asked for. */
const askInterval = delayFact({
  name: 'scenario.ask-interval',
  min: millis(100),
  max: millis(100),
  rank: rank.observer,
  source: 'the command line: one every 100 ms',
});

interface RunningApp {
  /** `namespace/workload`. */
  readonly workload: string;
  /** `namespace/pod`. */
  readonly pod: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly process: EntityId<AppMessage>;
}

/** Requests asked for: `count` of them, one every 100 ms. */
export interface Asking {
  /** `namespace/workload`, or a pod's name, or the value of its `app` label; `outside`: a client outside of the cluster. */
  readonly from: string;
  readonly target: Target;
  readonly count: number;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Default `plainManner`. */
  readonly manner?: Manner;
  /** Distinguishes askings in the records. */
  readonly tag: string;
}

/**
 * Who brought an object: the mesh's installation, the files a person has before them, or a file that the scenario applies later.
 * What leaves the person's files leaves the cluster at the next apply; the others' objects stay.
 */
export type ApplySet = 'installation' | 'files' | 'script';

interface Applied {
  readonly resource: Resource;
  readonly set: ApplySet;
}

export interface Operator {
  readonly cluster: Cluster | undefined;
  readonly sources: ProgramSources;
  /** What was applied last, by identity. */
  readonly applied: PersistentMap<Applied>;
  readonly apps: PersistentMap<RunningApp>;
  /** The client outside, once somebody has asked from there. */
  readonly outside: EntityId<AppMessage> | undefined;
  /** Faults that last, by name. */
  readonly faults: Intervening['faults'];
  /** Tells the mesh's own processes. */
  readonly meshIntervenes: Intervening['meshIntervenes'];
}

export type OperatorMessage =
  | { readonly type: 'cluster'; readonly cluster: Cluster }
  | {
      readonly type: 'apply';
      readonly resources: readonly Resource[];
      readonly revision: number;
      readonly title: string;
      readonly set: ApplySet;
      /** Paths of files that say less than they should (a document is broken or rejected): what came from them stays. */
      readonly incomplete: readonly string[];
    }
  | { readonly type: 'delete'; readonly ref: ResourceRef }
  | { readonly type: 'intervene'; readonly intervention: Intervention }
  | ({ readonly type: 'ask'; readonly sequence: number } & Asking)
  | { readonly type: 'marker'; readonly name: string }
  | ({ readonly type: 'spawned' } & RunningApp);
export type OperatorId = EntityId<OperatorMessage>;

export const operatorType: EntityType<Operator, OperatorMessage> = {
  name: 'scenario.operator',
  keys: () => ['operator'],
  handle(operator, message, ctx) {
    switch (message.type) {
      case 'cluster':
        return { ...operator, cluster: message.cluster };
      case 'apply':
        return apply(ctx, operator, message);
      case 'delete': {
        recordCause(ctx, 'input', { action: 'delete', subject: nameOf(message.ref), detail: '' });
        tellApi(ctx, operator, { type: 'delete', ref: message.ref, actor: 'kubectl' });
        const deleted = operator.applied.values().find(({ resource }) => isSameRef(refOf(resource), message.ref));
        return deleted === undefined
          ? operator
          : { ...operator, applied: operator.applied.without(identityOf(deleted.resource)) };
      }
      case 'intervene':
        return operator.cluster === undefined
          ? operator
          : { ...operator, faults: intervene(ctx, interveningOf(operator, operator.cluster), message.intervention) };
      case 'ask':
        return ask(ctx, operator, message);
      case 'marker':
        record(ctx, 'marker', { name: message.name });
        return operator;
      case 'spawned': {
        const { workload, pod, labels, process } = message;
        if (operator.cluster !== undefined) joinFaults(ctx, interveningOf(operator, operator.cluster));
        return { ...operator, apps: operator.apps.with(pod, { workload, pod, labels, process }) };
      }
    }
  },
};

function interveningOf({ faults, meshIntervenes }: Operator, cluster: Cluster): Intervening {
  return { cluster, faults, meshIntervenes };
}

export function createOperator(
  ctx: Context,
  sources: ProgramSources,
  meshIntervenes: Intervening['meshIntervenes'],
): OperatorId {
  return ctx.create(operatorType, 'operator', {
    cluster: undefined,
    sources,
    applied: PersistentMap.empty<Applied>(),
    apps: PersistentMap.empty<RunningApp>(),
    outside: undefined,
    faults: new Map(),
    meshIntervenes,
  });
}

function tellApi(ctx: Context, operator: Operator, message: ApiMessage): void {
  if (operator.cluster !== undefined) ctx.tell(operator.cluster.apiServer, message);
}

/** So many objects an input names; more are named by their files. */
const SUBJECTS_MAX = 3;

// Namespaces first, then what others refer to: the order in which `kubectl apply -f` of a good chart lists them.
const applyFirst: readonly string[] = [
  'Namespace',
  'CustomResourceDefinition',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'Service',
];

function apply(ctx: Context, operator: Operator, message: Extract<OperatorMessage, { type: 'apply' }>): Operator {
  const { set } = message;
  const resources = message.resources.filter((resource) => set === 'files' || !isThereAlready(operator, resource));
  const changed = resources.filter(
    (resource) => operator.applied.get(identityOf(resource))?.resource.object !== resource.object,
  );
  const gone = goneFrom(operator, message);
  const created = changed.filter((resource) => operator.applied.get(identityOf(resource)) === undefined).length;
  const counts = [
    [created, 'created'],
    [changed.length - created, 'configured'],
    [resources.length - changed.length, 'unchanged'],
    [gone.length, 'deleted'],
  ] as const;
  const detail = counts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : [])).join(', ');
  recordCause(ctx, 'input', { action: 'apply', subject: subjectOf([...changed, ...gone], message.title), detail });
  let { applied } = operator;
  for (const resource of gone) {
    applied = applied.without(identityOf(resource));
    tellApi(ctx, operator, { type: 'delete', ref: refOf(resource), actor: 'kubectl' });
  }
  const place = (resource: Resource): number => {
    const at = applyFirst.indexOf(resource.kind);
    return at < 0 ? applyFirst.length : at;
  };
  const ordered = changed
    .map((resource, index) => ({ resource, index }))
    .sort((a, b) => place(a.resource) - place(b.resource) || a.index - b.index);
  for (const { resource } of ordered) {
    applied = applied.with(identityOf(resource), { resource, set });
    tellApi(ctx, operator, { type: 'apply', resource, actor: 'kubectl', revision: message.revision });
  }
  const all = applied.values().map(({ resource }) => resource);
  return { ...operator, applied, sources: { ...operator.sources, ...sourcesOf(all) } };
}

/** A namespace that a file takes for granted says nothing of one that somebody declared. */
function isThereAlready({ applied }: Operator, resource: Resource): boolean {
  if (resource.source.path !== impliedNamespaces) return false;
  const known = applied.get(identityOf(resource))?.resource;
  return known !== undefined && known.source.path !== impliedNamespaces;
}

/** The objects that an apply is about, while they are few; else the files. */
function subjectOf(resources: readonly Resource[], title: string): string {
  if (resources.length === 0 || resources.length > SUBJECTS_MAX) return title;
  return resources.map(refOf).map(nameOf).join(', ');
}

function nameOf({ kind, namespace, name }: ResourceRef): string {
  return `${kind} ${namespace === '' ? name : `${namespace}/${name}`}`;
}

/** What was in the person's files and is in none of them any more: deleted, as by `kubectl apply --prune`. */
function goneFrom(
  { applied }: Operator,
  { resources, set, incomplete }: Extract<OperatorMessage, { type: 'apply' }>,
): readonly Resource[] {
  if (set !== 'files') return [];
  const present = new Set(resources.map(identityOf));
  return applied
    .values()
    .filter(({ resource, set: own }) => own === 'files' && !incomplete.includes(resource.source.path))
    .map(({ resource }) => resource)
    .filter((resource) => !present.has(identityOf(resource)));
}

/** What programs are inferred from, of what is applied. */
function sourcesOf(resources: readonly Resource[]): Pick<ProgramSources, 'services' | 'annotations' | 'secrets'> {
  const services = resources.filter((resource): resource is ResourceOf<'Service'> => isKind(resource, 'Service'));
  const workloads = resources.filter((resource) =>
    ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicaSet', 'Pod'].includes(resource.kind),
  );
  const secrets = resources.flatMap((resource) => {
    const credential = isKind(resource, 'Secret') ? certificateOf(resource) : undefined;
    return credential === undefined
      ? []
      : [[`${resource.metadata.namespace}/${resource.metadata.name}`, credential] as const];
  });
  return {
    services,
    secrets: new Map(secrets),
    annotations: new Map(
      workloads.map((resource) => [
        `${resource.metadata.namespace}/${resource.metadata.name}`,
        resource.metadata.annotations,
      ]),
    ),
  };
}

/** The apps that `from` names, in order of their pods' names. */
function appsOf(operator: Operator, from: string): readonly RunningApp[] {
  const separator = from.indexOf('/');
  const namespace = separator < 0 ? 'default' : from.slice(0, separator);
  const name = from.slice(separator + 1);
  const key = `${namespace}/${name}`;
  const all = operator.apps.values();
  const exact = all.filter((app) => app.workload === key || app.pod === key);
  return exact.length > 0
    ? exact
    : all.filter((app) => app.pod.startsWith(`${namespace}/`) && app.labels['app'] === name);
}

function ask(ctx: Context, operator: Operator, message: Extract<OperatorMessage, { type: 'ask' }>): Operator {
  const { from, target, method, headers, manner = plainManner, tag, sequence, count } = message;
  if (sequence === 0)
    recordCause(ctx, 'input', { action: 'request', subject: from, detail: `${target.url} x${count}` });
  if (sequence + 1 < count) ctx.schedule(askInterval, ctx.self as OperatorId, { ...message, sequence: sequence + 1 });
  if (from === outside && operator.cluster !== undefined) {
    const client = operator.outside ?? createOutsideClient(ctx, operator.cluster.apiServer);
    ctx.tell(client, { type: 'ask', target, method, headers, manner, tag, sequence });
    return { ...operator, outside: client };
  }
  const living = appsOf(operator, from).filter((app) => ctx.read(appType, app.process)?.phase === 'running');
  const app = living[sequence % Math.max(1, living.length)];
  if (app !== undefined) {
    ctx.tell(app.process, { type: 'ask', target, method, headers, manner, tag, sequence });
    return operator;
  }
  const nobody = ctx.self;
  ctx.cause = record(ctx, 'request', {
    process: nobody,
    netns: nobody,
    protocol: target.protocol,
    method,
    url: target.url,
    source: '',
    tag,
  });
  record(ctx, 'response', {
    request: ctx.cause,
    result: 'no such workload',
    status: 0,
    ok: false,
    latency: ZERO,
    detail: from,
  });
  return operator;
}
