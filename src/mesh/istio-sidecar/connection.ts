// One connection of an application or a peer as Envoy holds it, from its capture to its end: which listener or filter chain takes it,
// TLS where the chain ends it, then HTTP request by request or bytes both ways.
// Not modelled: byte counts, flow control, upgrades, HTTP/1.1 pipelining, bodies that come in pieces.
import type { Context, EntityType } from '../../kernel/index.ts';
import { GONE, NO_RECORD } from '../../kernel/index.ts';
import type { SocketEvent } from '../../host/index.ts';
import {
  acceptTlsOn,
  adoptSocket,
  closeSocket,
  formatAddress,
  NO_ENTITY,
  resetSocket,
  socketType,
} from '../../host/index.ts';
import { readClientHello, sniffHttp } from '../../net/index.ts';
import type { DecisionInput, WireMessage } from '../../trace/index.ts';
import { recordCause } from '../../trace/index.ts';
import type { ChainDecision, Opening } from './chain-decision.ts';
import { chainChoice, decideChain } from './chain-decision.ts';
import { logConnection, plainEnd } from './connection-log.ts';
import type { SidecarConfiguration } from './configuration.ts';
import type { Connection, HttpFilter, HttpMessage } from './connection-state.ts';
import { clientGone, handleHttp, receiveHttp } from './http-exchange.ts';
import type { FirstBytes } from './listener-decision.ts';
import { decideListener, listenerChoice } from './listener-decision.ts';
import type { RuntimeId } from './runtime.ts';
import { configurationOf, runtimeOf } from './runtime.ts';
import { beginTcp, endTcp, receiveTcp } from './tcp-proxy.ts';
import { serverContext } from './transport.ts';

export type ConnectionMessage =
  SocketEvent | HttpMessage | { readonly type: 'begin' } | { readonly type: 'proxy-exits' };

export const connectionType: EntityType<Connection, ConnectionMessage> = {
  name: 'envoy.connection',
  handle(connection, message, ctx) {
    switch (message.type) {
      case 'begin':
        return connection.side === 'outbound'
          ? chooseListener(ctx, connection, undefined)
          : chooseChain(ctx, connection, undefined);
      case 'received':
        return received(ctx, connection, message);
      case 'secured':
        return message.socket === connection.socket
          ? handshakeDone(ctx, { ...connection, principal: message.tls.peer, sni: message.tls.sni })
          : receiveTcp(ctx, connection, message);
      case 'ended':
        return ended(ctx, connection, message);
      case 'failed':
        if (message.socket !== connection.socket) return receiveTcp(ctx, connection, message);
        logConnection(ctx, connection, { ...plainEnd, transportFailure: message.detail.replaceAll(' ', '_') });
        return GONE;
      case 'connected':
        return receiveTcp(ctx, connection, message);
      case 'proxy-exits':
        return GONE;
      case 'accepted':
        return connection;
      case 'upstream-message':
      case 'upstream-failed':
      case 'retry':
      case 'route-timeout':
        return handleHttp(ctx, connection, message);
    }
  },
};

/** Takes over a socket that Envoy accepted on 15001 or 15006. */
export function openConnection(
  ctx: Context,
  runtime: RuntimeId,
  side: Connection['side'],
  event: Extract<SocketEvent, { type: 'accepted' }>,
): void {
  const accepted = ctx.read(socketType, event.socket);
  const connection = ctx.create(connectionType, `${ctx.pathOf(event.socket)}/${side}`, {
    runtime,
    process: ctx.self,
    side,
    socket: event.socket,
    connection: accepted?.connection ?? NO_ENTITY,
    local: event.original,
    peer: event.peer,
    openedAt: ctx.now,
    principal: '',
    sni: '',
    state: { kind: 'inspecting' },
    exchanges: [],
    nextKey: 0,
  });
  adoptSocket(ctx, event.socket, connection);
  ctx.tell(connection, { type: 'begin' });
}

type Received = Extract<SocketEvent, { type: 'received' }>;

function received(ctx: Context, connection: Connection, event: Received): Connection | typeof GONE {
  switch (connection.state.kind) {
    case 'inspecting':
      return connection.side === 'outbound'
        ? chooseListener(ctx, connection, event)
        : chooseChain(ctx, connection, event);
    case 'handshaking':
      return connection;
    case 'http':
      return receiveHttp(ctx, connection, connection.state.filter, event);
    case 'tcp':
      return receiveTcp(ctx, connection, event);
  }
}

// --- outbound

function chooseListener(ctx: Context, connection: Connection, event: Received | undefined): Connection | typeof GONE {
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime?.document === undefined) return GONE;
  const bytes = event === undefined ? 'none' : firstBytes(event.message);
  const decision = decideListener(configurationOf(ctx, runtime), connection.local, bytes);
  recordCause(ctx, 'decision', {
    point: 'sidecar.outbound.listener',
    subject: connection.process,
    connection: connection.connection,
    request: event?.request ?? NO_RECORD,
    chosen: listenerChoice(decision),
    input: remembered(configurationOf(ctx, runtime), `${formatAddress(connection.local)} ${bytes}`, () => ({
      destination: formatAddress(connection.local),
      bytes,
    })),
    configuration: runtime.document,
    origin: decision.kind === 'inspect' ? {} : decision.origin,
  });
  switch (decision.kind) {
    case 'inspect':
      return connection;
    case 'http':
      return asHttp(ctx, connection, { side: 'outbound', routes: decision.routes }, event);
    case 'tcp':
      return beginTcp(ctx, connection, { cluster: decision.cluster, port: undefined }, event);
  }
}

