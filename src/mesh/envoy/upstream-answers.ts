// What comes back on the connections of a pool, and what its clients say after their request: more of it, or that they gave it up.
import type { AnyEntityId, Context } from '../../kernel/index.ts';
import type { SocketEvent } from '../../host/index.ts';
import { closeSocket, resetSocket, send } from '../../host/index.ts';
import { headerOf, readResponse } from '../../net/index.ts';
import type { WireMessage } from '../../trace/index.ts';
import { drained } from './upstream-connection.ts';
import type { Pooled, Streaming, Upstream, UpstreamMessage } from './upstream-state.ts';
import { connectionOn, failWaiting, lost, without, withConnection } from './upstream-state.ts';

export function received(
  ctx: Context,
  upstream: Upstream,
  event: Extract<SocketEvent, { type: 'received' }>,
): Upstream {
  const connection = connectionOn(upstream, event.socket);
  if (connection === undefined) return upstream;
  if (connection.phase === 'connecting') {
    // The peer answers a ClientHello with something that is no TLS.
    closeSocket(ctx, event.socket);
    return failWaiting(ctx, without(upstream, connection), 'tls', 'WRONG_VERSION_NUMBER');
  }
  const { message } = event;
  if (isGoaway(message)) return drained(ctx, upstream, { ...connection, phase: 'draining' });
  const streaming =
    upstream.version === 'http2'
      ? connection.streams.find((item) => item.stream === event.stream)
      : connection.streams[0];
  if (message.layer !== upstream.version && streaming?.isUpgraded !== true) return garbled(ctx, upstream, connection);
  if (streaming === undefined) return upstream;
  const { from, key } = streaming;
  const reset = resetOf(message);
  if (reset !== undefined) {
    const failure = reset === 'REFUSED_STREAM' ? 'remote-refused' : 'remote-reset';
    ctx.tell(from, { type: 'upstream-failed', key, failure, detail: '' });
    return finished(ctx, upstream, connection, streaming);
  }
  const isUpgraded = streaming.isUpgraded || readResponse(message)?.head.status === 101;
  const isEnd = !isUpgraded && endsStream(message);
  // A tunnel's stream has no address of its own.
  const socket = upstream.tunnel === undefined ? event.socket : undefined;
  ctx.tell(from, { type: 'upstream-message', key, message, socket, isEnd });
  if (isUpgraded && !streaming.isUpgraded) {
    const streams = connection.streams.map((item) => (item === streaming ? { ...item, isUpgraded } : item));
    return withConnection(upstream, { ...connection, streams });
  }
  if (!isEnd) return upstream;
  const head = readResponse(message)?.head;
  const closes = upstream.version === 'http1' && head !== undefined && headerOf(head, 'connection') === 'close';
  return finished(ctx, upstream, closes ? { ...connection, phase: 'draining' } : connection, streaming);
}

/** Something that is no HTTP of the version spoken: the codec gives the connection up, with all that is on it. */
function garbled(ctx: Context, upstream: Upstream, connection: Pooled): Upstream {
  closeSocket(ctx, connection.socket);
  return lost(ctx, without(upstream, connection), connection, 'protocol');
}

/** A request is over: its connection is free for the next, or closes. */
function finished(ctx: Context, upstream: Upstream, connection: Pooled, streaming: Streaming): Upstream {
  const rest: Pooled = {
    ...connection,
    streams: connection.streams.filter((item) => item !== streaming),
    lastUsed: ctx.now,
  };
  return drained(ctx, { ...upstream, active: upstream.active - 1 }, rest);
}

export function more(ctx: Context, upstream: Upstream, message: Extract<UpstreamMessage, { type: 'more' }>): Upstream {
  for (const connection of upstream.connections) {
    const streaming = connection.streams.find((item) => item.from === message.from && item.key === message.key);
    if (streaming !== undefined) {
      send(ctx, connection.socket, message.message, { request: streaming.request, stream: streaming.stream });
      return upstream;
    }
  }
  const waiting = upstream.waiting.map((asked) =>
    asked.from === message.from && asked.key === message.key
      ? { ...asked, later: [...asked.later, message.message] }
      : asked,
  );
  return { ...upstream, waiting };
}

/** The client is gone or has given up. On HTTP/1.1 the connection goes with the request. */
export function cancel(
  ctx: Context,
  upstream: Upstream,
  message: Extract<UpstreamMessage, { type: 'cancel' }>,
): Upstream {
  const isIt = (item: { readonly from: AnyEntityId; readonly key: number }): boolean =>
    item.from === message.from && item.key === message.key;
  if (upstream.waiting.some(isIt)) {
    return { ...upstream, active: upstream.active - 1, waiting: upstream.waiting.filter((item) => !isIt(item)) };
  }
  for (const connection of upstream.connections) {
    const streaming = connection.streams.find(isIt);
    if (streaming === undefined) continue;
    if (upstream.version === 'http2') {
      send(ctx, connection.socket, resetFrame, { request: streaming.request, stream: streaming.stream });
      return finished(ctx, upstream, connection, streaming);
    }
    resetSocket(ctx, connection.socket);
    return { ...without(upstream, connection), active: upstream.active - 1 };
  }
  return upstream;
}

const resetFrame: WireMessage = { layer: 'http2', frames: [{ frame: 'RST_STREAM', error: 'CANCEL' }] };

function isGoaway(message: WireMessage): boolean {
  return message.layer === 'http2' && message.frames.some((frame) => frame.frame === 'GOAWAY');
}

/** The error of a RST_STREAM; undefined without one. */
function resetOf(message: WireMessage): string | undefined {
  if (message.layer !== 'http2') return undefined;
  for (const frame of message.frames) if (frame.frame === 'RST_STREAM') return frame.error;
  return undefined;
}

/** Whether a message is the last of its stream in its direction. */
function endsStream(message: WireMessage): boolean {
  return message.layer !== 'http2' || message.frames.some((frame) => 'end' in frame && frame.end);
}
