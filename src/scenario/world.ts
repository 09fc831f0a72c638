// The world of a run: a kernel with its trace, in which a cluster and its mesh came up before anybody applied anything.
// How they come up depends on the installation, the seed and the order of ties alone, so runs that agree on these leave one
// world brought up once: a restart pays for its manifests only.
import type { Chooser, Context, Deviation, Luck, Seed } from '../kernel/index.ts';
import { after, Kernel, luckOf, millis, seconds } from '../kernel/index.ts';
import type { AdmissionWebhook, Cluster, ExecRequest, SpawnRequest } from '../kube/index.ts';
import { setUpCluster } from '../kube/index.ts';
import type { Resource } from '../manifests/index.ts';
import { parseManifests } from '../manifests/index.ts';
import { istiodManifests } from '../mesh/index.ts';
import { Trace } from '../trace/index.ts';
import { waypointManifest } from './enrol.ts';
import type { Installation } from './installation.ts';
import { systemsOf } from './installation.ts';
import type { OperatorId } from './operator.ts';
import { createOperator } from './operator.ts';
import { spawn } from './spawn.ts';
import { PodTally } from './summary.ts';

export interface World {
  readonly kernel: Kernel<Trace>;
  readonly trace: Trace;
  readonly operator: OperatorId;
  /** Engine time at which the run's own time begins. */
  readonly epoch: number;
}

/** How a world is simulated. */
export interface Engine {
  readonly seed: Seed;
  readonly chooser?: Chooser;
  readonly keyframeEvery?: number;
}

/** How long a cluster with its mesh may take to come up. */
const bringUpMax = seconds(120);

/** A world that goes its own way from where `world` stands, with the same luck if no other is given. */
export function forkWorld({ kernel, trace, operator, epoch }: World, luck?: Luck): World {
  const sink = trace.fork();
  const fork = kernel.fork(sink, luck);
  bindEntities(sink, fork);
  return { kernel: fork, trace: sink, operator, epoch };
}

/** A world whose cluster and mesh are up and at rest; from there on, these waits come out otherwise than drawn. */
export function worldOf(installation: Installation, luck: readonly Deviation[], engine: Engine): World {
  // An explorer decides how a cluster comes up, too.
  if (engine.chooser?.kind === 'explore') return bringUp(installation, engine);
  const key = JSON.stringify([installation, engine]);
  const known = remembered.get(key) ?? bringUp(installation, engine);
  remembered.delete(key);
  remembered.set(key, known);
  for (const oldest of remembered.keys()) if (remembered.size > rememberedMax) remembered.delete(oldest);
  return forkWorld(known, luck.length === 0 ? undefined : luckOf(luck));
}

/**
 * Worlds at rest, the one used last behind. What is in them is a pure function of the key: this can be seen in no answer, only in the
 * time it takes. One world is some hundred kilobytes.
 */
const remembered = new Map<string, World>();
const rememberedMax = 4;

function bringUp(installation: Installation, { seed, chooser, keyframeEvery }: Engine): World {
  const trace = new Trace();
  const kernel = new Kernel({
    seed,
    sink: trace,
    ...(chooser === undefined ? {} : { chooser }),
    ...(keyframeEvery === undefined ? {} : { keyframeEvery }),
  });
  bindEntities(trace, kernel);
  const operator = setUp(kernel, installation);
  const pods = new PodTally();
  while (kernel.now < bringUpMax) {
    kernel.run(after(kernel.now, millis(100)));
    if (isReady(kernel, pods)) break;
  }
  // A cluster at rest: kube-proxy's minimum interval and the like are over.
  kernel.run(after(kernel.now, seconds(2)));
  trace.beginAt(kernel.now);
  return { kernel, trace, operator, epoch: kernel.now };
}

/** Whether every pod is ready, and nothing of the control plane or of a life is pending but periodic things. */
export function isReady(kernel: Kernel<Trace>, pods: PodTally): boolean {
  const { ready, total } = pods.count(kernel.sink);
  return ready === total && !kernel.pending().some((item) => !item.periodic && item.rank <= 1);
}

function bindEntities(trace: Trace, kernel: Kernel<Trace>): void {
  trace.bindEntities(
    () => kernel.entityCount(),
    () => kernel.entities(),
  );
}

function setUp(kernel: Kernel<Trace>, installation: Installation): OperatorId {
  const { installed, mesh, nodes, programs, waypoints, loadBalancers } = installation;
  const systems = systemsOf(installed);
  return kernel.setUp((ctx) => {
    const sources = { programs, services: [], annotations: new Map(), secrets: new Map() };
    const operator = createOperator(ctx, sources, (context, intervention) =>
      systems.map((system) => system.intervene?.(context, intervention) ?? false).includes(true),
    );
    const wiring = {
      spawn: (context: Context, request: SpawnRequest) => spawn(context, request, { mesh, systems, operator }),
      exec: (context: Context, request: ExecRequest) =>
        systems.some((system) => system.exec?.(context, request) ?? false),
      ...(loadBalancers === undefined ? {} : { loadBalancers }),
      webhooks: systems.flatMap((system): readonly AdmissionWebhook[] => system.webhooks(mesh)),
      webhooksIn: (configuration: Resource) =>
        systems.flatMap((system) => system.webhooksIn?.(configuration, mesh) ?? []),
    };
    const cluster: Cluster = setUpCluster(ctx, { nodes, domain: mesh.domain, wiring });
    ctx.tell(operator, { type: 'cluster', cluster });
    if (installed !== 'none') {
      const files = [
        istiodManifests(mesh),
        ...systems.flatMap((system) => system.install(mesh)),
        ...waypoints.map(waypointManifest),
      ];
      const { resources } = parseManifests(files);
      const title = 'istio';
      ctx.tell(operator, { type: 'apply', resources, revision: 0, title, set: 'installation', incomplete: [] });
    }
    return operator;
  });
}
