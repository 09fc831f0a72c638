// A sidecar's outbound listeners: one for each port of HTTP services, which hosts tell apart; one for each address and port of others;
// and the one that captures everything. Services that share an address and port share a listener as far as their chains can be told apart.
// Source: istio/istio:pilot/pkg/networking/core/{listener.go,listener_builder.go} at 1.31.
import { bytesOfIp } from '../../authz/index.ts';
import { destinationCluster } from '../../clusters/index.ts';
import type { FilterChain, HttpConnectionManager, Listener, TcpProxy } from '../../envoy/index.ts';
import { blackHoleCluster, passthroughCluster, plainManager, virtualOutboundListener } from '../../envoy/index.ts';
import { originOf } from '../../origin.ts';
import type { EgressListener, OutboundPolicy, PushContext, SidecarScope } from '../../push/index.ts';
import type { AppProtocol, MeshPort, MeshService } from '../../registry/index.ts';
import { isHttp, listeningOf, parseProtocol, portPath, unspecifiedAddress } from '../../registry/index.ts';
import { healthPort, inboundPort, outboundPort, prometheusPort } from '../facts.ts';
import type { ChainOptions, ListenerEntry } from './chain-options.ts';
import { listenerOf, mergeChains, plainChain, plaintextHttp } from './chain-options.ts';
import type { ChainContext } from './outbound-chains.ts';
import { bytesChains } from './outbound-chains.ts';
import type { OutboundClient } from './outbound-routes.ts';
import { catchAll } from './outbound-routes.ts';

export interface ListenerClient extends OutboundClient {
  /** The pod's own address: it is not its own client. '' for nobody in particular. */
  readonly address: string;
  /** Takes HTTP/1.0 from its application, whatever the mesh says. */
  readonly acceptsHttp10: boolean;
}

export function outboundListeners(push: PushContext, scope: SidecarScope, client: ListenerClient): readonly Listener[] {
  const builder = new ListenerBuilder(push, scope, client);
  for (const egress of scope.egress) builder.addEgress(egress);
  const fallback = catchAllProxy(scope.outbound);
  return [
    ...builder.entries().map((entry) => listenerOf(entry, fallback)),
    virtualOutbound(push, scope.outbound, fallback, client),
  ];
}

/** Whether some listener leaves out a pod with this address: it is an endpoint of a headless service whose pods have listeners. */
export function isDialledByAddress(scope: SidecarScope, address: string): boolean {
  return scope.services.some(
    (service) =>
      isPerPod(service) &&
      service.ports.some(
        (port) => isBytes(port) && service.endpoints(port.port).some((endpoint) => endpoint.address === address),
      ),
  );
}

interface Binding {
  /** '': the service's own address. */
  readonly bind: string;
  readonly bindsSocket: boolean;
}

interface Request extends Binding {
  readonly service: MeshService;
  readonly port: Pick<MeshPort, 'port' | 'protocol' | 'index'>;
  readonly cidrs: readonly string[];
  readonly egress: EgressListener;
}

class ListenerBuilder {
  readonly #push: PushContext;
  readonly #scope: SidecarScope;
  readonly #client: ListenerClient;
  readonly #entries = new Map<string, ListenerEntry>();

  constructor(push: PushContext, scope: SidecarScope, client: ListenerClient) {
    this.#push = push;
    this.#scope = scope;
    this.#client = client;
  }

