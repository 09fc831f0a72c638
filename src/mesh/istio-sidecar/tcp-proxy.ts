// Bytes both ways between a captured connection and one endpoint. The upstream connection is made as soon as the client's is; what the
// client sends before is held. Source: envoyproxy/envoy:source/common/tcp_proxy/tcp_proxy.cc (one connect attempt).
import type { AnyEntityId, Context, EntityId, RecordId } from '../../kernel/index.ts';
import { GONE, NO_RECORD } from '../../kernel/index.ts';
import type { Address, SocketEvent } from '../../host/index.ts';
import { closeSocket, dial, formatAddress, resetSocket, send, socketType } from '../../host/index.ts';
import { recordCause } from '../../trace/index.ts';
import { proxyUid } from '../xds/index.ts';
import { authorizationChoice, authorizeCaller } from './authorization.ts';
import type { PortFacts } from './chain-decision.ts';
import type { ConnectionEnd } from './connection-log.ts';
import { logConnection, plainEnd } from './connection-log.ts';
import { indexOf } from './configuration.ts';
import type { Connection, TcpState } from './connection-state.ts';
import { decideEndpoint, endpointInput } from './endpoint-decision.ts';
import { connectTimeout, inboundSource } from './facts.ts';
import { failureReply } from './failure.ts';
import type { Runtime } from './runtime.ts';
import { configurationOf, runtimeOf } from './runtime.ts';
import { clientContext } from './transport.ts';

type Received = Extract<SocketEvent, { type: 'received' }>;
export interface TcpTarget {
  readonly cluster: string;
  readonly port: PortFacts | undefined;
}

/** Connects to the target; `event` is what the client has sent already. */
export function beginTcp(
  ctx: Context,
  connection: Connection,
  target: TcpTarget,
  event: Received | undefined,
): Connection | typeof GONE {
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime === undefined) return GONE;
  const upstream =
    target.port === undefined
      ? outboundUpstream(ctx, connection, runtime, target.cluster)
      : inboundUpstream(ctx, connection, runtime);
  if (upstream === undefined) {
    logConnection(ctx, connection, { ...plainEnd, flags: 'UH', cluster: target.cluster });
    closeSocket(ctx, connection.socket);
    return GONE;
  }
  const state: TcpState = {
    kind: 'tcp',
    ...target,
    upstream: upstream.socket,
    address: upstream.address,
    isOpen: false,
    isTls: upstream.isTls,
    isAuthorized: target.port === undefined,
    held: [],
  };
  const begun: Connection = { ...connection, state };
  return event === undefined ? begun : fromClient(ctx, begun, state, event);
}

interface OpenedUpstream {
  readonly socket: AnyEntityId;
  readonly address: Address;
  readonly isTls: boolean;
}

function outboundUpstream(
  ctx: Context,
  connection: Connection,
  runtime: Runtime,
  name: string,
): OpenedUpstream | undefined {
  const cluster = indexOf(configurationOf(ctx, runtime)).clusters.get(name);
  if (cluster === undefined || runtime.document === undefined) return undefined;
  const decision = decideEndpoint(cluster, {
    original: connection.local,
    tried: [],
    draw: (bound) => ctx.draw('choice', bound),
    active: () => 0,
  });
  recordCause(ctx, 'decision', {
    point: 'sidecar.outbound.endpoint',
    subject: connection.process,
    connection: connection.connection,
    request: NO_RECORD,
    chosen: decision.chosen,
    input: endpointInput(cluster, connection.local, [], decision),
    configuration: runtime.document,
    origin: cluster.origin,
  });
  if (decision.address === undefined) return undefined;
  const tls = clientContext(cluster, decision.transport, 'bytes', runtime.credential);
  const socket = dial(ctx, {
    process: connection.process,
    netns: runtime.netns,
    owner: ctx.self as EntityId<SocketEvent>,
    destination: decision.address,
    uid: proxyUid,
    timeout: connectTimeout,
    ...(tls === undefined ? {} : { tls }),
  });
  return { socket, address: decision.address, isTls: tls !== undefined };
}

function inboundUpstream(ctx: Context, connection: Connection, runtime: Runtime): OpenedUpstream {
  const address: Address = { ip: runtime.address, port: connection.local.port };
  const owner = ctx.self as EntityId<SocketEvent>;
  const socket = dial(ctx, {
    process: connection.process,
    netns: runtime.netns,
    owner,
    destination: address,
    uid: proxyUid,
    source: inboundSource,
    timeout: connectTimeout,
  });
  return { socket, address, isTls: false };
}

