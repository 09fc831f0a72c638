// A small cluster for tests: nodes, a `spawn` that gives simple processes, and short ways to ask what happened.
import type { Chooser, Context, EntityId, EntityType, Instant } from '../../../src/kernel/index.ts';
import { delayFact, GONE, instant, Kernel, millis, seconds, seed } from '../../../src/kernel/index.ts';
import type { ProcessEvent, ProcessInfo } from '../../../src/host/index.ts';
import { endProcess, listen, send } from '../../../src/host/index.ts';
import type {
  AdmissionWebhook,
  CniRequest,
  Cluster,
  ClusterWiring,
  SpawnRequest,
  StoredObject,
} from '../../../src/kube/index.ts';
import { apiServerType, inApplyOrder, setUpCluster } from '../../../src/kube/index.ts';
import type { Resource } from '../../../src/manifests/index.ts';
import { readRequest, responseMessage } from '../../../src/net/index.ts';
import type { RecordKind, TraceRecord } from '../../../src/trace/index.ts';
import { record, Trace } from '../../../src/trace/index.ts';
import '../provide-envoys.ts';

/** What a container's process does. */
export interface Behaviour {
  /** Milliseconds until it listens; default 100. */
  readonly boot?: number;
  /** Exits by itself this many milliseconds after its start. */
  readonly exitAfter?: number;
  readonly code?: number;
  /** HTTP status of its answers, from the given millisecond on; before that 503. */
  readonly healthyAfter?: number;
  /** And 503 again from here on. */
  readonly healthyUntil?: number;
  /** Ignores SIGTERM. */
  readonly isStubborn?: boolean;
  /** Milliseconds from SIGTERM to exit; default 10. */
  readonly exitDelay?: number;
}

interface TestProcess {
  readonly info: ProcessInfo;
  readonly ports: readonly number[];
  readonly behaviour: Behaviour;
  readonly since: Instant;
}
type TestMessage = ProcessEvent | { readonly type: 'booted' } | { readonly type: 'exit'; readonly code: number };

const wait = (ms: number) => delayFact({ name: 'test.wait', min: millis(ms), max: millis(ms), source: 'test' });

export const testProcessType: EntityType<TestProcess, TestMessage> = {
  name: 'test.process',
  handle(process, message, ctx) {
    const self = ctx.self as EntityId<TestMessage>;
    const { behaviour, info } = process;
    switch (message.type) {
      case 'start':
        record(ctx, 'process', {
          process: ctx.self,
          netns: info.netns,
          program: info.program,
          event: 'started',
          detail: '',
        });
        ctx.schedule(wait(behaviour.boot ?? 100), self, { type: 'booted' });
        if (behaviour.exitAfter !== undefined)
          ctx.schedule(wait(behaviour.exitAfter), self, { type: 'exit', code: behaviour.code ?? 0 });
        return { ...process, since: ctx.now };
      case 'booted':
        for (const port of process.ports) listen(ctx, info.netns, port, self);
        return process;
      case 'received': {
        const request = readRequest(message.message);
        if (request !== undefined)
          send(
            ctx,
            message.socket,
            responseMessage(request.version, { status: statusOf(process, ctx.now), headers: [] }),
          );
        return process;
      }
      case 'signal':
        if (message.signal === 'KILL') return exit(ctx, process, 137);
        if (behaviour.isStubborn === true) return process;
        ctx.schedule(wait(behaviour.exitDelay ?? 10), self, { type: 'exit', code: 143 });
        return process;
      case 'exit':
        return exit(ctx, process, message.code);
      default:
        return process;
    }
  },
};

function statusOf({ behaviour, since }: TestProcess, now: Instant): number {
  const ranFor = now - since;
  if (ranFor < millis(behaviour.healthyAfter ?? 0)) return 503;
  return behaviour.healthyUntil !== undefined && ranFor >= millis(behaviour.healthyUntil) ? 503 : 200;
}

function exit(ctx: Context, process: TestProcess, code: number): typeof GONE {
  endProcess(ctx, process.info, code);
  return GONE;
}

/** A CNI agent that refuses the first few pods. Its calls are markers in the trace. */
interface CniAgent {
  readonly errors: number;
  /** Never answers. */
  readonly isSilent?: boolean;
}
export const cniAgentType: EntityType<CniAgent, CniRequest> = {
  name: 'test.cni-agent',
  keys: () => ['cni'],
  handle(agent, message, ctx) {
    record(ctx, 'marker', { name: `${message.type} ${message.pod.resource.metadata.name}` });
    if (message.type === 'cni-del' || agent.isSilent === true) return agent;
    ctx.schedule(wait(50), message.reply, {
      type: 'cni-done',
      error: agent.errors > 0 ? 'no space left on device' : undefined,
    });
    return { ...agent, errors: agent.errors - 1 };
  },
};

export interface World {
  readonly kernel: Kernel<Trace>;
  readonly trace: Trace;
  readonly cluster: Cluster;
}

