// The one function everybody calls: manifests + topology + traffic + seed + interventions -> a run with its trace.
// The page's worker, the command line, lessons and tests all stand on this; none of them knows more of the engine.
import type { Chooser, Context, EntityId, Input, Instant, Seed } from '../kernel/index.ts';
import { after, assert, instant, Kernel, millis, seconds, seed as toSeed } from '../kernel/index.ts';
import type { ProcessEvent, ProcessInfo } from '../host/index.ts';
import { appType, parseTarget } from '../host/index.ts';
import type { AdmissionWebhook, Cluster, ExecRequest, NodeSpec, SpawnRequest, StoredObject } from '../kube/index.ts';
import {
  apiServerType,
  columnsOf,
  explainKube,
  kubeMachines,
  kubePoints,
  manifestOf,
  setUpCluster,
} from '../kube/index.ts';
import type { Diagnostic, ManifestFile, Resource, ResourceRef } from '../manifests/index.ts';
import { isSameRef, parseManifests, refOf, toYaml } from '../manifests/index.ts';
import type { MeshConfiguration, MeshSystem } from '../mesh/index.ts';
import {
  controlPlaneMachines,
  createIstiod,
  defaultMeshConfiguration,
  documentType,
  istiodManifests,
  meshSystems,
} from '../mesh/index.ts';
import type { Explanation } from '../trace/index.ts';
import { timestampOf, Trace } from '../trace/index.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { impliedNamespaces, meshAskedFor, withNamespaces } from './enrol.ts';
import { wireFacts } from './facts.ts';
import { fidelityOf } from './fidelity.ts';
import type { InterventionSpec, ScenarioSpec } from './format.ts';
import { nodeCountOf, parseScenario } from './format.ts';
import { unusedPrograms } from './loose-ends.ts';
import type { Asking, OperatorId, OperatorMessage } from './operator.ts';
import { createOperator, operatorType } from './operator.ts';
import type { MeshMode, ObjectRow, RunInfo, ScenarioSource } from './port.ts';
import type { RunLimits, RunStop } from './limits.ts';
import { runLimits } from './limits.ts';
import type { ReadManifests } from './read-manifests.ts';
import { readManifests } from './read-manifests.ts';
import { programFor, workloadOf } from './programs.ts';
import type { Summary } from './summary.ts';
import { askTag, PodTally, summarise } from './summary.ts';

export interface RunOptions extends ScenarioSource {
  readonly istio?: string;
  readonly kubernetes?: string;
  readonly chooser?: Chooser;
  readonly keyframeEvery?: number;
  /** Default `runLimits`. */
  readonly limits?: Partial<RunLimits>;
}

/** Where a run ends when nobody says. */
const defaultDuration = seconds(30);
/** How long a cluster with its mesh may take to come up. */
const bringUpMax = seconds(120);
/** Occurrences between two looks at the limits. Counted from the start of the run, so that who calls how often changes nothing. */
const lookEvery = 1_000;
const zones: readonly string[] = ['a', 'b', 'c'];

interface Scripted {
  readonly at: number;
  readonly message: OperatorMessage;
}

export class Run {
  readonly trace: Trace;
  readonly info: RunInfo;
  readonly #kernel: Kernel<Trace>;
  readonly #operator: OperatorId;
  readonly #mesh: MeshMode | undefined;
  readonly #systems: readonly MeshSystem[];
  /** What is to happen by itself, in order of time: the scenario's interventions, and requests scheduled since. */
  #scripted: readonly Scripted[];
  readonly #pods = new PodTally();
  readonly #limits: RunLimits;
  readonly #nodes: number;
  /** Engine time at which the run's own time begins. */
  #epoch = 0;
  #revision = 1;
  #askings = 0;
  #stop: RunStop | undefined;
  /** What the last look saw: the clock, and how many occurrences it has stood still for. */
  #lastLook = { now: -1, still: 0 };

