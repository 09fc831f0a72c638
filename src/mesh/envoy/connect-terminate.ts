// HBONE as an Envoy receives it (connect_terminate): mutual TLS ended on port 15008, then every CONNECT is a connection of its own at a
// listener inside of the proxy (main_internal). To that connection its stream is a socket like any other; where it was going is the
// authority that was asked for, who sent it is whom the tunnel's certificate names. CONNECT is answered before anything is known of what
// follows, so whatever is refused then ends a stream that was open.
// Source: istio/istio:pilot/pkg/networking/core/listener_waypoint.go buildConnectTerminateListener, pilot/pkg/xds/filters/filters.go
// ConnectAuthorityFilter at 1.31. Not modelled: keep-alive PINGs, the limit of 100 streams a tunnel.
import type { AnyEntityId, Context, EntityId, EntityType } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { SocketEvent, SocketMessage } from '../../host/index.ts';
import { NO_ENTITY, parseAddress, send } from '../../host/index.ts';
import { connectAnswer, endOfStream, goaway, http2Settings, readStream, resetStream, wrap } from '../hbone/index.ts';
import type { Connection, TunnelEnd } from './connection-state.ts';
import { runtimeOf } from './runtime.ts';

type Received = Extract<SocketEvent, { type: 'received' }>;

/** A tunnel's stream as the connection that it carries sees it. */
interface CarriedSocket {
  readonly owner: EntityId<SocketEvent>;
  /** The tunnel's own connection, and its socket. */
  readonly tunnel: EntityId<StreamOver>;
  readonly socket: AnyEntityId;
  readonly on: number;
}

/** Told to the tunnel: the stream is no more. */
export interface StreamOver {
  readonly type: 'stream-over';
  readonly on: number;
}

type CarriedMessage =
  | Extract<SocketMessage, { type: 'send' | 'close' | 'reset' | 'adopt' }>
  | ({ readonly type: 'carried' } & Pick<Received, 'message' | 'request' | 'isSealed'> & { readonly stream: number })
  | { readonly type: 'client-ended'; readonly how: 'FIN' | 'RST' };
export type CarriedId = EntityId<CarriedMessage>;

export const carriedType: EntityType<CarriedSocket, CarriedMessage> = {
  name: 'envoy.carried-socket',
  handle(carried, message, ctx) {
    const { owner, tunnel, socket, on } = carried;
    switch (message.type) {
      case 'adopt':
        return { ...carried, owner: message.owner };
      case 'send': {
        const { request, stream: innerStream, isSealed } = message;
        send(ctx, socket, wrap(message.message), { stream: on, request, innerStream, isSealed });
        return carried;
      }
      case 'close':
      case 'reset':
        send(ctx, socket, message.type === 'close' ? endOfStream : resetStream, { stream: on });
        ctx.tell(tunnel, { type: 'stream-over', on });
        return GONE;
      case 'carried': {
        const { type, ...rest } = { ...message, type: 'received' as const };
        ctx.tell(owner, { type, socket: ctx.self, ...rest, innerStream: 0, attachment: NO_ENTITY });
        return carried;
      }
      case 'client-ended':
        ctx.tell(owner, { type: 'ended', socket: ctx.self, how: message.how });
        return message.how === 'FIN' ? carried : GONE;
    }
  },
};

/** Makes the connection that a CONNECT carries. */
export type OpenCarried = (socket: CarriedId, authority: string) => EntityId<SocketEvent>;

/** A message on a tunnel. */
export function receiveOnTunnel(
  ctx: Context,
  connection: Connection,
  tunnel: TunnelEnd,
  event: Received,
  open: OpenCarried,
): Connection {
  const content = readStream(event.message);
  const carried = tunnel.streams.get(event.stream);
  switch (content.kind) {
    case 'preface':
      send(ctx, connection.socket, http2Settings);
      return connection;
    case 'connect':
      return connected(ctx, connection, tunnel, event.stream, (socket) => open(socket, content.authority));
    case 'data': {
      const { request, isSealed, innerStream: stream } = event;
      if (carried !== undefined)
        ctx.tell(carried, { type: 'carried', message: content.inner, request, isSealed, stream });
      return connection;
    }
    case 'end':
    case 'reset':
      if (carried !== undefined)
        ctx.tell(carried, { type: 'client-ended', how: content.kind === 'end' ? 'FIN' : 'RST' });
      return connection;
    case 'answer':
    case 'goaway':
    case 'other':
      return connection;
  }
}

function connected(
  ctx: Context,
  connection: Connection,
  tunnel: TunnelEnd,
  on: number,
  open: (socket: CarriedId) => EntityId<SocketEvent>,
): Connection {
  const { socket } = connection;
  send(ctx, socket, connectAnswer(200), { stream: on });
  // A proxy that drains says so with its next answer.
  if (runtimeOf(ctx, connection.runtime)?.isDraining === true) send(ctx, socket, goaway);
  const self = ctx.self as EntityId<SocketEvent & StreamOver>;
  const carried = ctx.create(carriedType, `${ctx.pathOf(self)}/stream-${on}`, {
    owner: self,
    tunnel: self,
    socket,
    on,
  });
  ctx.tell(carried, { type: 'adopt', owner: open(carried) });
  return { ...connection, state: { ...tunnel, streams: new Map(tunnel.streams).set(on, carried) } };
}

export function streamOver(connection: Connection, tunnel: TunnelEnd, { on }: StreamOver): Connection {
  const streams = new Map(tunnel.streams);
  streams.delete(on);
  return { ...connection, state: { ...tunnel, streams } };
}

/** The tunnel is gone, and all that it carries with it. */
export function endStreams(ctx: Context, { streams }: TunnelEnd): void {
  for (const carried of streams.values()) ctx.tell(carried, { type: 'client-ended', how: 'RST' });
}

/** Where a CONNECT asks to go; an authority that is no address goes to no chain. */
export function targetOf(authority: string): Connection['local'] {
  return parseAddress(authority) ?? { ip: authority, port: 0 };
}
