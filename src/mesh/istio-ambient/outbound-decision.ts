// Where a connection from an enrolled pod goes: ztunnel's outbound decision tree, top down. Pure.
// Source: istio/ztunnel:src/proxy/outbound.rs build_request and src/state.rs at 1.31.
// A workload known by a name alone has its name for an address: it is looked up before it is dialled.
import type { Address } from '../../host/index.ts';
import { formatAddress } from '../../host/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';
import { knownOrigin } from '../origin.ts';
import type { Trail } from '../trail.ts';
import type { AmbientConfiguration, WdsGateway, WdsService, WdsWorkload } from './configuration.ts';
import { hbonePort, inboundPlaintextPort, outboundPort } from './facts.ts';
import type { Pick, Resolution } from './load-balance.ts';
import { chooseEndpoint } from './load-balance.ts';
import type { ConfigurationIndex } from './lookup.ts';
import { indexOf, isSameIp, serviceAt, workloadAt } from './lookup.ts';

export type OutboundDecision =
  | {
      /** One tunnel, to the workload itself or to a waypoint in front of it. */
      readonly kind: 'hbone';
      /** Whose certificate must answer. */
      readonly workload: WdsWorkload;
      readonly gateway: Address;
      readonly authority: string;
      readonly service: WdsService | undefined;
    }
  | {
      /** A tunnel in a tunnel: the outer one ends at the gateway of another network, the inner one beyond it. */
      readonly kind: 'double-hbone';
      /** The gateway. */
      readonly workload: WdsWorkload;
      readonly gateway: Address;
      /** A host name: the other side chooses the endpoint. */
      readonly authority: string;
      readonly service: WdsService;
    }
  | {
      readonly kind: 'tcp';
      readonly destination: Address;
      readonly workload: WdsWorkload | undefined;
      readonly service: WdsService | undefined;
    }
  | {
      readonly kind: 'deny';
      readonly reason: string;
      readonly service: WdsService | undefined;
      /** The manifest line to look at. */
      readonly origin: MaybeOrigin;
    };

export interface OutboundRequest {
  /** The pod it comes from: `namespace/name`. */
  readonly source: string;
  readonly sourceIp: string;
  readonly destination: Address;
}

const source = 'istio/ztunnel:src/proxy/outbound.rs';

/** Decides one connection. `pick` draws among endpoints; it is asked only when there is a choice to make. */
export function decideOutbound(
  configuration: AmbientConfiguration,
  request: OutboundRequest,
  pick: Pick,
  trail?: Trail,
): OutboundDecision {
  const { destination } = request;
  if (destination.ip.startsWith('127.') && [outboundPort, inboundPlaintextPort, hbonePort].includes(destination.port)) {
    trail?.took('ztunnel.outbound.recursive', { source });
    return deny('attempted recursive call to ourselves', undefined);
  }
  const index = indexOf(configuration);
  const client = index.byKey.get(request.source);
  if (client === undefined) {
    trail?.took('ztunnel.outbound.unknown-client', { params: { pod: request.source }, source });
    const reason = `failed to fetch information about local workload: ${request.source}`;
    return deny(reason, undefined);
  }
  return decide({ index, client, clientIp: request.sourceIp, target: destination, pick, trail });
}

interface Search {
  readonly index: ConfigurationIndex;
  readonly client: WdsWorkload;
  readonly clientIp: string;
  readonly target: Address;
  readonly pick: Pick;
  readonly trail: Trail | undefined;
}

/** Whom to connect to; `ip` is undefined if only a network gateway can reach it. */
interface Upstream {
  readonly workload: WdsWorkload;
  readonly ip: string | undefined;
  readonly port: number;
  readonly service: WdsService | undefined;
}

/** `nothing`: nobody there is known, or nobody is to be chosen. */
type Found = Upstream | 'nothing' | { readonly denied: string };