  entries(): readonly ListenerEntry[] {
    return [...this.#entries.values()];
  }

  addEgress(egress: EgressListener): void {
    const { listener } = egress;
    const binding = bindingOf(egress);
    if (listener.port !== undefined) {
      const port = {
        port: listener.port.number ?? 0,
        protocol: parseProtocol(listener.port.protocol ?? ''),
        index: 0,
      };
      if (isReserved(binding.bind, port)) return;
      for (const service of egress.services) this.#add({ ...binding, service, port, cidrs: [], egress });
      return;
    }
    // What a Sidecar says of single ports stands; this listener is for all others.
    for (const entry of this.#entries.values()) entry.isLocked = true;
    for (const service of egress.services)
      for (const port of service.ports)
        if (!isReserved(binding.bind, port)) this.#addPort({ ...binding, service, port, cidrs: [], egress });
  }

  /** Pods of a headless service are dialled at their own addresses: each gets a listener, unless hosts tell them apart. */
  #addPort(request: Request): void {
    const { service, port, bind } = request;
    if (bind !== '' || !isPerPod(service) || !isBytes(port)) {
      this.#add(request);
      return;
    }
    const endpoints = service.endpoints(port.port);
    if (service.registry === 'External' && endpoints.length === 0 && service.selector === undefined) this.#add(request);
    for (const { address } of endpoints)
      if (address !== this.#client.address && bytesOfIp(address) !== undefined)
        this.#add({ ...request, bind: address });
  }

  #add(request: Request): void {
    const { service, port } = request;
    if (service.resolution === 'Alias') return;
    const listening = listeningOf(port.protocol);
    if (listening === 'none') return;
    const { bind, cidrs } =
      listening === 'http' ? { bind: request.bind || unspecifiedAddress, cidrs: [] } : bytesBinding(request);
    const key = `${bind}_${port.port}`;
    const current = this.#entries.get(key);
    if (current?.isLocked === true) return;
    const bound = { ...request, bind, cidrs };
    switch (listening) {
      case 'http':
        this.#addHttp(key, bound, current);
        return;
      case 'tcp':
        this.#addBytes(key, bound, current);
        return;
      case 'auto':
        this.#addSniffed(key, bound, current);
        return;
    }
  }

  /** The first makes the listener; beside bytes both are told apart by the first ones. */
  #addHttp(key: string, request: Request, current: ListenerEntry | undefined): void {
    const isProxy = request.port.protocol === 'HTTP_PROXY';
    if (current !== undefined && !isProxy && !isBytesProtocol(current.protocol)) return;
    const isShared = request.bind === unspecifiedAddress && !isProxy;
    const chain = this.#httpChain(request, isShared);
    if (current === undefined || isProxy)
      this.#set(key, request, [chain], isShared ? 'Unsupported' : request.port.protocol);
    else this.#merge(current, request.port.protocol, [chain], 'Unsupported');
  }

  #addBytes(key: string, request: Request, current: ListenerEntry | undefined): void {
    const chains = bytesChains(this.#chainContext(request));
    if (current === undefined) this.#set(key, request, chains, request.port.protocol);
    else
      this.#merge(current, request.port.protocol, chains, isHttp(current.protocol) ? 'Unsupported' : current.protocol);
  }

  #addSniffed(key: string, request: Request, current: ListenerEntry | undefined): void {
    const bytes = bytesChains(this.#chainContext(request));
    const both = [...bytes, this.#httpChain(request, true)];
    if (current === undefined) this.#set(key, request, both, request.port.protocol);
    else if (isHttp(current.protocol)) {
      if (!isServerFirstConflict(request.port.protocol, current.protocol))
        this.#set(key, request, both, request.port.protocol);
    } else this.#merge(current, request.port.protocol, isBytesProtocol(current.protocol) ? both : bytes, 'Unsupported');
  }

  #set(key: string, request: Request, chains: readonly ChainOptions[], protocol: AppProtocol): void {
    const { bind, bindsSocket, port } = request;
    const origin = originOfRequest(request);
    this.#entries.set(key, { bind, port: port.port, bindsSocket, origin, protocol, chains, isLocked: false });
  }

  #merge(current: ListenerEntry, incoming: AppProtocol, chains: readonly ChainOptions[], protocol: AppProtocol): void {
    if (isServerFirstConflict(incoming, current.protocol)) return;
    mergeChains(current, chains);
    current.protocol = protocol;
  }

  #httpChain(request: Request, isTold: boolean): ChainOptions {
    const { service, port, bind } = request;
    const isOwn = listeningOf(port.protocol) === 'auto' && bind !== unspecifiedAddress;
    const name = port.port === 0 ? bind : isOwn ? `${service.hostname}:${port.port}` : String(port.port);
    const terminal: HttpConnectionManager = { ...this.#manager(), routes: { kind: 'rds', name } };
    const told = isTold ? { applicationProtocols: plaintextHttp(this.#push.registry.mesh), isPlaintext: true } : {};
    return { ...plainChain, ...told, terminal, origin: originOfRequest(request) };
  }

  #manager(): Omit<HttpConnectionManager, 'routes'> {
    return outboundManager(this.#push, this.#client);
  }

  #chainContext({ service, port, bind, cidrs, egress }: Request): ChainContext {
    return {
      push: this.#push,
      scope: this.#scope,
      client: this.#client,
      service,
      port,
      bind,
      cidrs,
      rules: egress.rules,
    };
  }
}

function outboundManager(
  { registry: { mesh } }: PushContext,
  { acceptsHttp10 }: Pick<ListenerClient, 'acceptsHttp10'>,
): Omit<HttpConnectionManager, 'routes'> {
  return {
    ...plainManager,
    role: 'outbound',
    pathNormalization: mesh.meshConfig.pathNormalization,
    acceptsHttp10: mesh.istiod.PILOT_HTTP10 || acceptsHttp10,
  };
}

