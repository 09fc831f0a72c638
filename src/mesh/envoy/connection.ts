// One connection of an application or a peer as Envoy holds it, from its capture to its end: which filter chain takes it, TLS where the
// chain ends it, then HTTP request by request or bytes both ways.
// Not modelled: byte counts, flow control.
import type { AnyEntityId, Context, EntityId, EntityType, TimerId } from '../../kernel/index.ts';
import { GONE, NO_RECORD } from '../../kernel/index.ts';
import type { ProcessEvent, SocketEvent } from '../../host/index.ts';
import { acceptTlsOn, adoptSocket, closeSocket, NO_ENTITY, resetSocket, socketType } from '../../host/index.ts';
import { isHttp10, readClientHello, sniffHttp } from '../../net/index.ts';
import { recordCause } from '../../trace/index.ts';
import type { ChainDecision, Opening } from './chain-decision.ts';
import type { ConnectTerminator, FilterChain, HttpConnectionManager, Listener } from './configuration.ts';
import type { CarriedId, StreamOver } from './carried-socket.ts';
import { endStreams, receiveOnTunnel, streamOver, targetOf } from './connect-terminate.ts';
import { logConnection, plainEnd } from './connection-log.ts';
import type { Connection, DrainMessage, HttpMessage } from './connection-state.ts';
import { chainDrains, removalOf } from './drain.ts';
import { inspection } from './facts.ts';
import { clientGone, handleHttp, receiveHttp } from './http-exchange.ts';
import { chainNow, connectionDecision, placeOf } from './listener-decision.ts';
import { expectsHeader, headerRead } from './proxy-header.ts';
import type { RuntimeId } from './runtime.ts';
import { configurationIn, configurationOf, runtimeOf } from './runtime.ts';
import { tablesOf } from './tables.ts';
import type { TcpMessage } from './tcp-proxy.ts';
import { beginTcp, closeTcp, endTcp, handleTcp, idleTcp, receiveTcp, resolvedTcp } from './tcp-proxy.ts';
import { serverContext } from './transport.ts';

export type ConnectionMessage =
  | SocketEvent
  | HttpMessage
  | TcpMessage
  | Extract<ProcessEvent, { type: 'resolved' }>
  | StreamOver
  | DrainMessage
  | { readonly type: 'begin' }
  | { readonly type: 'uninspected'; readonly continues: boolean }
  | { readonly type: 'proxy-exits' };

export const connectionType: EntityType<Connection, ConnectionMessage> = {
  name: 'envoy.connection',
  group: ({ process }) => process,
  handle(connection, message, ctx) {
    switch (message.type) {
      case 'begin':
        return begun(ctx, connection);
      case 'uninspected':
        return uninspected(ctx, connection, message.continues);
      case 'received':
        return received(ctx, connection, message);
      case 'secured':
        return message.socket === connection.socket
          ? handshakeDone(ctx, { ...connection, isTls: true, principal: message.tls.peer, sni: message.tls.sni })
          : receiveTcp(ctx, connection, message);
      case 'ended':
        return ended(ctx, connection, message);
      case 'failed':
        if (message.socket !== connection.socket) return receiveTcp(ctx, connection, message);
        logConnection(ctx, connection, { ...plainEnd, transportFailure: message.detail.replaceAll(' ', '_') });
        return GONE;
      case 'connected':
        return receiveTcp(ctx, connection, message);
      case 'resolved':
        return resolvedTcp(ctx, connection, message);
      case 'tcp-idle':
        return idleTcp(ctx, connection);
      case 'stream-over':
        return connection.state.kind === 'tunnel' ? streamOver(connection, connection.state, message) : connection;
      case 'proxy-exits':
        stopWaiting(ctx, connection);
        return GONE;
      case 'chain-drains':
        return chainDrains(ctx, connection, message);
      case 'chain-gone':
        return chainGone(ctx, connection);
      case 'accepted':
        return connection;
      case 'upstream-message':
      case 'upstream-failed':
      case 'retry':
      case 'route-timeout':
      case 'try-timeout':
      case 'fault-over':
      case 'check-timeout':
        return connection.state.kind === 'tcp'
          ? handleTcp(ctx, connection, message)
          : handleHttp(ctx, connection, message);
    }
  },
};

/** Takes over a socket that Envoy accepted. */
export function openConnection(
  ctx: Context,
  runtime: RuntimeId,
  event: Extract<SocketEvent, { type: 'accepted' }>,
): void {
  const accepted = ctx.read(socketType, event.socket);
  const connection = ctx.create(
    connectionType,
    `${ctx.pathOf(event.socket)}/${directionOf(ctx, runtime, event.port)}`,
    {
      runtime,
      process: ctx.self,
      socket: event.socket,
      connection: accepted?.connection ?? NO_ENTITY,
      port: event.port,
      internal: '',
      local: event.original,
      peer: event.peer,
      direct: event.peer,
      ...fresh(ctx),
    },
  );
  adoptSocket(ctx, event.socket, connection);
  ctx.tell(connection, { type: 'begin' });
}

