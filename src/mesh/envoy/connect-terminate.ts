// HBONE as an Envoy receives it (connect_terminate): mutual TLS ended on port 15008, then every CONNECT is a connection of its own at a
// listener inside of the proxy (main_internal). To that connection its stream is a socket like any other; where it was going is the
// authority that was asked for, who sent it is whom the tunnel's certificate names. CONNECT is answered before anything is known of what
// follows, so whatever is refused then ends a stream that was open.
// Source: istio/istio:pilot/pkg/networking/core/listener_waypoint.go buildConnectTerminateListener, pilot/pkg/xds/filters/filters.go
// ConnectAuthorityFilter at 1.31. Not modelled: keep-alive PINGs, the limit of 100 streams a tunnel.
import type { Context, EntityId } from '../../kernel/index.ts';
import type { SocketEvent } from '../../host/index.ts';
import { parseAddress, send } from '../../host/index.ts';
import { connectAnswer, goaway, http2Settings, readStream } from '../hbone/index.ts';
import type { CarriedId, StreamOver } from './carried-socket.ts';
import { carriedType } from './carried-socket.ts';
import type { Connection, TunnelEnd } from './connection-state.ts';
import { runtimeOf } from './runtime.ts';

type Received = Extract<SocketEvent, { type: 'received' }>;

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
  if (connection.drains !== undefined || runtimeOf(ctx, connection.runtime)?.isDraining === true)
    send(ctx, socket, goaway);
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