export interface WorldOptions {
  readonly nodes?: number;
  /** Version of every kubelet. Default 1.34.0. */
  readonly kubelet?: string;
  /** What each node has; default: what never runs out. */
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly seed?: number;
  readonly chooser?: Chooser;
  /** Begin at t=0, before anything has settled; default: after five seconds at most. */
  readonly begins?: 'raw';
  /** Applied before anything runs. */
  readonly manifests?: readonly Resource[];
  /** By container name; `name#2` is its third run. */
  readonly behaviours?: Readonly<Record<string, Behaviour>> | undefined;
  readonly webhooks?: readonly AdmissionWebhook[];
  readonly exec?: ClusterWiring['exec'];
  /** Makes what a test adds to the world; anything that runs must be there from the start. */
  readonly setUp?: (ctx: Context, cluster: Cluster) => void;
  /** Installs a CNI plugin on every node. */
  readonly cni?: CniAgent;
}

/** A cluster that has settled: system namespaces are furnished, watches are open. */
export function world(options: WorldOptions = {}): World {
  const trace = new Trace();
  const { chooser } = options;
  const kernel = new Kernel<Trace>({
    seed: seed(options.seed ?? 1),
    sink: trace,
    ...(chooser === undefined ? {} : { chooser }),
  });
  const nodes = Array.from({ length: options.nodes ?? 3 }, (_, index) => ({
    name: `node-${index + 1}`,
    zone: `zone-${'abc'.charAt(index % 3)}`,
    region: 'region-1',
    kubelet: options.kubelet ?? '1.34.0',
    ...(options.allocatable === undefined ? {} : { allocatable: options.allocatable }),
  }));
  const spawn = (ctx: Context, request: SpawnRequest): EntityId<ProcessEvent> => {
    const { container, netns, parent, path, restarts } = request;
    const behaviour =
      options.behaviours?.[`${container.name}#${restarts}`] ?? options.behaviours?.[container.name] ?? {};
    const ports = (container.ports ?? []).map((port) => port.containerPort);
    const info = { program: container.name, netns, parent, uid: 0 };
    return ctx.create(testProcessType, path, { info, ports, behaviour, since: ctx.now });
  };
  const wiring = {
    spawn,
    webhooks: options.webhooks ?? [],
    ...(options.exec === undefined ? {} : { exec: options.exec }),
  };
  const cluster = kernel.setUp((ctx) => {
    const made = setUpCluster(ctx, { nodes, domain: 'cluster.local', wiring });
    const { cni } = options;
    if (cni !== undefined) {
      for (const { name, kubelet } of made.nodes)
        ctx.tell(kubelet, {
          type: 'cni-plugin',
          agent: ctx.create(cniAgentType, `node/${name}/test-cni`, cni),
          installed: true,
        });
    }
    for (const resource of options.manifests ?? [])
      ctx.tell(made.apiServer, { type: 'apply', resource, actor: 'kubectl', revision: 1 });
    options.setUp?.(ctx, made);
    return made;
  });
  trace.bindEntities(
    () => kernel.entityCount(),
    () => kernel.entities(),
  );
  if (options.begins !== 'raw') kernel.settle(at(5));
  return { kernel, trace, cluster };
}

function at(count: number): Instant {
  return instant(count * 1_000_000);
}

/** kubectl apply, now. */
export function apply({ kernel, cluster }: World, resources: readonly Resource[], revision = 1): void {
  for (const resource of inApplyOrder(resources))
    kernel.input(kernel.now, cluster.apiServer, { type: 'apply', resource, actor: 'kubectl', revision });
}

/** kubectl delete, now. */
export function remove({ kernel, cluster }: World, kind: string, namespace: string, name: string): void {
  kernel.input(kernel.now, cluster.apiServer, { type: 'delete', ref: { kind, namespace, name }, actor: 'kubectl' });
}

/** Runs for some seconds more. */
export function runFor({ kernel }: World, count: number): void {
  kernel.run(instant(kernel.now + seconds(count)));
}

export function objects({ kernel, cluster }: World, kind: string, namespace = 'default'): readonly StoredObject[] {
  const all = kernel.read(apiServerType, cluster.apiServer)?.objects.byKey.values() ?? [];
  return all.filter(({ resource }) => resource.kind === kind && resource.metadata.namespace === namespace);
}

export function names(world_: World, kind: string, namespace = 'default'): readonly string[] {
  return objects(world_, kind, namespace).map(({ resource }) => resource.metadata.name);
}

/** `name phase ready` of each pod. */
export function pods(world_: World, namespace = 'default'): readonly string[] {
  return objects(world_, 'Pod', namespace).map(({ resource, status }) => {
    if (status?.kind !== 'Pod') return `${resource.metadata.name} -`;
    return `${resource.metadata.name} ${status.phase}${status.conditions.ready ? ' ready' : ''}`;
  });
}

export function records<K extends RecordKind>({ trace }: World, kind: K, first = 0): readonly TraceRecord<K>[] {
  return [...trace.select([kind], first)];
}

/** Program names in the order their processes were started (or another event of theirs). */
export function processes(world_: World, event: string): readonly string[] {
  return records(world_, 'process')
    .filter((item) => item.event === event)
    .map((item) => item.program);
}

/** Calls of the CNI plugin, in order. */
export function cniCalls(world_: World): readonly string[] {
  return records(world_, 'marker').map((item) => item.name);
}
