// connect(): from a process's wish to a SYN under way. Redirect rules of the client's namespace first (OUTPUT), then the
// node's address translation for Services, then the route to the namespace that holds the address.
import type { AnyEntityId, Context, DelayFact, EntityId } from '../kernel/index.ts';
import { NO_RECORD } from '../kernel/index.ts';
import type { Link, TlsClient } from '../net/index.ts';
import { linkDelay, synTimeout } from '../net/index.ts';
import { record } from '../trace/index.ts';
import { datagramSocketType } from './datagram.ts';
import type { MachineId, Translation } from './machine.ts';
import { machineType, nodePortKey } from './machine.ts';
import type { DatagramSocketId, Flow, NetnsId, SocketId } from './messages.ts';
import type { Netns } from './netns.ts';
import { netnsType } from './netns.ts';
import type { SocketEvent } from './process.ts';
import type { Address } from './redirect.ts';
import { evaluateRules, formatAddress } from './redirect.ts';
import { NO_ENTITY, socketType } from './socket.ts';

export interface Dial {
  /** The process whose socket it is: it is closed when that exits. */
  readonly process: AnyEntityId;
  readonly netns: AnyEntityId;
  /** Who gets the socket's events. */
  readonly owner: EntityId<SocketEvent>;
  readonly destination: Address;
  /** User of the socket; redirect rules look at it. Default 0. */
  readonly uid?: number;
  /** Packet mark (SO_MARK). Default 0. */
  readonly mark?: number;
  /** Source address other than the namespace's own (transparent proxying). */
  readonly source?: string;
  /** When connect() gives up; default Linux' SYN retries. */
  readonly timeout?: DelayFact;
  /** Start TLS as soon as the connection is up. */
  readonly tls?: TlsClient;
}

/** Opens a connection; `connected`, `secured` or `failed` follows as an event to the owner. Returns the client's socket. */
export function dial(ctx: Context, options: Dial): SocketId {
  const { destination } = options;
  const netns = ctx.read(netnsType, options.netns);
  const sourceIp = options.source ?? sourceOf(ctx, netns, destination.ip);
  const source: Address = { ip: sourceIp, port: 32_768 + ctx.draw('choice', 28_232) };
  const route = netns === undefined ? undefined : routeOf(ctx, options, netns, sourceIp);
  const link = route?.link ?? 'network';
  const remote = route?.destination ?? destination;
  const path = `socket/${ctx.pathOf(options.process)}/${formatAddress(source)}>${formatAddress(destination)}`;
  const socket = ctx.create(socketType, path, {
    role: 'client',
    connection: NO_ENTITY, // a socket names its own connection once it starts
    owner: options.owner,
    process: options.process,
    netns: options.netns as NetnsId,
    peerNetns: route?.netns,
    place: netns?.place ?? nowhere,
    peerPlace: route?.netns === undefined ? undefined : ctx.read(netnsType, route.netns)?.place,
    flow: route?.flow,
    local: source,
    remote,
    // A Service address was translated on this node: whoever captures the connection further on never sees it.
    dialled: route?.forwarded?.endpoint ?? route?.translated?.endpoint ?? destination,
    redirected: route?.rule !== undefined,
    peer: undefined,
    isPeerGone: false,
    state: 'connecting',
    latency: ctx.span(linkDelay[link]),
    link,
    tls: options.tls === undefined ? { kind: 'plain' } : { kind: 'client', client: options.tls },
    timer: undefined,
  });
  recordDial(ctx, { socket, options, source, remote, link, route, machine: netns?.machine });
  ctx.tell(socket, {
    type: 'start',
    timeout: options.timeout ?? synTimeout,
    refused: isRejected(route),
  });
  return socket;
}