  constructor(options: RunOptions) {
    const { scenarioPath = 'scenario.yaml' } = options;
    const scenario = parseScenario({ path: scenarioPath, text: options.scenario });
    const isAmongManifests = options.manifests.some((file) => file.path === scenarioPath);
    const { spec } = scenario;
    this.#limits = { ...runLimits, ...options.limits };
    this.#nodes = nodeCountOf(spec);
    const parsed = this.#read(options.manifests);
    const given = parsed.resources;
    this.#mesh = options.mesh;
    const installed = options.mesh ?? spec.mesh ?? meshAskedFor(given);
    this.#systems = meshSystems.filter(
      (system) => installed === 'ambient' || (installed === 'sidecar' && system.id === 'istio-sidecar'),
    );
    const mesh = meshConfigurationOf(options, spec);
    const seed = toSeed(options.seed ?? spec.seed ?? 7);
    this.trace = new Trace();
    this.#kernel = newKernel(seed, this.trace, options);
    this.#operator = this.#setUp(spec, mesh, installed);
    this.#epoch = this.#bringUp();
    this.trace.beginAt(this.#epoch);
    this.#scripted = scriptOf(spec, (path) => {
      const files = (options.extras ?? []).filter((file) => file.path === path);
      return withNamespaces(this.#read(files).resources, this.#mesh);
    });
    const title = options.manifests.map((file) => file.path).join(' ');
    this.#input(0, {
      type: 'apply',
      resources: withNamespaces(given, this.#mesh),
      revision: 1,
      title,
      set: 'files',
      incomplete: incompletePaths(parsed.diagnostics),
    });
    for (const { at, message } of this.#scripted) this.#input(at, message);
    this.info = {
      seed,
      duration: spec.duration === undefined ? defaultDuration : (parseDuration(spec.duration) ?? defaultDuration),
      versions: mesh.versions,
      mesh: installed,
      files: options.manifests,
      diagnostics: [
        ...(isAmongManifests ? scenario.mistakes : scenario.diagnostics),
        ...unusedPrograms(scenario, given),
        ...parsed.diagnostics,
      ],
      notSimulated: notSimulated(given),
      fidelity: fidelityOf(this.#systems),
      facts: wireFacts,
      pins: spec.pins ?? {},
      machines: [
        ...kubeMachines,
        ...(installed === 'none' ? [] : controlPlaneMachines),
        ...this.#systems.flatMap(({ machines }) => machines),
      ],
      markers: (spec.markers ?? []).map((marker) => ({ at: parseDuration(marker.at) ?? 0, name: marker.name })),
    };
  }

  /** Virtual time simulated so far: microseconds since the manifests were applied to a cluster that was up. */
  get simulated(): number {
    return this.#kernel.now - this.#epoch;
  }
  /** Occurrences handled so far. */
  get handled(): number {
    return this.#kernel.handled;
  }
  get isSettled(): boolean {
    return this.#kernel.isSettled;
  }

  /** Why the run ends before its time, once it does. Going back to before that makes it whole again. */
  get stop(): RunStop | undefined {
    return this.#stop;
  }

  /** Simulates until `until`, at most `budget` occurrences; true when it got there, or as far as it will ever get. */
  advance(until: number, budget = Infinity): boolean {
    const kernel = this.#kernel;
    const end = kernel.handled + budget;
    while (this.#stop === undefined) {
      const pause = Math.min(end, kernel.handled - (kernel.handled % lookEvery) + lookEvery);
      if (kernel.run(this.#instant(until), pause - kernel.handled) !== 'budget') return true;
      if (kernel.handled % lookEvery === 0) this.#look();
      if (kernel.handled >= end) break;
    }
    return this.#stop !== undefined;
  }

  /** Holds the run against its limits. */
  #look(): void {
    const { now } = this.#kernel;
    const still = now === this.#lastLook.now ? this.#lastLook.still + lookEvery : 0;
    this.#lastLook = { now, still };
    const { records, occurrencesAtOneInstant } = this.#limits;
    const at = formatDuration(this.simulated);
    if (this.trace.length > records) this.#stop = { message: 'run-too-many-records', params: { at, limit: records } };
    else if (still >= occurrencesAtOneInstant)
      this.#stop = { message: 'run-stands-still', params: { at, limit: occurrencesAtOneInstant } };
  }

  /** Forgets why it stopped: the run goes back to before that. */
  #unstop(): void {
    this.#stop = undefined;
    this.#lastLook = { now: -1, still: 0 };
  }

  /** Simulates until only periodic occurrences are pending, at most 60 simulated seconds on. */
  settle(): boolean {
    return this.#kernel.settle(after(this.#kernel.now, seconds(60))) === 'settled';
  }

  /**
   * Simulates until every pod is ready and the control plane has told everybody (nothing of ranks control and lifecycle is
   * pending but periodic things). Returns that instant, or undefined when `limit` came first.
   */
  advanceUntilReady(limit: number): number | undefined {
    while (this.simulated < limit && this.#stop === undefined) {
      this.advance(Math.min(limit, this.simulated + millis(100)));
      if (this.#isReady()) return this.simulated;
    }
    return undefined;
  }

  #isReady(): boolean {
    const { ready, total } = this.#pods.count(this.trace);
    return ready === total && !this.#kernel.pending().some((item) => !item.periodic && item.rank <= 1);
  }

  /** Lets the cluster and the mesh come up before anybody applies anything; returns when they are ready, engine time. */
  #bringUp(): number {
    while (this.#kernel.now < bringUpMax) {
      this.#kernel.run(after(this.#kernel.now, millis(100)));
      if (this.#isReady()) break;
    }
    // A cluster at rest: kube-proxy's minimum interval and the like are over.
    this.#kernel.run(after(this.#kernel.now, seconds(2)));
    return this.#kernel.now;
  }

  /** Engine time of a time since the manifests were applied. */
  #instant(at: number): Instant {
    return instant(this.#epoch + at);
  }

  /** Goes to `at`: the nearest keyframe and replay. Later records are forgotten until simulated again. */
  seek(at: number): void {
    // The present instant may never end: it goes on within the limits, as the future does.
    if (at >= this.simulated) {
      this.advance(at);
      return;
    }
    this.#unstop();
    this.#kernel.seek(this.#instant(at));
  }

  /**
   * kubectl apply at `at`: the past stays, the future is open. The manifests are all there are: what earlier ones brought and
   * these do not is deleted, unless its file cannot be read whole. Returns what is wrong with the manifests.
   */
  apply(at: number, manifests: readonly ManifestFile[]): readonly Diagnostic[] {
    const parsed = this.#read(manifests);
    this.#revision += 1;
    const title = manifests.map((file) => file.path).join(' ');
    this.#fork(at, {
      type: 'apply',
      resources: withNamespaces(parsed.resources, this.#mesh),
      revision: this.#revision,
      title,
      set: 'files',
      incomplete: incompletePaths(parsed.diagnostics),
    });
    return parsed.diagnostics;
  }

  /** Kills a pod (`namespace/pod`, or one of a workload's) at `at`: SIGKILL, the object gone at once. */
  kill(at: number, workload: string): void {
    this.#fork(at, { type: 'kill', workload });
  }

  /** Sends requests from `at` on. */
  ask(at: number, asking: Omit<Asking, 'tag'>): void {
    this.#askings += 1;
    this.#fork(at, { type: 'ask', sequence: 0, ...asking, tag: `${askTag}${this.#askings}` });
  }

  /** Adds requests from `at` on, not earlier than now, to what happens by itself: for the command line. */
  schedule(at: number, asking: Omit<Asking, 'tag'>): void {
    this.#askings += 1;
    const message: OperatorMessage = { type: 'ask', sequence: 0, ...asking, tag: `${askTag}${this.#askings}` };
    this.#scripted = inTimeOrder([...this.#scripted, { at, message }]);
    const fresh: Input = { at: this.#instant(at), to: this.#operator, message };
    const pending = [...this.#kernel.forgetFuture(), fresh].toSorted((a, b) => a.at - b.at);
    for (const input of pending) this.#kernel.input(input.at, this.#operator, input.message as OperatorMessage); // every input is the operator's
  }

  /** Why a decision came out as it did; undefined when the record is no decision or its configuration is gone. */
  explain(id: number): Explanation | undefined {
    const record = this.trace.get(id);
    if (record.kind !== 'decision') return undefined;
    if (kubePoints.includes(record.point)) return explainKube(record.point, record.input, record.chosen);
    const system = this.#systems.find(({ points }) => points.includes(record.point));
    // An entity number, kept as a count; -1 where no configuration stands behind the decision.
    const document =
      record.configuration < 0 ? undefined : this.#kernel.read(documentType, record.configuration as never);
    const content = document?.kind === 'configuration' ? document.content : undefined;
    return system?.explain(record.point, record.input, content);
  }

  /** What `kubectl get` would list at `at` (not later than now), in the order of kinds and names. */
  objectsAt(at: number): readonly ObjectRow[] {
    const rows = this.#inThePast(at, () => this.#stored()).map((object): ObjectRow => {
      const { resource, createdAt } = object;
      const { apiVersion } = resource;
      return {
        ref: refOf(resource),
        apiVersion,
        createdAt: this.trace.traceTime(createdAt),
        columns: columnsOf(object),
      };
    });
    const keyOf = ({ ref }: ObjectRow): string => `${ref.kind}/${ref.namespace}/${ref.name}`;
    return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }

  /** An object at `at` (not later than now) as `kubectl get -o yaml` prints it; undefined when it is not there. */
  objectAt(at: number, ref: ResourceRef): string | undefined {
    const object = this.#inThePast(at, () => this.#stored()).find(({ resource }) => isSameRef(refOf(resource), ref));
    return object === undefined
      ? undefined
      : toYaml(manifestOf(object, (time) => timestampOf(this.trace.traceTime(time))));
  }

  #stored(): readonly StoredObject[] {
    const [server] = this.#kernel.all(apiServerType);
    return server?.[1].objects.byKey.values() ?? [];
  }

  #inThePast<T>(at: number, look: () => T): T {
    return at < this.simulated ? this.#kernel.lookBack(this.#instant(at), look) : look();
  }

  summary(): Summary {
    return summarise(this.trace, this.simulated, this.info.notSimulated);
  }

  #input(at: number, message: OperatorMessage): void {
    this.#kernel.input(this.#instant(at), this.#operator, message);
  }

  /** Something new happens at `at`: what was done later is forgotten, what the scenario does later still happens. */
  #fork(at: number, message: OperatorMessage): void {
    this.seek(at);
    // A run that was stopped on the way goes on from where it stands.
    const here = Math.min(at, this.simulated);
    this.#unstop();
    this.#kernel.forgetFuture();
    this.#input(here, message);
    for (const later of this.#scripted) if (later.at > here) this.#input(later.at, later.message);
  }

  #read(manifests: readonly ManifestFile[]): ReadManifests {
    return readManifests(manifests, { nodes: this.#nodes, pods: this.#limits.pods });
  }

  #setUp(spec: ScenarioSpec, mesh: MeshConfiguration, installed: MeshMode): OperatorId {
    const systems = this.#systems;
    return this.#kernel.setUp((ctx) => {
      const operator = createOperator(ctx, { programs: spec.programs ?? [], services: [], annotations: new Map() });
      const wiring = {
        spawn: (context: Context, request: SpawnRequest) => spawn(context, request, { mesh, systems, operator }),
        exec: (context: Context, request: ExecRequest) =>
          systems.some((system) => system.exec?.(context, request) ?? false),
        webhooks: systems.flatMap((system): readonly AdmissionWebhook[] => system.webhooks(mesh)),
      };
      const cluster: Cluster = setUpCluster(ctx, {
        nodes: nodesOf(spec, mesh.versions.kubernetes),
        domain: mesh.domain,
        wiring,
      });
      ctx.tell(operator, { type: 'cluster', cluster });
      if (installed !== 'none') {
        const files = [istiodManifests(mesh), ...systems.flatMap((system) => system.install(mesh))];
        const { resources } = parseManifests(files);
        const title = 'istio';
        ctx.tell(operator, { type: 'apply', resources, revision: 0, title, set: 'installation', incomplete: [] });
      }
      return operator;
    });
  }
}

