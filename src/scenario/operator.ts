// The person at the keyboard, as an entity: what is applied, killed, asked. Every input of a run goes through it, so that each is
// an occurrence others name as their cause.
import type { Context, EntityId, EntityType } from '../kernel/index.ts';
import { delayFact, millis, PersistentMap, rank, ZERO } from '../kernel/index.ts';
import type { AppMessage, Target } from '../host/index.ts';
import { appType } from '../host/index.ts';
import type { ApiMessage, Cluster } from '../kube/index.ts';
import type { Resource, ResourceOf, ResourceRef } from '../manifests/index.ts';
import { identityOf, isKind } from '../manifests/index.ts';
import { record, recordCause } from '../trace/index.ts';
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
  /** `namespace/workload`, or a pod's name, or the value of its `app` label. */
  readonly from: string;
  readonly target: Target;
  readonly count: number;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  /** Distinguishes askings in the records. */
  readonly tag: string;
}

export interface Operator {
  readonly cluster: Cluster | undefined;
  readonly sources: ProgramSources;
  /** What was applied last, by identity. */
  readonly applied: PersistentMap<Resource>;
  readonly apps: PersistentMap<RunningApp>;
}

export type OperatorMessage =
  | { readonly type: 'cluster'; readonly cluster: Cluster }
  | {
      readonly type: 'apply';
      readonly resources: readonly Resource[];
      readonly revision: number;
      readonly title: string;
    }
  | { readonly type: 'delete'; readonly ref: ResourceRef }
  | { readonly type: 'kill'; readonly workload: string }
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
        const { kind, namespace, name } = message.ref;
        recordCause(ctx, 'input', { action: 'delete', subject: `${kind} ${namespace}/${name}`, detail: '' });
        tellApi(ctx, operator, { type: 'delete', ref: message.ref, actor: 'kubectl' });
        return operator;
      }
      case 'kill':
        kill(ctx, operator, message.workload);
        return operator;
      case 'ask':
        return ask(ctx, operator, message);
      case 'marker':
        record(ctx, 'marker', { name: message.name });
        return operator;
      case 'spawned': {
        const { workload, pod, labels, process } = message;
        return { ...operator, apps: operator.apps.with(pod, { workload, pod, labels, process }) };
      }
    }
  },
};

export function createOperator(ctx: Context, sources: ProgramSources): OperatorId {
  return ctx.create(operatorType, 'operator', {
    cluster: undefined,
    sources,
    applied: PersistentMap.empty<Resource>(),
    apps: PersistentMap.empty<RunningApp>(),
  });
}

function tellApi(ctx: Context, operator: Operator, message: ApiMessage): void {
  if (operator.cluster !== undefined) ctx.tell(operator.cluster.apiServer, message);
}

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
  const changed = message.resources.filter(
    (resource) => operator.applied.get(identityOf(resource))?.object !== resource.object,
  );
  recordCause(ctx, 'input', { action: 'apply', subject: message.title, detail: String(changed.length) });
  const place = (resource: Resource): number => {
    const at = applyFirst.indexOf(resource.kind);
    return at < 0 ? applyFirst.length : at;
  };
  const ordered = changed
    .map((resource, index) => ({ resource, index }))
    .sort((a, b) => place(a.resource) - place(b.resource) || a.index - b.index);
  let { applied } = operator;
  for (const { resource } of ordered) {
    applied = applied.with(identityOf(resource), resource);
    tellApi(ctx, operator, { type: 'apply', resource, actor: 'kubectl', revision: message.revision });
  }
  return { ...operator, applied, sources: { ...operator.sources, ...sourcesOf(applied.values()) } };
}

/** What programs are inferred from, of what is applied. */
function sourcesOf(resources: readonly Resource[]): Pick<ProgramSources, 'services' | 'annotations'> {
  const services = resources.filter((resource): resource is ResourceOf<'Service'> => isKind(resource, 'Service'));
  const workloads = resources.filter((resource) =>
    ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicaSet', 'Pod'].includes(resource.kind),
  );
  return {
    services,
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

function kill(ctx: Context, operator: Operator, workload: string): void {
  recordCause(ctx, 'input', { action: 'kill', subject: workload, detail: '' });
  const living = appsOf(operator, workload).find((app) => ctx.read(appType, app.process) !== undefined);
  const pod = living?.pod ?? workload;
  const separator = pod.indexOf('/');
  const ref = { kind: 'Pod', namespace: pod.slice(0, separator), name: pod.slice(separator + 1) };
  tellApi(ctx, operator, { type: 'delete', ref, actor: 'kubectl', gracePeriodSeconds: 0 });
}

function ask(ctx: Context, operator: Operator, message: Extract<OperatorMessage, { type: 'ask' }>): Operator {
  const { from, target, method, headers, tag, sequence, count } = message;
  if (sequence === 0)
    recordCause(ctx, 'input', { action: 'request', subject: from, detail: `${target.url} x${count}` });
  if (sequence + 1 < count) ctx.schedule(askInterval, ctx.self as OperatorId, { ...message, sequence: sequence + 1 });
  const living = appsOf(operator, from).filter((app) => ctx.read(appType, app.process)?.phase === 'running');
  const app = living[sequence % Math.max(1, living.length)];
  if (app !== undefined) {
    ctx.tell(app.process, { type: 'ask', target, method, headers, tag, sequence });
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
