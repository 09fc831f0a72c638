// The calling side of a gRPC stream: one entity a call of a program. It holds one stream open on one HTTP/2 connection, sends its
// messages at their rate, and when the stream breaks opens another as soon as its channel's back-off allows.
// Source: grpc/grpc:doc/{PROTOCOL-HTTP2,connection-backoff,connectivity-semantics-and-api}.md. Not modelled: deadlines, keepalive
// PINGs, flow control, load balancing in the client (one address at a time, as pick_first).
import type { AnyEntityId, Context, EntityId, EntityType, Instant, RecordId, TimerId } from '../kernel/index.ts';
import { after, exactly, GONE, micros } from '../kernel/index.ts';
import {
  grpcFromHttp,
  grpcFromReset,
  grpcHalfClose,
  grpcMessage,
  grpcOpen,
  http2Preface,
  readGrpc,
} from '../net/index.ts';
import type { Http2Frame, WireMessage } from '../trace/index.ts';
import { record } from '../trace/index.ts';
import type { CallDone } from './client.ts';
import { resolveName } from './client.ts';
import { dial } from './dial.ts';
import { callInterval, grpcBackoff, grpcConnectTimeout } from './facts.ts';
import { netnsType } from './netns.ts';
import type { FailureReason, SocketEvent } from './process.ts';
import type { StreamCall } from './program.ts';
import { closeSocket, send } from './socket.ts';

/** The stream that is open or being opened. */
interface Attempt {
  readonly request: RecordId;
  readonly startedAt: Instant;
  /** The channel makes no other attempt before. */
  readonly notBefore: Instant;
  /** HTTP/2 stream; 0 until it is opened. */
  readonly stream: number;
  /** Messages sent or, of a server stream, received. */
  readonly messages: number;
  /** The next message; undefined where the server sends, or after the last. */
  readonly next: TimerId | undefined;
}

interface Channel {
  readonly socket: AnyEntityId;
  /** The server's SETTINGS came: the connection counts as made. */
  readonly isReady: boolean;
  /** GOAWAY: no new stream on it. */
  readonly isGoingAway: boolean;
  readonly nextStream: number;
}

export interface StreamClient {
  readonly process: AnyEntityId;
  readonly netns: AnyEntityId;
  readonly call: StreamCall;
  readonly uid: number;
  readonly done: EntityId<CallDone>;
  readonly channel: Channel | undefined;
  readonly attempt: Attempt | undefined;
  /** Connection attempts that failed one after another. */
  readonly failures: number;
  readonly opening: WireMessage;
}

export type StreamClientMessage =
  | SocketEvent
  | { readonly type: 'open' }
  | { readonly type: 'message' }
  | { readonly type: 'resolved'; readonly name: string; readonly address: string | undefined };

const unavailable = 14;

const streamClientType: EntityType<StreamClient, StreamClientMessage> = {
  name: 'host.stream-client',
  handle(client, message, ctx) {
    switch (message.type) {
      case 'open':
        return begin(ctx, client);
      case 'message':
        return sendMessage(ctx, client);
      case 'resolved':
        return message.address === undefined
          ? broken(ctx, unreached(client), unavailable, `${client.call.target.host}: NXDOMAIN`)
          : connect(ctx, client, message.address);
      case 'connected':
        send(ctx, message.socket, http2Preface);
        return openStream(ctx, client);
      case 'failed':
        return broken(ctx, unreached({ ...client, channel: undefined }), unavailable, dialError(message.reason));
      case 'received':
        return received(ctx, client, message);
      case 'ended': {
        if (message.how === 'FIN') closeSocket(ctx, message.socket);
        const lost: StreamClient = { ...client, channel: undefined };
        const detail = message.how === 'FIN' ? 'EOF' : 'connection reset by peer';
        return broken(
          ctx,
          client.channel?.isReady === true ? lost : unreached(lost),
          unavailable,
          `error reading from server: ${detail}`,
        );
      }
      case 'accepted':
      case 'secured':
        return client;
    }
  },
};

/** Makes the calling side of a stream, which opens it at once. `done` is told when a stream with a count has ended well. */
export function createStreamClient(
  ctx: Context,
  path: string,
  spec: Pick<StreamClient, 'process' | 'netns' | 'call' | 'uid' | 'done'>,
): void {
  const { target, headers, stream, every, count } = spec.call;
  const head = {
    method: 'POST',
    path: target.path,
    authority: `${target.host}:${target.port}`,
    headers: [['content-type', 'application/grpc'] as const, ...headers],
  };
  const only = stream === 'server' ? askForStream(every, count) : undefined;
  const client = ctx.create(streamClientType, path, {
    ...spec,
    channel: undefined,
    attempt: undefined,
    failures: 0,
    opening: grpcOpen(head, only),
  });
  ctx.tell(client, { type: 'open' });
}

/** The request of a server stream: an echo server is told in it what a real one's program knows. */
function askForStream(every: number, count: number | undefined): string {
  return `server stream, a message every ${every} us${count === undefined ? '' : `, ${count} messages`}`;
}

function begin(ctx: Context, client: StreamClient): StreamClient {
  const { target } = client.call;
  const request = record(ctx, 'request', {
    process: client.process,
    netns: client.netns,
    protocol: 'grpc',
    method: 'POST',
    url: target.url,
    source: ctx.read(netnsType, client.netns)?.addresses[0] ?? '',
    tag: '',
  });
  ctx.cause = request;
  const notBefore = after(ctx.now, ctx.span(grpcBackoff(client.failures)));
  const next: StreamClient = {
    ...client,
    attempt: { request, startedAt: ctx.now, notBefore, stream: 0, messages: 0, next: undefined },
  };
  if (next.channel !== undefined) return openStream(ctx, next);
  const address = resolveName(ctx, client.netns, target.host, ctx.self as EntityId<StreamClientMessage>);
  return address === undefined ? next : connect(ctx, next, address);
}