/** Files of which a document is broken or rejected, and what stands for namespaces nobody declares. */
function incompletePaths(diagnostics: readonly Diagnostic[]): readonly string[] {
  const broken = diagnostics.filter(({ severity }) => severity === 'error').map(({ path }) => path);
  return [impliedNamespaces, ...new Set(broken)];
}

function newKernel(seed: Seed, trace: Trace, options: RunOptions): Kernel<Trace> {
  const kernel = new Kernel({
    seed,
    sink: trace,
    ...(options.chooser === undefined ? {} : { chooser: options.chooser }),
    ...(options.keyframeEvery === undefined ? {} : { keyframeEvery: options.keyframeEvery }),
  });
  trace.bindEntities(
    () => kernel.entityCount(),
    () => kernel.entities(),
  );
  return kernel;
}

interface SpawnPlace {
  readonly mesh: MeshConfiguration;
  readonly systems: readonly MeshSystem[];
  readonly operator: OperatorId;
}

/** A container becomes a process: the mesh's own, istiod, or an application. */
function spawn(ctx: Context, request: SpawnRequest, place: SpawnPlace): EntityId<ProcessEvent> {
  const { mesh, systems, operator } = place;
  const state = ctx.read(operatorType, operator);
  assert(state?.cluster !== undefined, 'the operator knows its cluster before a container starts');
  const { apiServer } = state.cluster;
  for (const system of systems) {
    const process = system.spawn(ctx, request, { mesh, apiServer });
    if (process !== undefined) return process;
  }
  const { pod, container, netns, parent, path, role } = request;
  const { namespace, name, labels } = pod.resource.metadata;
  const uid = container.securityContext?.runAsUser ?? pod.resource.spec.securityContext.runAsUser ?? 0;
  const info: ProcessInfo = { program: container.name, netns, parent, uid };
  if (namespace === mesh.meshConfig.rootNamespace && container.name === 'discovery') {
    return createIstiod(ctx, path, {
      info: { ...info, program: 'istiod' },
      apiServer,
      mesh,
      compilers: systems.flatMap((system) => system.compilers),
    });
  }
  const program = programFor(request, state.sources);
  const app = ctx.create(appType, path, {
    info,
    program,
    phase: 'booting',
    clients: [],
    made: [],
    answered: 0,
    failed: 0,
  });
  const isFirst =
    role === 'app' &&
    pod.resource.spec.containers.find((other) => other.name !== 'istio-proxy')?.name === container.name;
  if (isFirst)
    ctx.tell(operator, {
      type: 'spawned',
      workload: workloadOf(request),
      pod: `${namespace}/${name}`,
      labels,
      process: app,
    });
  return app;
}