/** A client's UDP socket: `connected` follows at once, then `received` or `failed` as its datagrams fare. */
export function openDatagrams(
  ctx: Context,
  options: Pick<Dial, 'process' | 'netns' | 'owner' | 'destination'>,
): DatagramSocketId {
  const { process, owner, destination } = options;
  const netns = ctx.read(netnsType, options.netns);
  const source: Address = { ip: netns?.addresses[0] ?? '0.0.0.0', port: 32_768 + ctx.draw('choice', 28_232) };
  const route = netns && plainRoute(ctx, netns, options, 'udp/');
  const link = route?.link ?? 'network';
  const remote = route?.destination ?? destination;
  const path = `datagrams/${ctx.pathOf(process)}/${formatAddress(source)}>${formatAddress(destination)}`;
  const socket = ctx.create(datagramSocketType, path, {
    role: 'client',
    connection: NO_ENTITY, // a socket names its own flow once it is open
    owner,
    process,
    local: source,
    remote,
    peerNetns: route?.netns,
    peer: undefined,
    place: netns?.place ?? nowhere,
    peerPlace: route?.netns === undefined ? undefined : ctx.read(netnsType, route.netns)?.place,
    latency: ctx.span(linkDelay[link]),
    link,
    heardAt: ctx.now,
  });
  recordDial(ctx, { socket, options, source, remote, link, route, machine: netns?.machine });
  ctx.tell(socket, { type: isRejected(route) ? 'unreachable' : 'open' });
  return socket;
}

interface Dialled {
  readonly socket: AnyEntityId;
  readonly options: Pick<Dial, 'process' | 'netns' | 'destination'>;
  readonly source: Address;
  readonly remote: Address;
  readonly link: Link;
  readonly route: Route | undefined;
  readonly machine: AnyEntityId | undefined;
}

function recordDial(ctx: Context, { socket, options, source, remote, link, route, machine }: Dialled): void {
  const { process, netns, destination } = options;
  ctx.cause = record(ctx, 'connection', {
    connection: socket,
    process,
    client: netns,
    server: route?.netns ?? NO_ENTITY,
    source: formatAddress(source),
    destination: formatAddress(remote),
    dialled: formatAddress(destination),
    link,
  });
  if (route?.rule !== undefined)
    ctx.cause = record(ctx, 'captured', { connection: socket, netns, rule: route.rule, port: remote.port });
  for (const translated of [route?.translated, route?.forwarded]) {
    if (translated === undefined) continue;
    const { name, endpoint, count, isBalanced } = translated;
    const input = { service: name, destination: formatAddress(destination), endpoints: count };
    record(ctx, 'decision', {
      point: 'kube-proxy',
      subject: (translated === route?.forwarded ? route.forwarded.machine : machine) ?? NO_ENTITY,
      connection: socket,
      request: NO_RECORD,
      chosen: endpoint === undefined ? 'reject' : formatAddress(endpoint),
      input: isBalanced ? { ...input, by: 'load-balancer' } : input,
      configuration: NO_ENTITY,
      origin: {},
    });
  }
}

/** A Service without endpoints: address translation turns the client away. A node without one of its own keeps silent. */
function isRejected(route: Route | undefined): boolean {
  const { translated, forwarded } = route ?? {};
  return (
    (translated !== undefined && translated.endpoint === undefined) ||
    (forwarded !== undefined && forwarded.endpoint === undefined && !forwarded.isSilent)
  );
}

/** A namespace's own address, 127.0.0.1 towards loopback. */
function sourceOf(ctx: Context, netns: Netns | undefined, destination: string): string {
  if (isLoopback(destination)) return '127.0.0.1';
  return hostSource(ctx, netns, destination) ?? netns?.addresses[0] ?? '0.0.0.0';
}

/** What the machine's POSTROUTING makes of the source of its own sockets' connections. */
function hostSource(ctx: Context, netns: Netns | undefined, destination: string): string | undefined {
  return netns?.isHost === true ? ctx.read(machineType, netns.machine)?.sources.get(destination) : undefined;
}

/** Of a process whose namespace is gone. */
const nowhere = ['', ''] as const;

interface Route {
  readonly destination: Address;
  readonly netns: NetnsId | undefined;
  readonly link: Link;
  /** The OUTPUT rule that redirected, if one did. */
  readonly rule?: string;
  /** What the client's own machine (or a load balancer before the cluster) made of the destination. */
  readonly translated?: Translated;
  /** What a machine made of it that was dialled at a port of its own. */
  readonly forwarded?: Translated & { readonly machine: MachineId; readonly isSilent: boolean };
  readonly flow?: Flow;
}

