// The serving side of a gRPC stream: one entity a stream that is open. It answers as an echo server of any method would: a bidi
// stream message by message, a client stream once at its end, a server stream at the rate its request asked for.
import type { AnyEntityId, Context, DelayFact, EntityId, EntityType, Micros, RecordId } from '../kernel/index.ts';
import { exactly, GONE, micros } from '../kernel/index.ts';
import { grpcAnswer, grpcMessage, grpcTrailers, readGrpc } from '../net/index.ts';
import type { WireMessage } from '../trace/index.ts';
import { callInterval } from './facts.ts';
import type { SocketEvent } from './process.ts';
import { send, socketType } from './socket.ts';

export interface ServedStream {
  /** Names it: the socket and the stream on it. */
  readonly key: string;
  readonly process: AnyEntityId;
  readonly socket: AnyEntityId;
  readonly stream: number;
  readonly request: RecordId;
  readonly latency: DelayFact;
  /** The response's HEADERS are out. */
  readonly hasBegun: boolean;
  /** Answers that are being made. */
  readonly pending: number;
  /** The client sends no more. */
  readonly isHalfClosed: boolean;
  /** What a server stream still has to send; undefined for other streams. */
  readonly sending: { readonly every: Micros; readonly left: number } | undefined;
  /** Whether every message is answered: undefined until the first one tells. */
  readonly isEcho: boolean | undefined;
}

export type ServedStreamMessage =
  | { readonly type: 'packet'; readonly message: WireMessage }
  /** The time it takes to answer is over. */
  | { readonly type: 'answer' }
  | { readonly type: 'gone' };

export const servedStreamType: EntityType<ServedStream, ServedStreamMessage> = {
  name: 'host.served-stream',
  keys: (stream) => [stream.key],
  handle(stream, message, ctx) {
    // A connection that is gone takes its streams along.
    if (ctx.read(socketType, stream.socket) === undefined) return GONE;
    switch (message.type) {
      case 'packet':
        return take(ctx, stream, message.message);
      case 'answer':
        return answer(ctx, stream);
      case 'gone':
        return GONE;
    }
  },
};

/** What names a stream of a socket. */
export function servedStreamKey(socket: AnyEntityId, stream: number): string {
  return `${socket}/${stream}`;
}

/** Whether a packet opens a stream rather than asking for one answer. */
export function opensStream(message: WireMessage): boolean {
  const frames = readGrpc(message);
  return frames !== undefined && (!frames.isEnd || frames.messages.some((text) => serverStream(text) !== undefined));
}

/** Begins to serve a stream; its first packet is the one that opened it. */
export function serveStream(
  ctx: Context,
  event: Extract<SocketEvent, { type: 'received' }>,
  spec: Pick<ServedStream, 'process' | 'latency'>,
): void {
  const { socket, stream, request, message } = event;
  const served = ctx.create(servedStreamType, `${ctx.pathOf(socket)}/stream-${stream}`, {
    ...spec,
    key: servedStreamKey(socket, stream),
    socket,
    stream,
    request,
    hasBegun: false,
    pending: 0,
    isHalfClosed: false,
    sending: undefined,
    isEcho: undefined,
  });
  ctx.tell(served, { type: 'packet', message });
}

/** The streams of a connection, or of a process, end with it. */
export function endStreams(
  ctx: Context,
  of: { readonly socket: AnyEntityId } | { readonly process: AnyEntityId },
): void {
  for (const [id, stream] of ctx.all(servedStreamType))
    if ('socket' in of ? stream.socket === of.socket : stream.process === of.process) ctx.tell(id, { type: 'gone' });
}

/** The wish in a server stream's request; undefined for any other message. */
function serverStream(text: string): ServedStream['sending'] {
  const match = /^server stream, a message every (\d+) us(?:, (\d+) messages)?$/.exec(text);
  return match === null ? undefined : { every: micros(Number(match[1])), left: Number(match[2] ?? Infinity) };
}

function take(ctx: Context, stream: ServedStream, message: WireMessage): ServedStream | typeof GONE {
  const frames = readGrpc(message);
  if (frames === undefined) return stream;
  if (frames.reset !== undefined) return GONE;
  const sending = frames.messages.map(serverStream).find((wish) => wish !== undefined);
  if (sending !== undefined) return later(ctx, { ...stream, sending }, stream.latency);
  const [first] = frames.messages;
  const isEcho = stream.isEcho ?? (first === undefined ? undefined : first.startsWith('bidi'));
  const next: ServedStream = { ...stream, isEcho, isHalfClosed: stream.isHalfClosed || frames.isEnd };
  if (next.isEcho === true) {
    if (first !== undefined) return later(ctx, next, stream.latency);
    return endWhenAnswered(ctx, next);
  }
  return frames.isEnd ? later(ctx, next, stream.latency) : next;
}

function endWhenAnswered(ctx: Context, stream: ServedStream): ServedStream | typeof GONE {
  return stream.isHalfClosed && stream.pending === 0 ? end(ctx, stream, grpcTrailers) : stream;
}

function later(ctx: Context, stream: ServedStream, wait: DelayFact): ServedStream {
  ctx.schedule(wait, ctx.self as EntityId<ServedStreamMessage>, { type: 'answer' });
  return { ...stream, pending: stream.pending + 1 };
}

function answer(ctx: Context, stream: ServedStream): ServedStream | typeof GONE {
  const { sending } = stream;
  const rest: ServedStream = { ...stream, pending: stream.pending - 1 };
  if (sending !== undefined) {
    const next = sendMessage(
      ctx,
      { ...rest, sending: { ...sending, left: sending.left - 1 } },
      'server stream message',
    );
    return sending.left > 1 ? later(ctx, next, exactly(callInterval, sending.every)) : end(ctx, next, grpcTrailers);
  }
  if (stream.isEcho !== true) return end(ctx, rest, grpcAnswer);
  return endWhenAnswered(ctx, sendMessage(ctx, rest, 'bidi stream message'));
}

function sendMessage(ctx: Context, stream: ServedStream, text: string): ServedStream {
  put(ctx, stream, grpcMessage(text, !stream.hasBegun));
  return { ...stream, hasBegun: true };
}

function end(ctx: Context, stream: ServedStream, message: WireMessage): typeof GONE {
  put(ctx, stream, message);
  return GONE;
}

function put(ctx: Context, stream: ServedStream, message: WireMessage): void {
  send(ctx, stream.socket, message, { request: stream.request, stream: stream.stream });
}