function meshConfigurationOf(options: RunOptions, spec: ScenarioSpec): MeshConfiguration {
  const base = defaultMeshConfiguration;
  const istio = options.istio ?? spec.versions?.istio ?? base.versions.istio;
  const kubernetes = options.kubernetes ?? spec.versions?.kubernetes ?? base.versions.kubernetes;
  return {
    ...base,
    versions: { ...base.versions, istio, kubernetes },
    meshConfig: { ...base.meshConfig, ...definedOnly(spec.meshConfig ?? {}) },
    istiod: { ...base.istiod, ...definedOnly(spec.istiod ?? {}) },
  };
}

/** Without the fields that are undefined: a spread must not overwrite a default with nothing. */
function definedOnly<T extends object>(fields: T): { readonly [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    readonly [K in keyof T]: Exclude<T[K], undefined>;
  }; // the entries of T itself
}

function nodesOf(spec: ScenarioSpec, kubernetes: string): readonly NodeSpec[] {
  const stated: NonNullable<ScenarioSpec['nodes']> =
    spec.nodes ?? Array.from({ length: nodeCountOf(spec) }, (_, index) => ({ name: `node-${index + 1}` }));
  return stated.map(({ name, zone, region = 'region-1', kubelet = kubernetes }, index) => ({
    name,
    zone: zone ?? zones[index % zones.length] ?? 'a',
    region,
    kubelet,
  }));
}