function connect(ctx: Context, client: StreamClient, address: string): StreamClient {
  const socket = dial(ctx, {
    process: client.process,
    netns: client.netns,
    owner: ctx.self as EntityId<StreamClientMessage>,
    destination: { ip: address, port: client.call.target.port },
    uid: client.uid,
    timeout: grpcConnectTimeout,
  });
  return { ...client, channel: { socket, isReady: false, isGoingAway: false, nextStream: 1 } };
}

function openStream(ctx: Context, client: StreamClient): StreamClient {
  const { attempt, channel, opening } = client;
  if (attempt === undefined || channel === undefined) return client;
  ctx.cause = attempt.request;
  const stream = channel.nextStream;
  send(ctx, channel.socket, opening, { request: attempt.request, stream });
  const open: StreamClient = {
    ...client,
    channel: { ...channel, nextStream: stream + 2 },
    attempt: { ...attempt, stream },
  };
  return client.call.stream === 'server' ? open : sendMessage(ctx, open);
}

/** The next message of the client's side; after the last, the end of that side. */
function sendMessage(ctx: Context, client: StreamClient): StreamClient {
  const { attempt, channel, call } = client;
  if (attempt === undefined || channel === undefined) return client;
  const { request, stream } = attempt;
  send(ctx, channel.socket, grpcMessage(`${call.stream} stream message`), { request, stream });
  const messages = attempt.messages + 1;
  if (messages === call.count) {
    send(ctx, channel.socket, grpcHalfClose, { request, stream });
    return { ...client, attempt: { ...attempt, messages, next: undefined } };
  }
  const self = ctx.self as EntityId<StreamClientMessage>;
  const next = ctx.timer(exactly(callInterval, call.every), self, { type: 'message' });
  return { ...client, attempt: { ...attempt, messages, next } };
}

function received(
  ctx: Context,
  client: StreamClient,
  event: Extract<SocketEvent, { type: 'received' }>,
): StreamClient | typeof GONE {
  const frames = readGrpc(event.message);
  if (frames === undefined || event.message.layer !== 'http2') {
    closeSocket(ctx, event.socket);
    return broken(ctx, unreached({ ...client, channel: undefined }), unavailable, 'the answer is not HTTP/2');
  }
  const next = heard(client, event.message.frames);
  if (next.attempt === undefined || event.stream !== next.attempt.stream) return next;
  const { head, isEnd, reset } = frames;
  if (reset !== undefined)
    return broken(ctx, next, grpcFromReset(reset), `stream terminated by RST_STREAM with error code: ${reset}`);
  if (!isEnd) return next;
  const status = head?.grpcStatus ?? grpcFromHttp(head?.status ?? 0);
  return status === 0 ? endedWell(ctx, next) : broken(ctx, next, status, head?.body ?? '', head?.flag);
}

/** What the frames say of the connection. */
function heard(client: StreamClient, frames: readonly Http2Frame[]): StreamClient {
  const { channel } = client;
  if (channel === undefined) return client;
  const has = (name: Http2Frame['frame']): boolean => frames.some(({ frame }) => frame === name);
  if (has('SETTINGS')) return { ...client, failures: 0, channel: { ...channel, isReady: true } };
  return has('GOAWAY') ? { ...client, channel: { ...channel, isGoingAway: true } } : client;
}

/** A stream that ends well is opened again, unless its messages were counted: then the call is done. */
function endedWell(ctx: Context, client: StreamClient): StreamClient | typeof GONE {
  const next = finish(ctx, client, { result: '200', ok: true, detail: '' });
  if (client.call.count === undefined) return openAgain(ctx, next, client.attempt?.notBefore);
  if (client.channel !== undefined) closeSocket(ctx, client.channel.socket);
  ctx.tell(client.done, { type: 'call-done', ok: true });
  return GONE;
}

/** The stream is over with a status that is not OK, or never came to be. */
function broken(ctx: Context, client: StreamClient, status: number, detail: string, flag?: string): StreamClient {
  if (client.attempt === undefined) return client;
  const result = `grpc ${status}${flag === undefined ? '' : ` ${flag}`}`;
  return openAgain(ctx, finish(ctx, client, { result, ok: false, detail }), client.attempt.notBefore);
}

function openAgain(ctx: Context, client: StreamClient, notBefore: Instant | undefined): StreamClient {
  const wait = micros(Math.max(0, (notBefore ?? ctx.now) - ctx.now));
  ctx.scheduleAt(grpcBackoff(client.failures), wait, ctx.self as EntityId<StreamClientMessage>, { type: 'open' });
  const { channel } = client;
  if (channel?.isGoingAway !== true) return client;
  closeSocket(ctx, channel.socket);
  return { ...client, channel: undefined };
}

interface Result {
  readonly result: string;
  readonly ok: boolean;
  readonly detail: string;
}

function finish(ctx: Context, client: StreamClient, result: Result): StreamClient {
  const { attempt } = client;
  if (attempt === undefined) return client;
  if (attempt.next !== undefined) ctx.cancel(attempt.next);
  const { request, startedAt } = attempt;
  const status = result.ok ? 200 : 0;
  ctx.cause = record(ctx, 'response', { request, ...result, status, latency: micros(ctx.now - startedAt) });
  return { ...client, attempt: undefined };
}

/** One more connection attempt that failed. */
function unreached(client: StreamClient): StreamClient {
  return { ...client, failures: client.failures + 1 };
}

function dialError(reason: FailureReason): string {
  const what = reason === 'ECONNREFUSED' ? 'connect: connection refused' : 'i/o timeout';
  return `connection error: transport: Error while dialing: ${what}`;
}
