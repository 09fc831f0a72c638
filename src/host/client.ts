// The calling side of a program: one entity a call, with its connection, its requests under way and what they came to.
// HTTP/1.1 carries one request at a time, gRPC multiplexes streams on one connection, TCP sends bytes and waits for an answer.
import type { AnyEntityId, Context, EntityId, EntityType, Instant, RecordId, TimerId } from '../kernel/index.ts';
import { exactly, GONE, micros } from '../kernel/index.ts';
import type { HttpVersion, TlsClient } from '../net/index.ts';
import { asHttp10, grpcFromHttp, http2Preface, readResponse, requestMessage } from '../net/index.ts';
import type { HttpRequestHead, HttpResponseHead, WireMessage } from '../trace/index.ts';
import { record } from '../trace/index.ts';
import { dial, openDatagrams } from './dial.ts';
import { connectTimeout, requestTimeout } from './facts.ts';
import { netnsType } from './netns.ts';
import type { SocketEvent } from './process.ts';
import type { CallProtocol, Manner, Target } from './program.ts';
import { carriesBytes } from './program.ts';
import { closeSocket, send } from './socket.ts';

/** Told when a request ended, if the caller wants to know. */
export interface CallDone {
  readonly type: 'call-done';
  readonly ok: boolean;
}

interface Pending {
  readonly request: RecordId;
  readonly stream: number;
  readonly askedAt: Instant;
}

export interface Client {
  readonly process: AnyEntityId;
  readonly netns: AnyEntityId;
  readonly target: Target;
  readonly method: string;
  /** A header named `host` replaces the target's own. */
  readonly headers: readonly (readonly [string, string])[];
  readonly manner: Manner;
  /** Keeps its connection between calls. A client that does not makes one call, closes and is gone. */
  readonly keepAlive: boolean;
  readonly uid: number;
  /** Free text carried into the request's record: who asked for it. */
  readonly tag: string;
  readonly done: EntityId<CallDone> | undefined;
  readonly phase: 'idle' | 'resolving' | 'connecting' | 'open';
  readonly socket: AnyEntityId | undefined;
  readonly pending: readonly Pending[];
  /** Requests that wait for the connection or for their turn. */
  readonly waiting: readonly Pending[];
  readonly nextStream: number;
  /** One watch for all requests: a timer each would fill the queue with timers of requests long answered. */
  readonly watch: TimerId | undefined;
  /** The server has spoken first on this connection. */
  readonly isGreeted: boolean;
  /** What the connection speaks: what is wanted, over TLS what the server chose. */
  readonly version: HttpVersion;
  readonly message: WireMessage;
}

export type ClientMessage =
  | SocketEvent
  | { readonly type: 'call' }
  | { readonly type: 'resolved'; readonly name: string; readonly address: string | undefined }
  | { readonly type: 'watch' };

const clientType: EntityType<Client, ClientMessage> = {
  name: 'host.client',
  handle(client, message, ctx) {
    switch (message.type) {
      case 'call':
        return call(ctx, client);
      case 'resolved':
        return message.address === undefined
          ? failAll(ctx, client, 'no such host', `${client.target.host}: NXDOMAIN`)
          : connect(ctx, client, message.address);
      case 'connected':
        return isTls(client.target.protocol) ? client : opened(ctx, client, versionOf(client));
      case 'secured':
        return opened(ctx, client, message.tls.alpn === 'h2' ? 'http2' : 'http1');
      case 'received':
        return received(ctx, client, message);
      case 'failed':
        return failAll(ctx, { ...client, phase: 'idle', socket: undefined }, resultOf(message.reason), message.detail);
      case 'ended':
        if (message.how === 'FIN' && client.socket !== undefined) closeSocket(ctx, client.socket);
        return failAll(
          ctx,
          { ...client, phase: 'idle', socket: undefined },
          'reset',
          message.how === 'RST' ? 'connection reset by peer' : 'connection closed before an answer',
        );
      case 'watch':
        return watch(ctx, client);
      case 'accepted':
        return client;
    }
  },
};