/** Any event of a connection that carries bytes, except its end. */
export function receiveTcp(
  ctx: Context,
  connection: Connection,
  event: Exclude<SocketEvent, { type: 'accepted' | 'ended' }>,
): Connection | typeof GONE {
  const { state } = connection;
  if (state.kind !== 'tcp') return connection;
  if (event.type === 'received') {
    if (event.socket === connection.socket) return fromClient(ctx, connection, state, event);
    send(ctx, connection.socket, event.message, event);
    return connection;
  }
  if (event.socket !== state.upstream) return connection;
  switch (event.type) {
    case 'connected':
      return state.isTls ? connection : opened(ctx, connection, state);
    case 'secured':
      return opened(ctx, connection, state);
    case 'failed': {
      const failure = event.reason === 'TLS' ? 'tls' : event.reason === 'ECONNREFUSED' ? 'connect' : 'connect-timeout';
      const { transportFailure } = failureReply(failure, event.detail, { retried: false, exhausted: true });
      log(ctx, connection, state, { ...quiet, flags: 'UF,URX', transportFailure });
      closeSocket(ctx, connection.socket);
      return GONE;
    }
  }
}

function opened(ctx: Context, connection: Connection, state: TcpState): Connection {
  for (const held of state.held) send(ctx, state.upstream, held.message, held);
  return { ...connection, state: { ...state, isOpen: true, held: [] } };
}

function fromClient(ctx: Context, connection: Connection, state: TcpState, event: Received): Connection | typeof GONE {
  if (!state.isAuthorized) {
    const denial = denialOf(ctx, connection, event.request);
    if (denial !== undefined) {
      log(ctx, connection, state, { ...quiet, terminationDetails: denial });
      closeSocket(ctx, connection.socket);
      closeSocket(ctx, state.upstream);
      return GONE;
    }
    return fromClient(ctx, connection, { ...state, isAuthorized: true }, event);
  }
  const { message, request, stream, innerStream, isSealed } = event;
  if (!state.isOpen)
    return { ...connection, state: { ...state, held: [...state.held, { message, request, stream, innerStream, isSealed }] } };
  send(ctx, state.upstream, message, { request, stream, innerStream, isSealed });
  return connection.state === state ? connection : { ...connection, state };
}

/** Why the RBAC filter refuses the connection; undefined when it does not, or there is none. */
function denialOf(ctx: Context, connection: Connection, request: RecordId): string | undefined {
  const runtime = runtimeOf(ctx, connection.runtime);
  if (runtime?.document === undefined) return undefined;
  const { authorization } = configurationOf(ctx, runtime).inbound;
  if (authorization.length === 0) return undefined;
  const { principal, sni, local, peer } = connection;
  const { verdict, input } = authorizeCaller(
    authorization,
    { principal, sni, sourceIp: peer.ip, destinationIp: local.ip, port: local.port },
    undefined,
  );
  recordCause(ctx, 'decision', {
    point: 'sidecar.inbound.authz',
    subject: connection.process,
    connection: connection.connection,
    request,
    chosen: authorizationChoice(verdict),
    input,
    configuration: runtime.document,
    origin: verdict.policy?.origin ?? {},
  });
  return verdict.allowed ? undefined : verdict.detail;
}

/** One side ended: the other is ended alike. Half-open connections are not modelled. */
export function endTcp(
  ctx: Context,
  connection: Connection,
  state: TcpState,
  event: Extract<SocketEvent, { type: 'ended' }>,
): typeof GONE {
  const other = event.socket === connection.socket ? state.upstream : connection.socket;
  if (event.how === 'FIN') closeSocket(ctx, event.socket);
  if (event.how === 'FIN') closeSocket(ctx, other);
  else resetSocket(ctx, other);
  log(ctx, connection, state, quiet);
  return GONE;
}

type Outcome = Pick<ConnectionEnd, 'flags' | 'transportFailure' | 'terminationDetails'>;

const quiet: Outcome = { flags: '', transportFailure: '', terminationDetails: '' };

function log(ctx: Context, connection: Connection, state: TcpState, outcome: Outcome): void {
  logConnection(ctx, connection, {
    ...plainEnd,
    ...outcome,
    cluster: state.cluster,
    upstream: state.address,
    upstreamLocal: ctx.read(socketType, state.upstream)?.local,
  });
}

/** The pool key of an endpoint: what is shared when two requests go the same way. */
export function poolKey(process: AnyEntityId, cluster: string, address: Address, how: string): string {
  return `${process}/${cluster}/${formatAddress(address)}/${how}`;
}
