// The Envoy of a container that runs pilot-agent: what its arguments, its environment and its pod's annotations make of it.
import type { Context, EntityId } from '../kernel/index.ts';
import type { ProcessEvent } from '../host/index.ts';
import { netnsType } from '../host/index.ts';
import type { SpawnRequest } from '../kube/index.ts';
import type { Container } from '../manifests/index.ts';
import type { MeshConfiguration } from './config/index.ts';
import { imageTag } from './config/index.ts';
import type { Ending } from './envoy/index.ts';
import { createProxy, listenersStopDefault, minimumDrainDefault, terminationDrainDefault } from './envoy/index.ts';
import type { PodProxyConfig } from './injection/index.ts';
import { asInjected, probersOf, proxyConfigOf } from './injection/index.ts';
import { microsOf } from './routing/index.ts';
import type { NodeMetadata, ProxyKind } from './xds/index.ts';
import { istiodService, proxyUid } from './xds/index.ts';

export function beginProxy(
  ctx: Context,
  { pod, container, node, netns, parent, path }: SpawnRequest,
  mesh: MeshConfiguration,
  proxy: Exclude<ProxyKind, 'ztunnel'>,
): EntityId<ProcessEvent> {
  const { namespace, name, labels, annotations } = pod.resource.metadata;
  const proxyConfig = proxyConfigOf(annotations, asInjected(container, mesh.meshConfig));
  return createProxy(ctx, path, {
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
      metadata: metadataOf(container, proxyConfig),
    },
    probers: probersOf(pod.resource),
    istiod: /^(.+):\d+$/.exec(variableOf(container, 'CA_ADDR'))?.[1] ?? istiodService.host,
    ending: endingOf(container, proxyConfig),
  });
}

function metadataOf(container: Container, { gatewayTopology }: PodProxyConfig): NodeMetadata {
  return {
    acceptsHttp10: variableOf(container, 'ISTIO_META_HTTP10') === '1',
    sendsTunnels: !truth.test(variableOf(container, 'ISTIO_META_DISABLE_HBONE_SEND')),
    istioVersion: imageTag(container) ?? '',
    gatewayTopology,
  };
}

/** What Go's strconv.ParseBool takes for true. */
const truth = /^(?:1|t|T|TRUE|true|True)$/;

/** Durations come from ProxyConfig, what the agent reads of its environment from the container. */
function endingOf(container: Container, { terminationDrainDuration = '', drainDuration = '' }: PodProxyConfig): Ending {
  return {
    drain: microsOf(terminationDrainDuration) ?? terminationDrainDefault,
    exitsOnZero: truth.test(variableOf(container, 'EXIT_ON_ZERO_ACTIVE_CONNECTIONS')),
    minimumDrain: microsOf(variableOf(container, 'MINIMUM_DRAIN_DURATION')) ?? minimumDrainDefault,
    listenersStop: microsOf(drainDuration) ?? listenersStopDefault,
  };
}

function variableOf({ env = [] }: Container, name: string): string {
  return env.find((entry) => entry.name === name)?.value ?? '';
}