/** What makes a client: where it calls from and to. */
export type ClientSpec = Pick<
  Client,
  'process' | 'netns' | 'target' | 'method' | 'headers' | 'manner' | 'keepAlive' | 'uid' | 'tag' | 'done'
>;

/** Makes the calling side of one call; tell it `call` for each request. */
export function createClient(ctx: Context, path: string, spec: ClientSpec): EntityId<ClientMessage> {
  // In one literal: a client is copied several times a request, and one that grew field by field is slow to copy.
  return ctx.create(clientType, path, {
    process: spec.process,
    netns: spec.netns,
    target: spec.target,
    method: spec.method,
    headers: spec.headers,
    manner: spec.manner,
    keepAlive: spec.keepAlive,
    uid: spec.uid,
    tag: spec.tag,
    done: spec.done,
    phase: 'idle',
    socket: undefined,
    pending: [],
    waiting: [],
    nextStream: 1,
    watch: undefined,
    isGreeted: false,
    version: versionOf(spec),
    message: messageFor(spec, versionOf(spec)),
  });
}

type Asked = Pick<Client, 'target' | 'method' | 'headers' | 'manner'>;

/** By headers, as all clients of a program share them: the request made last, and for whom. */
const messages = new WeakMap<Client['headers'], { spec: Asked; version: HttpVersion; message: WireMessage }>();

function messageFor(spec: Asked, version: HttpVersion): WireMessage {
  const last = messages.get(spec.headers);
  const isSame =
    last?.spec.target === spec.target &&
    last.spec.method === spec.method &&
    last.spec.manner.isHttp10 === spec.manner.isHttp10 &&
    last.version === version;
  if (isSame) return last.message;
  const message = makeMessage(spec, version);
  messages.set(spec.headers, { spec, version, message });
  return message;
}

function makeMessage(spec: Asked, version: HttpVersion): WireMessage {
  const { target, headers } = spec;
  if (target.protocol === 'udp') return { layer: 'udp', what: 'hello' };
  if (carriesBytes(target.protocol)) return { layer: 'bytes', what: 'hello' };
  const { protocol, host, port, path } = target;
  const isDefault = (port === 80 && protocol === 'http') || (port === 443 && protocol === 'https');
  const own = headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  const others = headers.filter(([name]) => name.toLowerCase() !== 'host');
  const extra = protocol === 'grpc' ? [['content-type', 'application/grpc'] as const, ...others] : others;
  const authority = own ?? (isDefault ? host : `${host}:${port}`);
  const head: HttpRequestHead = { method: methodOf(spec), path, authority, headers: extra };
  const message = requestMessage(version, head, protocol === 'grpc' ? 'request message' : undefined);
  return spec.manner.isHttp10 ? asHttp10(message) : message;
}

function versionOf({ target, manner }: Pick<Client, 'target' | 'manner'>): HttpVersion {
  return manner.version ?? (target.protocol === 'grpc' ? 'http2' : 'http1');
}

function isTls(protocol: CallProtocol): boolean {
  return protocol === 'https' || protocol === 'tls';
}

function call(ctx: Context, client: Client): Client {
  const { target } = client;
  const source = ctx.read(netnsType, client.netns)?.addresses[0] ?? '';
  const request = record(ctx, 'request', {
    process: client.process,
    netns: client.netns,
    protocol: target.protocol,
    method: methodOf(client),
    url: target.url,
    source,
    tag: client.tag,
  });
  ctx.cause = request;
  const watch = client.watch ?? ctx.timer(requestTimeout, ctx.self as EntityId<ClientMessage>, { type: 'watch' });
  const waiting = [...client.waiting, { request, stream: 0, askedAt: ctx.now }];
  return next(ctx, { ...client, waiting, watch });
}

/** HTTP method of a client's requests; gRPC is always POST, bytes have none. */
function methodOf({ target, method }: Pick<Client, 'target' | 'method'>): string {
  if (carriesBytes(target.protocol)) return '';
  return target.protocol === 'grpc' ? 'POST' : method;
}

