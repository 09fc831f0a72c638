// From a container that runs pilot-agent to the Envoy in it. Its arguments say which role it plays.
import type { Context, EntityId } from '../kernel/index.ts';
import type { ProcessEvent } from '../host/index.ts';
import type { SpawnRequest } from '../kube/index.ts';
import type { MeshConfiguration } from './config/index.ts';
import { envoys } from './envoy-parts.ts';
import { proxyContainerName } from './injection/index.ts';

const argument = { sidecar: 'sidecar', gateway: 'router', waypoint: 'waypoint' } as const;

/** Undefined: the container is no proxy of that role. */
export function spawnProxy(
  ctx: Context,
  request: SpawnRequest,
  mesh: MeshConfiguration,
  proxy: keyof typeof argument,
): EntityId<ProcessEvent> | undefined {
  const { name, args } = request.container;
  if (name !== proxyContainerName || args?.[1] !== argument[proxy]) return undefined;
  return envoys().beginProxy(ctx, request, mesh, proxy);
}