function decide(search: Search): OutboundDecision {
  const { index, client, target, trail } = search;
  // A workload's own address is not a Service's, even where a Service claims it as well.
  const pod = workloadAt(index, client.network, target.ip);
  const service = pod === undefined ? serviceAt(index, client.network, target.ip, client.namespace) : undefined;
  if (service !== undefined) {
    trail?.took('ztunnel.outbound.by-service', {
      params: { service: service.hostname },
      origin: knownOrigin(service.origin),
      source,
    });
    if (service.waypoint !== undefined) return throughServiceWaypoint(search, service, service.waypoint);
  }
  const upstream = findUpstream(search, target, 'standard');
  if (upstream === 'nothing') return withoutUpstream(search, service);
  if ('denied' in upstream) return deny(upstream.denied, service);
  if (upstream.workload.network !== client.network) {
    if (service !== undefined) return throughNetworkGateway(search, upstream, service);
    return deny(`no service for target address: ${formatAddress(target)}`, service);
  }
  if (service === undefined) {
    const { workload } = upstream;
    trail?.took('ztunnel.outbound.by-workload', {
      params: { pod: workload.key },
      origin: knownOrigin(workload.origin),
      source,
    });
    if (workload.waypoint !== undefined) {
      if (!isFromWaypoint(search, workload.waypoint))
        return throughWorkloadWaypoint(search, upstream, workload.waypoint);
      trail?.left('waypoint', 'ztunnel.outbound.from-waypoint', { params: { pod: workload.key }, source });
    }
  }
  return toWorkload(upstream, trail);
}

function withoutUpstream({ index, target, trail }: Search, service: WdsService | undefined): OutboundDecision {
  if (service !== undefined && service.loadBalancing.mode !== 'PASSTHROUGH') {
    const { rule, origin } = lackOf(service, index);
    const params = { service: service.hostname, port: target.port };
    trail?.took(rule, { params, origin: knownOrigin(origin), source });
    return deny(`no healthy upstream: ${formatAddress(target)}`, service, origin);
  }
  if (service === undefined)
    trail?.took('ztunnel.outbound.passthrough', { params: { destination: formatAddress(target) }, source });
  else trail?.took('ztunnel.outbound.original-address', { params: { service: service.hostname }, source });
  return { kind: 'tcp', destination: target, workload: undefined, service: undefined };
}

/** Why nothing of a Service can be drawn, and the line that says so: its selector, or when an endpoint counts as ready. */
function lackOf(
  service: WdsService,
  index: ConfigurationIndex,
): { readonly rule: string; readonly origin: MaybeOrigin } {
  const { endpoints, selectorOrigin, origin } = service;
  if (endpoints.length === 0 && 'path' in selectorOrigin)
    return { rule: 'ztunnel.outbound.no-endpoint', origin: selectorOrigin };
  const unready = endpoints.find(({ isHealthy }) => !isHealthy);
  const readiness = unready && index.byUid.get(unready.workload)?.readinessOrigin;
  return {
    rule: 'ztunnel.outbound.no-healthy-upstream',
    origin: readiness !== undefined && 'path' in readiness ? readiness : origin,
  };
}

function deny(
  reason: string,
  service: WdsService | undefined,
  origin: MaybeOrigin = service?.origin ?? {},
): OutboundDecision {
  return { kind: 'deny', reason, service, origin };
}

function toWorkload({ workload, ip, port, service }: Upstream, trail: Trail | undefined): OutboundDecision {
  if (ip === undefined) return noValidDestination(workload, service, trail);
  const target = { ip, port };
  const origin = knownOrigin(workload.origin);
  if (workload.tunnel === 'HBONE') {
    trail?.took('ztunnel.outbound.hbone', {
      params: { pod: workload.key, identity: workload.identity },
      origin,
      source,
    });
    trail?.left('plaintext', 'ztunnel.outbound.peer-speaks-hbone', { params: { pod: workload.key }, source });
    return { kind: 'hbone', workload, gateway: { ip, port: hbonePort }, authority: formatAddress(target), service };
  }
  trail?.took('ztunnel.outbound.plaintext', { params: { pod: workload.key }, origin, source });
  trail?.left('HBONE', 'ztunnel.outbound.peer-not-enrolled', { params: { pod: workload.key }, origin, source });
  return { kind: 'tcp', destination: target, workload, service };
}

// --- waypoints