function firstBytes(message: WireMessage): FirstBytes {
  if (readClientHello(message) !== undefined) return 'tls';
  return sniffHttp(message) ?? 'other';
}

function asHttp(
  ctx: Context,
  connection: Connection,
  filter: HttpFilter,
  event: Received | undefined,
): Connection | typeof GONE {
  const http: Connection = { ...connection, state: { kind: 'http', filter } };
  return event === undefined ? http : receiveHttp(ctx, http, filter, event);
}

// --- inbound

function chooseChain(ctx: Context, connection: Connection, event: Received | undefined): Connection | typeof GONE {
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime?.document === undefined) return GONE;
  const configuration = configurationOf(ctx, runtime);
  const opening = openingOf(event);
  const decision = decideChain(configuration, connection.local.port, opening);
  recordCause(ctx, 'decision', {
    point: 'sidecar.inbound.chain',
    subject: connection.process,
    connection: connection.connection,
    request: event?.request ?? NO_RECORD,
    chosen: chainChoice(decision),
    input: chainInput(configuration, connection.local.port, opening),
    configuration: runtime.document,
    origin: decision.kind === 'chain' ? decision.port.modeOrigin : {},
  });
  switch (decision.kind) {
    case 'inspect':
      return connection;
    case 'no-chain':
      logConnection(ctx, connection, { ...plainEnd, flags: 'NR', details: 'filter_chain_not_found' });
      resetSocket(ctx, connection.socket);
      return GONE;
    case 'chain':
      return onChain(ctx, connection, decision, event);
  }
}

function onChain(
  ctx: Context,
  connection: Connection,
  { chain, port }: Extract<ChainDecision, { kind: 'chain' }>,
  event: Received | undefined,
): Connection | typeof GONE {
  const hello = event === undefined ? undefined : readClientHello(event.message);
  if (!chain.terminates || hello === undefined) {
    if (chain.protocol === 'http') return asHttp(ctx, connection, { side: 'inbound', port }, event);
    return beginTcp(ctx, connection, { cluster: port.cluster, port }, event);
  }
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime?.credential === undefined) {
    resetSocket(ctx, connection.socket);
    return GONE;
  }
  acceptTlsOn(ctx, connection.socket, serverContext(chain.protocol, runtime.credential, runtime.trustDomain), hello);
  return { ...connection, state: { kind: 'handshaking', chain, port } };
}

function handshakeDone(ctx: Context, connection: Connection): Connection | typeof GONE {
  const { state } = connection;
  if (state.kind !== 'handshaking') return connection;
  if (state.chain.protocol === 'http') return asHttp(ctx, connection, { side: 'inbound', port: state.port }, undefined);
  return beginTcp(ctx, connection, { cluster: state.port.cluster, port: state.port }, undefined);
}

function openingOf(event: Received | undefined): Opening {
  if (event === undefined) return { kind: 'none' };
  const hello = readClientHello(event.message);
  return hello === undefined
    ? { kind: 'raw', isHttp: sniffHttp(event.message) !== undefined }
    : { kind: 'tls', alpn: hello.alpn };
}

function chainInput(configuration: SidecarConfiguration, port: number, opening: Opening): DecisionInput {
  const alpn = opening.kind === 'tls' ? opening.alpn : [];
  const isHttp = opening.kind === 'raw' && opening.isHttp;
  return remembered(configuration, `${port} ${opening.kind} ${alpn.join(' ')} ${String(isHttp)}`, () => ({
    port,
    opening: opening.kind,
    alpn,
    isHttp,
  }));
}

const inputs = new WeakMap<SidecarConfiguration, Map<string, DecisionInput>>();

/** One object per content, so that a record of what repeats costs nothing. */
function remembered(configuration: SidecarConfiguration, key: string, make: () => DecisionInput): DecisionInput {
  let byKey = inputs.get(configuration);
  if (byKey === undefined) inputs.set(configuration, (byKey = new Map<string, DecisionInput>()));
  let input = byKey.get(key);
  if (input === undefined) byKey.set(key, (input = make()));
  return input;
}

// --- the end

function ended(
  ctx: Context,
  connection: Connection,
  event: Extract<SocketEvent, { type: 'ended' }>,
): Connection | typeof GONE {
  if (connection.state.kind === 'tcp') return endTcp(ctx, connection, connection.state, event);
  if (event.socket !== connection.socket) return connection;
  if (event.how === 'FIN') closeSocket(ctx, connection.socket);
  if (connection.state.kind === 'http') clientGone(ctx, connection);
  else logConnection(ctx, connection, plainEnd);
  return GONE;
}