/** Does whatever can be done for the waiting requests now. */
function next(ctx: Context, client: Client): Client {
  if (client.waiting.length === 0) return client;
  switch (client.phase) {
    case 'idle':
      return resolve(ctx, client);
    case 'resolving':
    case 'connecting':
      return client;
    case 'open':
      if (client.manner.awaitsGreeting && !client.isGreeted) return client;
      return isMultiplexed(client) || client.pending.length === 0 ? sendNext(ctx, client) : client;
  }
}

/** One HTTP/2 connection carries many requests at once. */
function isMultiplexed({ target, version }: Client): boolean {
  return version === 'http2' && !carriesBytes(target.protocol);
}

function resolve(ctx: Context, client: Client): Client {
  const { host } = client.manner.connectTo ?? client.target;
  const address = resolveName(ctx, client.netns, host, ctx.self as EntityId<ClientMessage>);
  return address === undefined ? { ...client, phase: 'resolving' } : connect(ctx, client, address);
}

/** The address of a host if it needs no look-up; else undefined, and `resolved` is told to `asker`. */
export function resolveName(
  ctx: Context,
  netns: AnyEntityId,
  host: string,
  asker: EntityId<Extract<ClientMessage, { type: 'resolved' }>>,
): string | undefined {
  const resolver = ctx.read(netnsType, netns)?.resolver;
  if (isAddress(host) || resolver === undefined) return host;
  // A client takes `resolved` as a process does; the resolver needs no more of it.
  ctx.tell(resolver, { type: 'query', name: host, netns, asker: asker as never });
  return undefined;
}

function isAddress(host: string): boolean {
  return /^\d+\.\d+\.\d+\.\d+$/.test(host) || host.startsWith('[');
}

function connect(ctx: Context, client: Client, address: string): Client {
  const { target, manner } = client;
  const { port } = manner.connectTo ?? target;
  const { process, netns, uid } = client;
  const owner = ctx.self as EntityId<ClientMessage>;
  const from = { process, netns, owner, destination: { ip: address, port } };
  const tls = isTls(target.protocol) ? { tls: tlsOf(target, manner) } : {};
  const socket =
    target.protocol === 'udp' ? openDatagrams(ctx, from) : dial(ctx, { ...from, uid, timeout: connectTimeout, ...tls });
  return { ...client, phase: 'connecting', socket };
}

function tlsOf(target: Target, { sni = target.host, version, certificate, roots }: Manner): TlsClient {
  const http = version === 'http2' ? ['h2', 'http/1.1'] : ['http/1.1'];
  return {
    alpn: target.protocol === 'tls' ? [] : http,
    sni,
    roots,
    ...(certificate === undefined ? {} : { credential: certificate }),
  };
}

function opened(ctx: Context, client: Client, version: HttpVersion): Client {
  const open: Client = {
    ...client,
    phase: 'open',
    nextStream: 1,
    isGreeted: false,
    version,
    message: version === client.version ? client.message : messageFor(client, version),
  };
  if (open.socket !== undefined && isMultiplexed(open)) send(ctx, open.socket, http2Preface);
  return next(ctx, open);
}

function sendNext(ctx: Context, client: Client): Client {
  const first = client.waiting[0];
  if (first === undefined || client.socket === undefined) return client;
  ctx.cause = first.request;
  const stream = isMultiplexed(client) ? client.nextStream : 0;
  send(ctx, client.socket, client.message, { request: first.request, stream });
  const sent = {
    ...client,
    waiting: client.waiting.slice(1),
    pending: [...client.pending, { ...first, stream }],
    nextStream: client.nextStream + 2,
  };
  return next(ctx, sent);
}

function received(
  ctx: Context,
  client: Client,
  event: Extract<SocketEvent, { type: 'received' }>,
): Client | typeof GONE {
  const { protocol } = client.target;
  if (carriesBytes(protocol)) {
    const first = client.pending[0];
    // A greeting before anything was asked (a server that speaks first) is no answer yet.
    if (first === undefined) return next(ctx, { ...client, isGreeted: true });
    return answered(ctx, client, first, { result: 'ok', status: 0, ok: true, detail: '' });
  }
  const response = readResponse(event.message);
  if (response === undefined) {
    // SETTINGS and other frames without a response; bytes that are no HTTP are a protocol error.
    return event.message.layer === 'http2' ? client : failAll(ctx, client, 'protocol error', 'the answer is not HTTP');
  }
  const pending = isMultiplexed(client)
    ? client.pending.find((item) => item.stream === event.stream)
    : client.pending[0];
  return pending === undefined ? client : answered(ctx, client, pending, outcome(protocol, response.head));
}