/** A Service's waypoint takes its traffic, whatever endpoints it has. */
function throughServiceWaypoint(search: Search, service: WdsService, gateway: WdsGateway): OutboundDecision {
  const { client, target, trail } = search;
  const waypoint = gatewayUpstream(search, gateway, 'waypoint');
  if ('denied' in waypoint) return deny(waypoint.denied, service);
  if (waypoint.workload.network !== client.network) return throughNetworkGateway(search, waypoint, service);
  if (waypoint.ip === undefined) return noValidDestination(waypoint.workload, service, trail);
  trail?.took('ztunnel.outbound.service-waypoint', {
    params: { service: service.hostname, waypoint: waypoint.workload.key },
    origin: knownOrigin(service.origin),
    source,
  });
  return {
    kind: 'hbone',
    workload: waypoint.workload,
    gateway: { ip: waypoint.ip, port: waypoint.port },
    authority: formatAddress(target),
    service,
  };
}

/** A workload's waypoint takes what is addressed to the workload itself, not to a Service. */
function throughWorkloadWaypoint(search: Search, upstream: Upstream, gateway: WdsGateway): OutboundDecision {
  const { target, trail } = search;
  const waypoint = gatewayUpstream(search, gateway, 'waypoint');
  const { service } = upstream;
  if ('denied' in waypoint) return deny(waypoint.denied, service);
  if (waypoint.ip === undefined) return noValidDestination(waypoint.workload, service, trail);
  trail?.took('ztunnel.outbound.workload-waypoint', {
    params: { pod: upstream.workload.key, waypoint: waypoint.workload.key },
    origin: knownOrigin(upstream.workload.origin),
    source,
  });
  return {
    kind: 'hbone',
    workload: waypoint.workload,
    gateway: { ip: waypoint.ip, port: waypoint.port },
    authority: formatAddress(target),
    service,
  };
}

/** Whether the client is that waypoint: it must not be sent to itself. */
function isFromWaypoint({ index, client, clientIp }: Search, gateway: WdsGateway): boolean {
  return behind(index, gateway).some(
    ({ identity, addresses }) => identity === client.identity && addresses.some((ip) => isSameIp(ip, clientIp)),
  );
}

/** The workloads a reference to a waypoint means. */
export function behind(index: ConfigurationIndex, gateway: WdsGateway): readonly WdsWorkload[] {
  const workload = gateway.kind === 'address' ? workloadAt(index, gateway.network, gateway.ip) : undefined;
  if (workload !== undefined) return [workload];
  const service =
    gateway.kind === 'address'
      ? serviceAt(index, gateway.network, gateway.ip, undefined)
      : serviceOfGateway(index, gateway);
  return (service?.endpoints ?? []).flatMap((endpoint) => index.byUid.get(endpoint.workload) ?? []);
}

// --- other networks

/**
 * To another network goes only what is addressed to a Service, and through that network's gateway. Both tunnels ask for the
 * Service by its host name, so that the gateway can choose an endpoint without opening the inner one.
 */
function throughNetworkGateway(search: Search, upstream: Upstream, service: WdsService): OutboundDecision {
  const { target, trail } = search;
  const { networkGateway, network, key } = upstream.workload;
  if (networkGateway === undefined) return noValidDestination(upstream.workload, service, trail);
  const gateway = gatewayUpstream(search, networkGateway, 'standard');
  if ('denied' in gateway) return deny(gateway.denied, service);
  if (gateway.ip === undefined) return noValidDestination(gateway.workload, service, trail);
  trail?.took('ztunnel.outbound.other-network', {
    params: { endpoint: key, network, gateway: gateway.workload.key },
    source,
  });
  return {
    kind: 'double-hbone',
    workload: gateway.workload,
    gateway: { ip: gateway.ip, port: gateway.port },
    authority: `${service.hostname}:${target.port}`,
    service,
  };
}

// --- whom an address or a name means

function findUpstream(search: Search, address: Address, resolution: Resolution, network?: string): Found {
  const { index, client } = search;
  const at = network ?? client.network;
  const service = serviceAt(index, at, address.ip, client.namespace);
  if (service !== undefined) {
    if (service.loadBalancing.mode === 'PASSTHROUGH') return 'nothing';
    return upstreamOfService(search, service, { servicePort: address.port, resolution, asked: address });
  }
  const workload = workloadAt(index, at, address.ip);
  if (workload === undefined) return 'nothing';
  return withAddress(search, { workload, port: address.port, service: undefined }, address);
}