interface Translated {
  readonly name: string;
  readonly endpoint: Address | undefined;
  readonly count: number;
  readonly isBalanced: boolean;
}

function routeOf(ctx: Context, options: Dial, netns: Netns, source: string): Route {
  const { destination } = options;
  const own = options.netns as NetnsId;
  const { rule } = evaluateRules(netns.rules, {
    hook: 'OUTPUT',
    source,
    destination,
    uid: options.uid ?? 0,
    mark: options.mark ?? 0,
    viaLoopback: isOwnAddress(netns, destination),
  });
  if (rule !== undefined && rule.action !== 'accept') {
    return {
      destination: { ip: destination.ip, port: rule.action.redirectTo },
      netns: own,
      link: 'loopback',
      rule: rule.id,
    };
  }
  return plainRoute(ctx, netns, options, '');
}

/** Where a packet goes that no rule of its namespace took: to itself, or by the node's address translation. `transport` is `udp/` or ''. */
function plainRoute(
  ctx: Context,
  netns: Netns,
  { netns: from, destination }: Pick<Dial, 'netns' | 'destination'>,
  transport: string,
): Route {
  const own = from as NetnsId;
  if (isOwnAddress(netns, destination)) return { destination, netns: own, link: 'loopback' };
  const machine = ctx.read(machineType, netns.machine);
  const translation = machine?.translations.get(`${transport}${formatAddress(destination)}`);
  if (translation === undefined) return onward(ctx, netns, own, destination, transport);
  const translated = translate(ctx, translation);
  const { name, endpoint } = translated;
  if (endpoint === undefined) return { destination, netns: own, link: 'loopback', translated };
  const route = { ...onward(ctx, netns, own, endpoint, transport), translated };
  const { balancer } = translation;
  if (balancer === undefined) return route;
  const { through, source = balancer.source } = route.flow ?? { through: undefined };
  const header = balancer.sendsHeader ? destination : undefined;
  return { ...route, flow: { balancer: { name, target: formatAddress(endpoint) }, header, through, source } };
}

function translate(ctx: Context, { name, endpoints, balancer }: Translation): Translated {
  const count = endpoints.length;
  const endpoint = count === 0 ? undefined : endpoints[ctx.draw('choice', count)];
  return { name, endpoint, count, isBalanced: balancer !== undefined };
}

/** Straight to whoever has the address; a machine forwards what comes to a port of its own that stands for a Service. */
function onward(ctx: Context, from: Netns, own: NetnsId, destination: Address, transport: string): Route {
  const route = directRoute(ctx, from, own, destination);
  const gate = route.netns === undefined ? undefined : ctx.read(netnsType, route.netns);
  if (route.netns === undefined || gate?.isHost !== true) return route;
  const machine = ctx.read(machineType, gate.machine);
  const translation = machine?.translations.get(nodePortKey(destination.port, transport));
  if (translation === undefined) return route;
  const isMasqueraded = translation.isMasqueraded === true;
  const forwarded = { ...translate(ctx, translation), machine: gate.machine, isSilent: !isMasqueraded };
  const source = isMasqueraded ? destination.ip : undefined;
  const flow: Flow = { balancer: undefined, header: undefined, through: gate.place, source };
  const { endpoint } = forwarded;
  if (endpoint === undefined) return { destination, netns: undefined, link: 'network', forwarded, flow };
  const last = directRoute(ctx, gate, route.netns, endpoint);
  return { ...last, link: last.link === 'network' ? 'network' : route.link, forwarded, flow };
}

function isOwnAddress({ addresses }: Netns, { ip }: Address): boolean {
  return isLoopback(ip) || addresses.includes(ip);
}

function directRoute(ctx: Context, from: Netns, own: NetnsId, destination: Address): Route {
  const netns = ctx.find(netnsType, destination.ip);
  if (netns === undefined) return { destination, netns: undefined, link: 'network' };
  if (netns === own) return { destination, netns, link: 'loopback' };
  const isSameNode = ctx.read(netnsType, netns)?.machine === from.machine;
  return { destination, netns, link: isSameNode ? 'node' : 'network' };
}

export function isLoopback(ip: string): boolean {
  return ip.startsWith('127.');
}