interface Outcome {
  readonly result: string;
  readonly status: number;
  readonly ok: boolean;
  readonly detail: string;
}

function outcome(protocol: CallProtocol, head: HttpResponseHead): Outcome {
  const flag = head.flag === undefined ? '' : ` ${head.flag}`;
  if (protocol === 'grpc') {
    const grpc = head.grpcStatus ?? grpcFromHttp(head.status);
    return {
      result: grpc === 0 ? '200' : `grpc ${grpc}${flag}`,
      status: head.status,
      ok: grpc === 0,
      detail: head.body ?? '',
    };
  }
  return { result: `${head.status}${flag}`, status: head.status, ok: head.status < 400, detail: head.body ?? '' };
}

function answered(ctx: Context, client: Client, pending: Pending, result: Outcome): Client | typeof GONE {
  finish(ctx, client, pending, result);
  const rest = { ...client, pending: client.pending.filter((item) => item !== pending) };
  return client.keepAlive ? next(ctx, rest) : leave(ctx, rest);
}

/** The one call of a client without keep-alive is over. */
function leave(ctx: Context, client: Client): typeof GONE {
  if (client.watch !== undefined) ctx.cancel(client.watch);
  if (client.socket !== undefined) closeSocket(ctx, client.socket);
  return GONE;
}

function finish(ctx: Context, client: Client, pending: Pending, result: Outcome): void {
  const before = ctx.cause;
  ctx.cause = record(ctx, 'response', {
    request: pending.request,
    ...result,
    latency: micros(ctx.now - pending.askedAt),
  });
  if (client.done !== undefined) ctx.tell(client.done, { type: 'call-done', ok: result.ok });
  ctx.cause = before;
}

function failAll(ctx: Context, client: Client, result: string, detail: string): Client | typeof GONE {
  for (const pending of [...client.pending, ...client.waiting])
    finish(ctx, client, pending, { result, status: 0, ok: false, detail });
  return client.keepAlive ? { ...client, phase: 'idle', pending: [], waiting: [] } : leave(ctx, client);
}

/** Gives up what waited too long, with its connection; looks again when the next one would have. */
function watch(ctx: Context, client: Client): Client | typeof GONE {
  const all = [...client.pending, ...client.waiting];
  const isOver = (item: Pending): boolean => ctx.now - item.askedAt >= requestTimeout.max;
  const over = all.filter(isOver);
  for (const item of over)
    finish(ctx, client, item, { result: 'timeout', status: 0, ok: false, detail: 'no answer in time' });
  const oldest = all.find((item) => !isOver(item));
  const again =
    oldest === undefined
      ? undefined
      : ctx.timer(
          exactly(requestTimeout, micros(oldest.askedAt + requestTimeout.max - ctx.now)),
          ctx.self as EntityId<ClientMessage>,
          { type: 'watch' },
        );
  if (over.length === 0) return { ...client, watch: again };
  if (!client.keepAlive) return leave(ctx, { ...client, watch: again });
  if (client.socket !== undefined) closeSocket(ctx, client.socket);
  const left = (items: readonly Pending[]): readonly Pending[] => items.filter((item) => !isOver(item));
  // The connection goes: what else was under way on it asks again on the next one.
  const waiting = [...left(client.pending), ...left(client.waiting)];
  return next(ctx, { ...client, watch: again, phase: 'idle', socket: undefined, pending: [], waiting });
}

function resultOf(reason: Extract<SocketEvent, { type: 'failed' }>['reason']): string {
  switch (reason) {
    case 'ECONNREFUSED':
      return 'refused';
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return 'unreachable';
    case 'ECONNRESET':
      return 'reset';
    case 'TLS':
      return 'tls error';
  }
}