interface Asked {
  readonly servicePort: number;
  readonly resolution: Resolution;
  /** The address whose family is preferred. */
  readonly asked: Address;
}

function upstreamOfService(search: Search, service: WdsService, { servicePort, resolution, asked }: Asked): Found {
  const { index, client, pick, trail } = search;
  const chosen = chooseEndpoint({ index, client, service, servicePort, resolution, pick, trail });
  return chosen === undefined ? 'nothing' : withAddress(search, { ...chosen, service }, asked);
}

/** A waypoint or network gateway. One by address is reached at that address, one by name in the family the client asked for. */
function gatewayUpstream(
  search: Search,
  gateway: WdsGateway,
  resolution: Resolution,
): Upstream | { readonly denied: string } {
  const { index, target, trail } = search;
  const found = ((): Found => {
    if (gateway.kind === 'address')
      return findUpstream(search, { ip: gateway.ip, port: gateway.port }, resolution, gateway.network);
    const service = serviceOfGateway(index, gateway);
    if (service === undefined) return 'nothing';
    return upstreamOfService(search, service, { servicePort: gateway.port, resolution, asked: target });
  })();
  if (found !== 'nothing') return found;
  const name = gateway.kind === 'address' ? gateway.ip : gateway.hostname;
  trail?.took('ztunnel.outbound.unknown-gateway', { params: { gateway: name }, source });
  const what = resolution === 'waypoint' ? 'waypoint' : 'network gateway';
  return { denied: `unknown ${what}: ${what} ${name} not found` };
}

function serviceOfGateway(
  index: ConfigurationIndex,
  gateway: Extract<WdsGateway, { kind: 'hostname' }>,
): WdsService | undefined {
  return index.byHostname.get(gateway.hostname)?.find(({ namespace }) => namespace === gateway.namespace);
}

/**
 * Which of a workload's addresses: the one that was asked for, else one the Service's families allow, best of the family that
 * was asked for. A workload without any can be reached through a network gateway alone.
 */
function withAddress(
  { trail }: Search,
  upstream: Omit<Upstream, 'ip'>,
  asked: Address,
): Upstream | { readonly denied: string } {
  const { workload, service } = upstream;
  const { addresses } = workload;
  if (addresses.some((ip) => isSameIp(ip, asked.ip))) return { ...upstream, ip: asked.ip };
  const families = service?.ipFamilies ?? 'AUTOMATIC';
  const allowed = addresses.filter(
    (ip) => (families !== 'IPV4_ONLY' || !isIpv6(ip)) && (families !== 'IPV6_ONLY' || isIpv6(ip)),
  );
  const known = allowed.find((address) => isIpv6(address) === isIpv6(asked.ip)) ?? allowed[0];
  const ip = known ?? (workload.hostname === '' ? undefined : workload.hostname);
  if (ip !== undefined || workload.networkGateway !== undefined) return { ...upstream, ip };
  trail?.took('ztunnel.outbound.no-address', { params: { endpoint: workload.key }, source });
  return { denied: noValidDestinationReason(workload) };
}

function isIpv6(ip: string): boolean {
  return ip.includes(':');
}

function noValidDestination(
  workload: WdsWorkload,
  service: WdsService | undefined,
  trail: Trail | undefined,
): OutboundDecision {
  trail?.took('ztunnel.outbound.no-address', { params: { endpoint: workload.key }, source });
  return deny(noValidDestinationReason(workload), service);
}

function noValidDestinationReason(workload: WdsWorkload): string {
  return `no valid routing destination for workload: ${workload.name}`;
}

/** The decision in one line, for its record. */
export function outboundChoice(decision: OutboundDecision): string {
  switch (decision.kind) {
    case 'hbone':
      return `HBONE ${formatAddress(decision.gateway)} CONNECT ${decision.authority}`;
    case 'double-hbone':
      return `HBONE in HBONE ${formatAddress(decision.gateway)} CONNECT ${decision.authority}`;
    case 'tcp':
      return `TCP ${formatAddress(decision.destination)}`;
    case 'deny':
      return `deny: ${decision.reason}`;
  }
}
