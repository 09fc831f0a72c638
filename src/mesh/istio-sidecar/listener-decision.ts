// Which listener takes a captured outbound connection, and what it does with it. Pure.
// Source: envoyproxy/envoy original_dst listener filter; istio/istio:pilot/pkg/networking/core/listener.go at 1.31.
import type { Address } from '../../host/index.ts';
import { formatAddress } from '../../host/index.ts';
import { originOrNone } from '../routing/index.ts';
import type { Trail } from '../trail.ts';
import type { OutboundListener, SidecarConfiguration } from './configuration.ts';
import { blackHoleCluster, indexOf, passthroughCluster } from './configuration.ts';

/** What the client's first bytes are; `none`: they have not come yet, or nobody has to look at them. */
export type FirstBytes = 'none' | 'http1' | 'http2' | 'tls' | 'other';

export type ListenerDecision =
  /** The listener has to see the client's first bytes: until then nothing is sent anywhere. */
  | { readonly kind: 'inspect'; readonly listener: string }
  | {
      readonly kind: 'http';
      readonly listener: string;
      readonly routes: string;
      readonly origin: OutboundListener['origin'];
    }
  | {
      readonly kind: 'tcp';
      readonly listener: string;
      readonly cluster: string;
      readonly origin: OutboundListener['origin'];
    };

const source = 'istio/istio:pilot/pkg/networking/core/listener.go';

export function decideListener(
  configuration: SidecarConfiguration,
  destination: Address,
  bytes: FirstBytes,
  trail?: Trail,
): ListenerDecision {
  const { listeners } = indexOf(configuration);
  const exact = `${destination.ip}_${destination.port}`;
  const shared = `0.0.0.0_${destination.port}`;
  const listener = listeners.get(exact) ?? listeners.get(shared);
  if (listener === undefined) return unmatched(configuration, destination, trail);
  const rule = listener.name === exact ? 'sidecar.listener.by-address' : 'sidecar.listener.by-port';
  trail?.took(rule, {
    params: { destination: formatAddress(destination), listener: listener.name },
    origin: originOrNone(listener),
    source,
  });
  if (listener.name === shared)
    trail?.left(exact, 'sidecar.listener.none-for-address', { params: { listener: exact }, source });
  const { name, routes, cluster, origin } = listener;
  if (listener.protocol === 'tcp') {
    trail?.took('sidecar.listener.declared-tcp', { params: { cluster }, origin: originOrNone(listener), source });
    trail?.left('HTTP', 'sidecar.listener.not-http', { params: { cluster }, origin: originOrNone(listener), source });
    return { kind: 'tcp', listener: name, cluster, origin };
  }
  if (bytes === 'none') {
    trail?.took('sidecar.listener.waits', { params: { listener: name }, origin: originOrNone(listener), source });
    return { kind: 'inspect', listener: name };
  }
  const isHttp = bytes === 'http1' || bytes === 'http2';
  if (isHttp) {
    trail?.took('sidecar.listener.http', { params: { routes }, origin: originOrNone(listener), source });
    return { kind: 'http', listener: name, routes, origin };
  }
  if (listener.protocol === 'sniffed') {
    trail?.took('sidecar.listener.sniffed-tcp', { params: { cluster }, origin: originOrNone(listener), source });
    return { kind: 'tcp', listener: name, cluster, origin };
  }
  // An HTTP listener is shared by everything on its port: what is no HTTP goes on to where it was going.
  const fallThrough = catchAllCluster(configuration);
  trail?.took('sidecar.listener.not-http-passes', { params: { listener: name, cluster: fallThrough }, source });
  return { kind: 'tcp', listener: name, cluster: fallThrough, origin };
}

function unmatched(
  configuration: SidecarConfiguration,
  destination: Address,
  trail: Trail | undefined,
): ListenerDecision {
  const cluster = catchAllCluster(configuration);
  const rule = cluster === passthroughCluster ? 'sidecar.listener.allow-any' : 'sidecar.listener.registry-only';
  trail?.took(rule, { params: { destination: formatAddress(destination) }, source });
  return { kind: 'tcp', listener: 'virtualOutbound', cluster, origin: {} };
}

function catchAllCluster(configuration: SidecarConfiguration): string {
  return configuration.outbound.policy === 'ALLOW_ANY' ? passthroughCluster : blackHoleCluster;
}

/** The decision in one line, for its record. */
export function listenerChoice(decision: ListenerDecision): string {
  switch (decision.kind) {
    case 'inspect':
      return `${decision.listener}: waits for the first bytes`;
    case 'http':
      return `${decision.listener}: HTTP by route configuration ${decision.routes}`;
    case 'tcp':
      return `${decision.listener}: TCP to ${decision.cluster}`;
  }
}