/** A Sidecar may have a listener bind a socket, by default on the loopback address. */
function bindingOf({ listener }: EgressListener): Binding {
  const { bind = '', captureMode } = listener;
  const bindsSocket = captureMode === 'NONE' || bind.startsWith('unix://');
  return { bind: bind === '' && bindsSocket ? '127.0.0.1' : bind, bindsSocket };
}

/** Ports of the proxy itself, where a listener would be for any address. */
const reservedPorts: readonly number[] = [outboundPort, inboundPort, healthPort, prometheusPort];

function isReserved(bind: string, { port, protocol }: Pick<MeshPort, 'port' | 'protocol'>): boolean {
  if (bind !== '' && bind !== unspecifiedAddress) return false;
  return (bind !== '' || isHttp(protocol)) && reservedPorts.includes(port);
}

function isPerPod(service: MeshService): boolean {
  return service.resolution === 'Passthrough' && service.address === unspecifiedAddress;
}

function isBytes({ protocol }: Pick<MeshPort, 'protocol'>): boolean {
  const listening = listeningOf(protocol);
  return listening === 'tcp' || listening === 'auto';
}

function isBytesProtocol(protocol: AppProtocol): boolean {
  return listeningOf(protocol) === 'tcp';
}

/** On the service's address; a block of addresses is told apart by chains. */
function bytesBinding({ service, bind, cidrs }: Request): { readonly bind: string; readonly cidrs: readonly string[] } {
  if (bind !== '') return { bind, cidrs };
  const { address } = service;
  return address.includes('/') ? { bind: unspecifiedAddress, cidrs: [address] } : { bind: address, cidrs };
}

/** Protocols where the server speaks first cannot wait for a client's bytes: they share a port with nothing else. */
function isServerFirstConflict(incoming: AppProtocol, existing: AppProtocol): boolean {
  const isServerFirst = (protocol: AppProtocol): boolean => protocol === 'Mongo' || protocol === 'MySQL';
  return (isServerFirst(incoming) || isServerFirst(existing)) && incoming !== existing;
}

function originOfRequest({ service, port, egress }: Request): Listener['origin'] {
  if (egress.listener.port !== undefined) return egress.origin;
  const own = service.ports.find((candidate) => candidate.port === port.port);
  return originOf(service.object, own === undefined ? [] : portPath(own));
}

// --- what captures

/** Bytes to nobody known: on to where they were going, elsewhere, or nowhere. */
function catchAllProxy({ mode, egressProxy, origin }: OutboundPolicy): TcpProxy {
  const open = egressProxy === undefined ? passthroughCluster : destinationCluster(egressProxy, undefined, 0);
  const cluster = mode === 'REGISTRY_ONLY' ? blackHoleCluster : open;
  return { kind: 'tcp', clusters: [{ cluster, weight: 1, origin }], idleTimeout: 0 };
}

function virtualOutbound(
  push: PushContext,
  outbound: OutboundPolicy,
  fallback: TcpProxy,
  client: Pick<ListenerClient, 'acceptsHttp10'>,
): Listener {
  const chain = { tls: undefined, network: [], origin: outbound.origin } as const;
  // Nobody may call the port itself: it would call itself.
  const blackHole: FilterChain = {
    ...chain,
    name: 'virtualOutbound-blackhole',
    match: { destinationPort: outboundPort },
    terminal: { kind: 'tcp', clusters: [{ cluster: blackHoleCluster, weight: 1, origin: {} }], idleTimeout: 0 },
  };
  const everything: FilterChain = { ...chain, name: 'virtualOutbound-catchall-tcp', match: {}, terminal: fallback };
  const isDynamic = outbound.mode === 'ALLOW_ANY_DYNAMIC_DNS';
  const http: FilterChain = {
    ...chain,
    name: 'virtualOutbound-catchall-tcp-http',
    match: { applicationProtocols: plaintextHttp(push.registry.mesh) },
    terminal: {
      ...outboundManager(push, client),
      routes: { kind: 'inline', routes: { name: 'allow_any_dynamic_dns', virtualHosts: [catchAll(outbound)] } },
    },
  };
  return {
    name: virtualOutboundListener,
    bind: { kind: 'socket', address: unspecifiedAddress, port: outboundPort, originalDestination: true },
    inspectors: { tls: 'off', http: isDynamic ? 'on' : 'off' },
    filterChains: [blackHole, ...(isDynamic ? [http] : []), everything],
    defaultFilterChain: undefined,
    origin: outbound.origin,
  };
}
