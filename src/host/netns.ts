// A network namespace: addresses, listening sockets, redirect rules. A pod's or a node's own.
// It answers SYNs as a kernel does: redirect first (PREROUTING), then the listener, else a reset.
import type { AnyEntityId, Context, EntityId, EntityType } from '../kernel/index.ts';
import { GONE, NO_RECORD } from '../kernel/index.ts';
import { linkDelay } from '../net/index.ts';
import { record } from '../trace/index.ts';
import { netnsTeardown } from './facts.ts';
import { deliver } from './datagram.ts';
import type { MachineId } from './machine.ts';
import type { Listener, NetnsId, NetnsMessage, Place } from './messages.ts';
import type { NameQuery, ProcessEvent } from './process.ts';
import type { RedirectRule } from './redirect.ts';
import { evaluateRules } from './redirect.ts';
import { NO_ENTITY, socketType } from './socket.ts';

export interface Netns {
  readonly machine: MachineId;
  readonly place: Place;
  /** The machine's own namespace, not a pod's. */
  readonly isHost: boolean;
  readonly addresses: readonly string[];
  readonly listeners: ReadonlyMap<number, readonly Listener[]>;
  /** Of UDP, which has ports of its own. */
  readonly datagramListeners: ReadonlyMap<number, readonly Listener[]>;
  readonly rules: readonly RedirectRule[];
  /** Who answers name look-ups of this namespace. */
  readonly resolver: EntityId<NameQuery> | undefined;
}

export const netnsType: EntityType<Netns, NetnsMessage> = {
  name: 'host.netns',
  keys: (netns) => netns.addresses,
  handle(netns, message, ctx) {
    switch (message.type) {
      case 'syn':
        answer(ctx, netns, message);
        return netns;
      case 'datagram':
        deliver(ctx, message, netns.place, netns.datagramListeners.get(message.destination.port) ?? []);
        return netns;
      case 'listen-datagrams': {
        const datagramListeners = new Map(netns.datagramListeners);
        const others = datagramListeners.get(message.port) ?? [];
        return { ...netns, datagramListeners: datagramListeners.set(message.port, [...others, message.listener]) };
      }
      case 'listen': {
        record(ctx, 'listener', { process: message.listener.process, netns: ctx.self, port: message.port, open: true });
        const listeners = new Map(netns.listeners);
        listeners.set(message.port, [...(listeners.get(message.port) ?? []), message.listener]);
        return { ...netns, listeners };
      }
      case 'unlisten':
        return {
          ...netns,
          listeners: withoutListeners(ctx, netns, message),
          datagramListeners: withoutDatagrams(netns, message),
        };
      case 'rules':
        record(ctx, 'rules', { netns: ctx.self, set: message.set, rules: message.rules.length });
        return { ...netns, rules: message.rules };
      case 'resolver':
        return { ...netns, resolver: message.resolver };
      case 'remove':
        // Nobody reaches its ports any more, whoever still holds them.
        for (const [port, list] of netns.listeners)
          for (const { process } of list) record(ctx, 'listener', { process, netns: ctx.self, port, open: false });
        vanishSockets(ctx);
        return GONE;
    }
  },
  undeliverable(message, ctx) {
    // A namespace that is gone: nobody answers, the client's own timer ends it.
    if (message.type === 'syn' || message.type === 'datagram')
      record(ctx, 'dropped', { connection: message.client, packet: message.packet, reason: 'no such host' });
  },
};

/** Makes a network namespace and its record. `pod` is -1 for a machine's own. */
export function createNetns(
  ctx: Context,
  path: string,
  netns: Pick<Netns, 'machine' | 'addresses' | 'resolver'>,
  pod: AnyEntityId,
): NetnsId {
  const place = [path, ctx.pathOf(netns.machine)] as const;
  const isHost = pod === NO_ENTITY;
  const ports = { listeners: new Map<number, Listener[]>(), datagramListeners: new Map<number, Listener[]>() };
  const id = ctx.create(netnsType, path, { ...netns, ...ports, place, isHost, rules: [] });
  record(ctx, 'netns', { netns: id, pod, node: netns.machine, address: netns.addresses[0] ?? '' });
  return id;
}

function vanishSockets(ctx: Context): void {
  const wait = ctx.span(netnsTeardown);
  const { self } = ctx;
  for (const [id] of ctx.all(socketType, (socket) => socket.netns === self))
    ctx.scheduleAt(netnsTeardown, wait, id, { type: 'vanish' });
}