/** A connection that a tunnel carries, from whom the tunnel comes. */
function openCarried(
  ctx: Context,
  { runtime, process, connection, peer, principal }: Connection,
  { listener }: ConnectTerminator,
  { socket, authority }: { readonly socket: CarriedId; readonly authority: string },
): EntityId<ConnectionMessage> {
  const carried = ctx.create(connectionType, `${ctx.pathOf(socket)}/inbound`, {
    runtime,
    process,
    socket,
    connection,
    port: 0,
    internal: listener,
    local: targetOf(authority),
    peer,
    direct: peer,
    ...fresh(ctx),
    principal,
  });
  ctx.tell(carried, { type: 'begin' });
  return carried;
}

function fresh(
  ctx: Context,
): Omit<
  Connection,
  'runtime' | 'process' | 'socket' | 'connection' | 'port' | 'internal' | 'local' | 'peer' | 'direct'
> {
  return {
    openedAt: ctx.now,
    isTls: false,
    principal: '',
    sni: '',
    place: undefined,
    drains: undefined,
    isLeaving: false,
    state: { kind: 'inspecting', timer: undefined },
    exchanges: [],
    nextKey: 0,
  };
}

function directionOf(ctx: Context, id: RuntimeId, port: number): 'outbound' | 'inbound' {
  const runtime = runtimeOf(ctx, id);
  if (runtime === undefined) return 'inbound';
  const { sockets } = tablesOf(configurationOf(ctx, runtime));
  const captures = sockets.some(({ bind }) => bind.kind === 'socket' && bind.port === port && bind.originalDestination);
  return captures ? 'outbound' : 'inbound';
}

type Received = Extract<SocketEvent, { type: 'received' }>;

function received(ctx: Context, connection: Connection, event: Received): Connection | typeof GONE {
  const { state } = connection;
  switch (state.kind) {
    case 'awaiting-header': {
      const known = headerRead(ctx, connection, event);
      if (known !== undefined) return chooseChain(ctx, known, undefined);
      resetSocket(ctx, connection.socket);
      return GONE;
    }
    case 'inspecting':
      return chooseChain(ctx, connection, event);
    case 'handshaking':
      return greeted(ctx, connection, state.chain, event);
    case 'http':
      return receiveHttp(ctx, connection, managerNow(ctx, connection, state.manager), event);
    case 'tcp':
      return receiveTcp(ctx, connection, event);
    case 'tunnel':
      return receiveOnTunnel(ctx, connection, state, event, (socket, authority) =>
        openCarried(ctx, connection, state.terminator, { socket, authority }),
      );
  }
}

/** The chain's HTTP filters as the newest configuration has them, or, of a chain that is drained, the last that had it. */
function managerNow(
  ctx: Context,
  { runtime: id, place, drains }: Connection,
  manager: HttpConnectionManager,
): HttpConnectionManager {
  const runtime = runtimeOf(ctx, id);
  if (runtime === undefined || place === undefined) return manager;
  const configuration = configurationIn(ctx, drains?.document ?? runtime.document);
  const terminal = chainNow(configuration, place.listener, place.chain)?.terminal;
  return terminal?.kind === 'http' ? terminal : manager;
}

/** A PROXY header goes before the choice of a chain. */
function begun(ctx: Context, connection: Connection): Connection | typeof GONE {
  const runtime = runtimeOf(ctx, connection.runtime);
  const waits = runtime !== undefined && expectsHeader(configurationOf(ctx, runtime), connection.port);
  return waits ? { ...connection, state: { kind: 'awaiting-header' } } : chooseChain(ctx, connection, undefined);
}

// --- which chain

function chooseChain(
  ctx: Context,
  connection: Connection,
  event: Received | undefined,
  isUninspected = false,
): Connection | typeof GONE {
  stopWaiting(ctx, connection);
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime === undefined) return GONE;
  const { port, internal, local } = connection;
  const found = connectionDecision(configurationOf(ctx, runtime), {
    port,
    internal,
    destination: local,
    opening: isUninspected ? { kind: 'raw', http: '' } : openingOf(event),
  });
  if (found === undefined) {
    resetSocket(ctx, connection.socket);
    return GONE;
  }
  const { decision, point, chosen, input, origin } = found;
  recordCause(ctx, 'decision', {
    point,
    subject: connection.process,
    connection: connection.connection,
    request: event?.request ?? NO_RECORD,
    chosen,
    input,
    configuration: runtime.document,
    origin,
  });
  switch (decision.kind) {
    case 'inspect':
      return { ...connection, state: { kind: 'inspecting', timer: awaitFirstBytes(ctx, decision.listener) } };
    case 'no-chain':
    case 'ambiguous':
      logConnection(ctx, connection, { ...plainEnd, flags: 'NR', details: 'filter_chain_not_found' });
      resetSocket(ctx, connection.socket);
      return GONE;
    case 'chain':
      return onChain(ctx, connection, decision, event);
  }
}

function awaitFirstBytes(ctx: Context, { bind }: Listener): TimerId | undefined {
  if (bind.kind !== 'internal') return undefined;
  const self = ctx.self as EntityId<ConnectionMessage>;
  return ctx.timer(inspection, self, { type: 'uninspected', continues: bind.continuesUninspected });
}