/** The scenario's own interventions and markers, in order of time. */
function scriptOf(spec: ScenarioSpec, read: (path: string) => readonly Resource[]): readonly Scripted[] {
  const scripted: Scripted[] = [];
  let revision = 1;
  for (const intervention of spec.interventions ?? []) {
    const at = parseDuration(intervention.at) ?? 0;
    if ('apply' in intervention) revision += 1;
    const message = messageOf(intervention, revision, read);
    if (message !== undefined) scripted.push({ at, message });
  }
  for (const marker of spec.markers ?? [])
    scripted.push({ at: parseDuration(marker.at) ?? 0, message: { type: 'marker', name: marker.name } });
  return inTimeOrder(scripted);
}

/** In order of time; what was first among equals stays first. */
function inTimeOrder(items: readonly Scripted[]): readonly Scripted[] {
  return items.toSorted((a, b) => a.at - b.at);
}

function messageOf(
  intervention: InterventionSpec,
  revision: number,
  read: (path: string) => readonly Resource[],
): OperatorMessage | undefined {
  if ('kill' in intervention) return { type: 'kill', workload: intervention.kill };
  if ('delete' in intervention) {
    const [kind = '', namespace = '', name = ''] = intervention.delete.split('/');
    return { type: 'delete', ref: { kind, namespace, name } };
  }
  if ('apply' in intervention) {
    const title = intervention.apply;
    return { type: 'apply', resources: read(title), revision, title, set: 'script', incomplete: [] };
  }
  const { from, to, count = 1, method = 'GET', headers = {} } = intervention.request;
  const target = parseTarget(to);
  if (target === undefined) return undefined;
  return {
    type: 'ask',
    sequence: 0,
    from,
    target,
    count,
    method,
    headers: Object.entries(headers),
    tag: `${askTag}scenario-${intervention.at}`,
  };
}

function notSimulated(resources: readonly Resource[]): readonly string[] {
  return resources
    .filter((resource) => resource.support !== 'simulated')
    .map(({ kind, metadata }) =>
      metadata.namespace === '' ? `${kind} ${metadata.name}` : `${kind} ${metadata.namespace}/${metadata.name}`,
    );
}