/** Opens a port for a process in a namespace; `bind` restricts it to one address. */
export function listen(
  ctx: Context,
  netns: AnyEntityId,
  port: number,
  process: EntityId<ProcessEvent>,
  bind?: string,
): void {
  ctx.tell(netns as NetnsId, { type: 'listen', port, listener: { process, bind } });
}
/** As `listen`, for UDP. */
export function listenDatagrams(
  ctx: Context,
  netns: AnyEntityId,
  port: number,
  process: EntityId<ProcessEvent>,
  bind?: string,
): void {
  ctx.tell(netns as NetnsId, { type: 'listen-datagrams', port, listener: { process, bind } });
}
/** Closes one port of a process, or all of them. */
export function unlisten(ctx: Context, netns: AnyEntityId, process: AnyEntityId, port?: number): void {
  ctx.tell(netns as NetnsId, { type: 'unlisten', port, process });
}

type Syn = Extract<NetnsMessage, { type: 'syn' }>;

function answer(ctx: Context, netns: Netns, syn: Syn): void {
  const port = portAfterRules(ctx, netns, syn);
  const bound = (netns.listeners.get(port) ?? []).filter(
    (listener) => listener.bind === undefined || listener.bind === syn.destination.ip,
  );
  // Several processes may share a port (SO_REUSEPORT), as during a surge upgrade: the kernel spreads connections over them.
  const listener = bound[bound.length > 1 ? ctx.draw('choice', bound.length) : 0];
  if (listener === undefined) {
    const packet = record(
      ctx,
      'packet',
      {
        connection: syn.client,
        toServer: false,
        message: { layer: 'tcp', flag: 'RST' },
        request: NO_RECORD,
        stream: 0,
        encrypted: false,
      },
      syn.latency,
    );
    ctx.cause = packet;
    ctx.scheduleAt(linkDelay[syn.link], syn.latency, syn.client, { type: 'rst', packet });
    return;
  }
  const client = ctx.read(socketType, syn.client);
  const server = ctx.create(socketType, `${ctx.pathOf(syn.client)}/server`, {
    role: 'server',
    connection: syn.client,
    owner: listener.process,
    process: listener.process,
    netns: ctx.self as NetnsId,
    peerNetns: undefined,
    place: netns.place,
    peerPlace: client?.place,
    flow: client?.flow,
    local: { ip: syn.destination.ip, port },
    remote: syn.source,
    dialled: syn.original,
    redirected: syn.redirected,
    peer: syn.client,
    isPeerGone: false,
    state: 'connecting',
    latency: syn.latency,
    link: syn.link,
    tls: { kind: 'plain' },
    timer: undefined,
  });
  ctx.cause = record(ctx, 'accepted', { connection: syn.client, process: listener.process, netns: ctx.self, port });
  ctx.tell(server, { type: 'answer' });
}

/** The local port a SYN ends at: a connection that stayed inside the namespace was already redirected on its way out. */
function portAfterRules(ctx: Context, netns: Netns, syn: Syn): number {
  if (syn.link === 'loopback') return syn.destination.port;
  const { rule } = evaluateRules(netns.rules, {
    hook: 'PREROUTING',
    source: syn.source.ip,
    destination: syn.destination,
    uid: -1,
    mark: 0,
    viaLoopback: false,
  });
  if (rule === undefined || rule.action === 'accept') return syn.destination.port;
  ctx.cause = record(ctx, 'captured', {
    connection: syn.client,
    netns: ctx.self,
    rule: rule.id,
    port: rule.action.redirectTo,
  });
  return rule.action.redirectTo;
}

type Unlisten = Extract<NetnsMessage, { type: 'unlisten' }>;

function withoutDatagrams({ datagramListeners }: Netns, { process, port: only }: Unlisten): Netns['datagramListeners'] {
  if (datagramListeners.size === 0) return datagramListeners;
  const entries = [...datagramListeners].map(([port, list]) => {
    return [port, list.filter((own) => own.process !== process || (only !== undefined && only !== port))] as const;
  });
  return new Map(entries.filter(([, list]) => list.length > 0));
}

function withoutListeners(ctx: Context, netns: Netns, message: Unlisten): Netns['listeners'] {
  const listeners = new Map<number, readonly Listener[]>();
  for (const [port, list] of netns.listeners) {
    const rest = list.filter(
      (listener) => listener.process !== message.process || (message.port !== undefined && message.port !== port),
    );
    if (rest.length !== list.length)
      record(ctx, 'listener', { process: message.process, netns: ctx.self, port, open: false });
    if (rest.length > 0) listeners.set(port, rest);
  }
  return listeners;
}
