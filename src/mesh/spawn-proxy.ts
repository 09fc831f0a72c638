// From a container that runs pilot-agent to the Envoy in it. Its arguments say which role it plays.
import type { Context, EntityId } from '../kernel/index.ts';
import type { ProcessEvent } from '../host/index.ts';
import { netnsType } from '../host/index.ts';
import type { SpawnRequest } from '../kube/index.ts';
import type { MeshConfiguration } from './config/index.ts';
import { terminationDrainDefault } from './envoy/index.ts';
import { envoys } from './envoy-parts.ts';
import { probersOf, proxyConfigOf, proxyContainerName } from './injection/index.ts';
import { microsOf } from './routing/index.ts';
import { proxyUid } from './xds/index.ts';

const argument = { sidecar: 'sidecar', gateway: 'router' } as const;

/** Undefined: the container is no proxy of that role. */
export function spawnProxy(
  ctx: Context,
  { pod, container, node, netns, parent, path, role }: SpawnRequest,
  mesh: MeshConfiguration,
  proxy: keyof typeof argument,
): EntityId<ProcessEvent> | undefined {
  if (container.name !== proxyContainerName || container.args?.[1] !== argument[proxy]) return undefined;
  const { namespace, name, labels, annotations } = pod.resource.metadata;
  const { terminationDrainDuration = '' } = proxyConfigOf(annotations, mesh.meshConfig);
  return envoys().createProxy(ctx, path, {
    info: { program: 'envoy', netns, parent, uid: proxyUid },
    mesh,
    node: {
      proxy,
      namespace,
      pod: name,
      address: ctx.read(netnsType, netns)?.addresses[0] ?? '',
      node: node.name,
      serviceAccount: pod.resource.spec.serviceAccountName ?? 'default',
      labels,
    },
    probers: probersOf(pod.resource),
    isNative: role === 'sidecar',
    drain: microsOf(terminationDrainDuration) ?? terminationDrainDefault,
  });
}
