// Where a connection from an enrolled pod goes: ztunnel's outbound decision tree, top down. Pure.
// Source: istio/ztunnel:src/proxy/outbound.rs build_request and src/state.rs at 1.31 (steps O0 to O10 without waypoints and networks).
import type { Address } from '../../host/index.ts';
import { formatAddress } from '../../host/index.ts';
import type { Trail } from '../trail.ts';
import type { AmbientConfiguration, WdsService, WdsWorkload } from './configuration.ts';
import { indexOf } from './configuration.ts';
import { hbonePort, inboundPlaintextPort, outboundPort } from './facts.ts';

export type OutboundDecision =
  | {
      readonly kind: 'hbone';
      readonly workload: WdsWorkload;
      readonly gateway: Address;
      readonly authority: string;
      readonly service: WdsService | undefined;
    }
  | {
      readonly kind: 'tcp';
      readonly destination: Address;
      readonly workload: WdsWorkload | undefined;
      readonly service: WdsService | undefined;
    }
  | { readonly kind: 'deny'; readonly reason: string; readonly service: WdsService | undefined };

/** Chooses one of `count` endpoints. */
export type Pick = (count: number) => number;

const source = 'istio/ztunnel:src/proxy/outbound.rs';

/** Decides a connection to `destination`. `pick` draws among healthy endpoints; it is asked only when there is a choice to make. */
export function decideOutbound(
  configuration: AmbientConfiguration,
  destination: Address,
  pick: Pick,
  trail?: Trail,
): OutboundDecision {
  if (destination.ip.startsWith('127.') && [outboundPort, inboundPlaintextPort, hbonePort].includes(destination.port)) {
    trail?.took('ztunnel.outbound.recursive', { source });
    return { kind: 'deny', reason: 'attempted recursive call to ourselves', service: undefined };
  }
  const index = indexOf(configuration);
  const service = index.vips.get(destination.ip);
  if (service === undefined) {
    const workload = index.workloads.get(destination.ip);
    if (workload === undefined) {
      trail?.took('ztunnel.outbound.passthrough', { params: { destination: formatAddress(destination) }, source });
      return { kind: 'tcp', destination, workload: undefined, service: undefined };
    }
    trail?.took('ztunnel.outbound.by-workload', { params: { pod: workload.key }, origin: workload.origin, source });
    return toWorkload(workload, destination.port, undefined, trail);
  }
  trail?.took('ztunnel.outbound.by-service', { params: { service: service.hostname }, origin: service.origin, source });
  const healthy = (service.ports.find((port) => port.port === destination.port)?.endpoints ?? []).filter(
    (endpoint) => endpoint.isHealthy,
  );
  if (healthy.length === 0) {
    trail?.took('ztunnel.outbound.no-healthy-upstream', {
      params: { service: service.hostname, port: destination.port },
      origin: service.origin,
      source,
    });
    return { kind: 'deny', reason: `no healthy upstream: ${formatAddress(destination)}`, service };
  }
  const chosen = healthy[healthy.length === 1 ? 0 : pick(healthy.length)];
  if (chosen === undefined)
    return { kind: 'deny', reason: `no healthy upstream: ${formatAddress(destination)}`, service };
  if (trail !== undefined) {
    const loadBalance = 'istio/ztunnel:src/state.rs load_balance';
    for (const other of healthy)
      if (other !== chosen)
        trail.left(index.workloads.get(other.address)?.key ?? other.address, 'ztunnel.outbound.not-drawn', {
          source: loadBalance,
        });
    for (const port of service.ports) {
      if (port.port !== destination.port) continue;
      for (const endpoint of port.endpoints)
        if (!endpoint.isHealthy)
          trail.left(index.workloads.get(endpoint.address)?.key ?? endpoint.address, 'ztunnel.outbound.not-ready', {
            source: loadBalance,
          });
    }
    trail.took('ztunnel.outbound.drawn', {
      params: { endpoint: index.workloads.get(chosen.address)?.key ?? chosen.address, count: healthy.length },
      source: loadBalance,
    });
  }
  const workload = index.workloads.get(chosen.address);
  if (workload !== undefined) return toWorkload(workload, chosen.port, service, trail);
  trail?.took('ztunnel.outbound.plaintext', { params: { pod: chosen.address }, source });
  return { kind: 'tcp', destination: { ip: chosen.address, port: chosen.port }, workload: undefined, service };
}

function toWorkload(
  workload: WdsWorkload,
  port: number,
  service: WdsService | undefined,
  trail: Trail | undefined,
): OutboundDecision {
  const target = { ip: workload.address, port };
  if (workload.tunnel === 'HBONE') {
    trail?.took('ztunnel.outbound.hbone', {
      params: { pod: workload.key, identity: workload.identity },
      origin: workload.origin,
      source,
    });
    trail?.left('plaintext', 'ztunnel.outbound.peer-speaks-hbone', { params: { pod: workload.key }, source });
    return {
      kind: 'hbone',
      workload,
      gateway: { ip: workload.address, port: hbonePort },
      authority: formatAddress(target),
      service,
    };
  }
  trail?.took('ztunnel.outbound.plaintext', { params: { pod: workload.key }, origin: workload.origin, source });
  trail?.left('HBONE', 'ztunnel.outbound.peer-not-enrolled', {
    params: { pod: workload.key },
    origin: workload.origin,
    source,
  });
  return { kind: 'tcp', destination: target, workload, service };
}

/** The decision in one line, for its record. */
export function outboundChoice(decision: OutboundDecision): string {
  switch (decision.kind) {
    case 'hbone':
      return `HBONE ${formatAddress(decision.gateway)} CONNECT ${decision.authority}`;
    case 'tcp':
      return `TCP ${formatAddress(decision.destination)}`;
    case 'deny':
      return `deny: ${decision.reason}`;
  }
}