function stopWaiting(ctx: Context, { state }: Connection): void {
  if (state.kind === 'inspecting' && state.timer !== undefined) ctx.cancel(state.timer);
}

/** The client has said nothing for as long as inspectors wait. */
function uninspected(ctx: Context, connection: Connection, continues: boolean): Connection | typeof GONE {
  if (connection.state.kind !== 'inspecting') return connection;
  if (continues) return chooseChain(ctx, connection, undefined, true);
  logConnection(ctx, connection, plainEnd);
  closeSocket(ctx, connection.socket);
  return GONE;
}

function onChain(
  ctx: Context,
  connection: Connection,
  { listener, chain }: Extract<ChainDecision, { kind: 'chain' }>,
  event: Received | undefined,
): Connection | typeof GONE {
  const hello = event === undefined ? undefined : readClientHello(event.message);
  const placed: Connection = { ...connection, place: placeOf(listener, chain) };
  if (chain.tls === undefined) return served(ctx, { ...placed, sni: hello?.sni ?? '' }, chain, event);
  const waiting: Connection = { ...placed, state: { kind: 'handshaking', chain } };
  return event === undefined ? waiting : greeted(ctx, waiting, chain, event);
}

/** The first bytes on a connection whose TLS ends here: what is no TLS fails the handshake. */
function greeted(
  ctx: Context,
  connection: Connection,
  { tls }: FilterChain,
  event: Received,
): Connection | typeof GONE {
  const hello = readClientHello(event.message);
  if (hello === undefined) {
    logConnection(ctx, connection, { ...plainEnd, transportFailure: wrongVersion });
    closeSocket(ctx, connection.socket);
    return GONE;
  }
  const runtime = runtimeOf(ctx, connection.runtime);
  if (tls !== undefined) acceptTlsOn(ctx, connection.socket, serverContext(tls, runtime?.credential), hello);
  return connection;
}

const wrongVersion = 'TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end';

function handshakeDone(ctx: Context, connection: Connection): Connection | typeof GONE {
  const { state } = connection;
  return state.kind === 'handshaking' ? served(ctx, connection, state.chain, undefined) : connection;
}

/** Bytes begin: those of requests, or bytes as they are. */
function served(
  ctx: Context,
  connection: Connection,
  chain: FilterChain,
  event: Received | undefined,
): Connection | typeof GONE {
  const { terminal } = chain;
  if (terminal.kind === 'tcp')
    return beginTcp(ctx, connection, {
      chain: { ...chain, terminal },
      event,
      connections: (cluster) => connectionsOfBytes(ctx, connection.process, cluster),
    });
  if (terminal.kind === 'connect')
    return { ...connection, state: { kind: 'tunnel', terminator: terminal, streams: new Map() } };
  const http: Connection = { ...connection, state: { kind: 'http', manager: terminal } };
  return event === undefined ? http : receiveHttp(ctx, http, terminal, event);
}

function connectionsOfBytes(ctx: Context, process: AnyEntityId, cluster: string): number {
  let count = 0;
  for (const [, { process: own, state }] of ctx.all(connectionType))
    if (own === process && state.kind === 'tcp' && state.cluster === cluster && state.upstream !== undefined)
      count += 1;
  return count;
}

function openingOf(event: Received | undefined): Opening {
  if (event === undefined) return { kind: 'none' };
  const hello = readClientHello(event.message);
  if (hello !== undefined) return { kind: 'tls', sni: hello.sni, alpn: hello.alpn };
  const version = sniffHttp(event.message);
  if (version === undefined) return { kind: 'raw', http: '' };
  return { kind: 'raw', http: version === 'http2' ? 'h2c' : isHttp10(event.message) ? 'http/1.0' : 'http/1.1' };
}

// --- the end

function ended(
  ctx: Context,
  connection: Connection,
  event: Extract<SocketEvent, { type: 'ended' }>,
): Connection | typeof GONE {
  if (connection.state.kind === 'tcp') return endTcp(ctx, connection, connection.state, event);
  if (event.socket !== connection.socket) return connection;
  stopWaiting(ctx, connection);
  if (event.how === 'FIN') closeSocket(ctx, connection.socket);
  if (connection.state.kind === 'http') clientGone(ctx, connection);
  else if (connection.state.kind === 'tunnel') endStreams(ctx, connection.state);
  else if (connection.state.kind !== 'awaiting-header') logConnection(ctx, connection, plainEnd);
  return GONE;
}

/** The time of a chain that is drained is over: what is still on it is closed, whatever is under way. */
function chainGone(ctx: Context, connection: Connection): typeof GONE {
  const { state, drains } = connection;
  if (drains !== undefined) ctx.cause = drains.decision;
  stopWaiting(ctx, connection);
  if (state.kind === 'tcp') return closeTcp(ctx, connection, state);
  if (state.kind === 'http') clientGone(ctx, connection, removalOf(connection));
  else if (state.kind === 'tunnel') endStreams(ctx, state);
  else logConnection(ctx, connection, plainEnd);
  closeSocket(ctx, connection.socket);
  return GONE;
}
