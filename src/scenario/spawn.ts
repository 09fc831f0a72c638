// A container becomes a process: what runs in it is decided here, when the kubelet starts it.
import type { Context, EntityId } from '../kernel/index.ts';
import { assert } from '../kernel/index.ts';
import type { ProcessEvent, ProcessInfo } from '../host/index.ts';
import { appType } from '../host/index.ts';
import type { SpawnRequest } from '../kube/index.ts';
import type { MeshConfiguration, MeshSystem } from '../mesh/index.ts';
import { createIstiod, lateGatewayApi, servedBy } from '../mesh/index.ts';
import type { OperatorId } from './operator.ts';
import { operatorType } from './operator.ts';
import { programFor, workloadOf } from './programs.ts';

/** The world a container starts in. */
export interface SpawnPlace {
  readonly mesh: MeshConfiguration;
  readonly systems: readonly MeshSystem[];
  readonly operator: OperatorId;
}

/** The mesh's own process, istiod, or an application. */
export function spawn(ctx: Context, request: SpawnRequest, place: SpawnPlace): EntityId<ProcessEvent> {
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
      ...servedBy(pod.resource, mesh),
      compilers: systems.flatMap((system) => system.compilers),
      gatewayApi: lateGatewayApi,
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
