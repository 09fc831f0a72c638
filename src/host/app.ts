// The application process: acts out a Program. Serves its ports, calls others, exits when it is done or told to.
// A server keeps nothing per connection: what a message asks is answered on the socket it came by. A gRPC stream has an entity of
// its own on either side.
import type { AnyEntityId, Context, EntityId, EntityType, RecordId } from '../kernel/index.ts';
import { exactly, GONE, micros } from '../kernel/index.ts';
import type { HttpVersion, ReadRequest } from '../net/index.ts';
import {
  asHttp10,
  headerOf,
  http2Settings,
  isGrpcRequest,
  isHttp10,
  readClientHello,
  readRequest,
  responseMessage,
} from '../net/index.ts';
import type { HeaderList, HttpRequestHead, WireMessage } from '../trace/index.ts';
import { record } from '../trace/index.ts';
import type { CallDone, ClientMessage } from './client.ts';
import { createClient } from './client.ts';
import { datagramSocketType } from './datagram.ts';
import { callInterval } from './facts.ts';
import { keepAlive, noteKeepAlive } from './keep-alive.ts';
import { listen, listenDatagrams, netnsType } from './netns.ts';
import { endProcess } from './end-process.ts';
import { answerCheck } from './ext-authz-server.ts';
import type { ProcessEvent, ProcessInfo, SocketEvent } from './process.ts';
import type { Listen, Manner, Program, RequestCall, Target } from './program.ts';
import { plainManner } from './program.ts';
import { acceptTlsOn, closeSocket, send, socketType } from './socket.ts';
import { createStreamClient } from './stream-client.ts';
import { endStreams, opensStream, servedStreamKey, servedStreamType, serveStream } from './stream-server.ts';

export interface App {
  readonly info: ProcessInfo;
  readonly program: Program;
  readonly phase: 'booting' | 'running' | 'stopping';
  /** The calling side of each call; undefined for a stream, which calls by itself, and where every request has its own. */
  readonly clients: readonly (EntityId<ClientMessage> | undefined)[];
  /** Calls made so far, by call; of one without end that keeps its connection nobody counts them. */
  readonly made: readonly number[];
  /** Counted by a program that ends with its calls. */
  readonly answered: number;
  readonly failed: number;
}

/** One request asked from outside: from this process to a target. */
export interface Ask {
  readonly type: 'ask';
  readonly target: Target;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly manner: Manner;
  readonly tag: string;
  readonly sequence: number;
}

export type AppMessage =
  | ProcessEvent
  | CallDone
  | Ask
  | { readonly type: 'booted' }
  | { readonly type: 'tick'; readonly call: number }
  | {
      readonly type: 'respond';
      readonly socket: AnyEntityId;
      readonly message: WireMessage;
      readonly request: RecordId;
      readonly stream: number;
    }
  | { readonly type: 'exit'; readonly code: number };

export const appType: EntityType<App, AppMessage> = {
  name: 'host.app',
  handle(app, message, ctx) {
    const self = ctx.self as EntityId<AppMessage>;
    switch (message.type) {
      case 'start':
        ctx.cause = record(ctx, 'process', {
          process: ctx.self,
          netns: app.info.netns,
          program: app.info.program,
          event: 'started',
          detail: '',
        });
        ctx.schedule(app.program.boot, self, { type: 'booted' });
        return app;
      case 'booted':
        return app.phase === 'booting' ? boot(ctx, app) : app;
      case 'tick':
        return app.phase === 'running' ? tick(ctx, app, message.call) : app;
      case 'call-done':
        return endsWithCalls(app)
          ? callDone(ctx, { ...app, answered: app.answered + 1, failed: app.failed + (message.ok ? 0 : 1) })
          : app;
      case 'ask':
        ask(ctx, app, message);
        return app;
      case 'accepted': {
        const { keepAliveTimeout } = app.program.listens.find(({ port }) => port === message.port) ?? {};
        if (keepAliveTimeout !== undefined) keepAlive(ctx, message.socket, keepAliveTimeout);
        greet(ctx, app, message);
        return app;
      }
      case 'received':
        serve(ctx, app, message);
        return app;
      case 'respond':
        send(ctx, message.socket, message.message, { request: message.request, stream: message.stream });
        if (closesIdle(app)) noteKeepAlive(ctx, message.socket, 'answered');
        return app;
      case 'ended':
        if (message.how === 'FIN') closeSocket(ctx, message.socket);
        if (closesIdle(app)) noteKeepAlive(ctx, message.socket, 'end');
        endStreams(ctx, { socket: message.socket });
        return app;
      case 'signal':
        return signalled(ctx, app, message.signal);
      case 'exit':
        return exit(ctx, app, message.code);
      case 'connected':
      case 'secured':
      case 'failed':
      case 'resolved':
        return app;
    }
  },
};

function boot(ctx: Context, app: App): App {
  const { program, info } = app;
  const self = ctx.self as EntityId<AppMessage>;
  const own = ctx.read(netnsType, info.netns)?.addresses[0];
  for (const { port, bind, protocol } of program.listens) {
    const address = bind === 'pod' ? own : bind;
    if (protocol === 'udp') listenDatagrams(ctx, info.netns, port, self, address);
    else listen(ctx, info.netns, port, self, address);
  }
  const clients = program.calls.map((call, index) => {
    const path = `${ctx.pathOf(ctx.self)}/call-${index}`;
    if (call.kind === 'request') return call.keepAlive ? caller(ctx, app, call, path) : undefined;
    createStreamClient(ctx, path, { process: ctx.self, netns: info.netns, call, uid: info.uid, done: self });
    return undefined;
  });
  program.calls.forEach((call, index) => {
    if (call.kind === 'request') ctx.tell(self, { type: 'tick', call: index });
  });
  const { exit } = program;
  if (exit !== undefined && exit.after !== 'calls') ctx.schedule(exit.after, self, { type: 'exit', code: exit.code });
  return callDone(ctx, { ...app, phase: 'running', clients, made: program.calls.map(() => 0) });
}

function caller(ctx: Context, app: App, call: RequestCall, path: string): EntityId<ClientMessage> {
  const { target, method, headers, keepAlive, awaitsGreeting, isHttp10 } = call;
  const { netns, uid } = app.info;
  const done = ctx.self as EntityId<AppMessage>;
  return createClient(ctx, path, {
    process: ctx.self,
    netns,
    target,
    method,
    headers,
    manner: { ...plainManner, awaitsGreeting, isHttp10 },
    keepAlive,
    uid,
    tag: '',
    done,
  });
}

function tick(ctx: Context, app: App, index: number): App {
  const call = app.program.calls[index];
  const made = app.made[index] ?? 0;
  if (call?.kind !== 'request' || (call.count !== undefined && made >= call.count)) return app;
  // Without keep-alive every request has a client of its own, and so a connection of its own.
  const client = app.clients[index] ?? caller(ctx, app, call, `${ctx.pathOf(ctx.self)}/call-${index}-${made}`);
  ctx.tell(client, { type: 'call' });
  if (call.every !== undefined && (call.count === undefined || made + 1 < call.count)) {
    ctx.schedule(exactly(callInterval, call.every), ctx.self as EntityId<AppMessage>, { type: 'tick', call: index });
  }
  if (call.count === undefined && call.keepAlive) return app;
  return { ...app, made: app.made.map((count, at) => (at === index ? count + 1 : count)) };
}

function endsWithCalls({ program }: App): boolean {
  return program.exit?.after === 'calls';
}

/** A program that ends with its calls does so once every counted call was answered. */
function callDone(ctx: Context, app: App): App {
  const { exit, calls } = app.program;
  if (exit?.after !== 'calls' || app.phase !== 'running') return app;
  const wanted = calls.reduce((sum, call) => {
    if (call.kind === 'stream') return sum + (call.count === undefined ? Infinity : 1);
    return sum + (call.count ?? (call.every === undefined ? 1 : Infinity));
  }, 0);
  if (app.answered >= wanted)
    ctx.tell(ctx.self as EntityId<AppMessage>, { type: 'exit', code: app.failed > 0 ? 1 : exit.code });
  return app;
}

function ask(ctx: Context, app: App, message: Ask): void {
  const path = `${ctx.pathOf(ctx.self)}/ask-${message.tag}-${message.sequence}`;
  const client = createClient(ctx, path, {
    process: ctx.self,
    netns: app.info.netns,
    target: message.target,
    method: message.method,
    headers: message.headers,
    manner: message.manner,
    keepAlive: false,
    uid: app.info.uid,
    tag: message.tag,
    done: undefined,
  });
  ctx.tell(client, { type: 'call' });
}

function greet(ctx: Context, app: App, event: Extract<SocketEvent, { type: 'accepted' }>): void {
  const greeting = app.program.listens.find((port) => port.port === event.port)?.greeting;
  if (greeting !== undefined) send(ctx, event.socket, { layer: 'bytes', what: greeting });
}

/** Whether any of its servers closes connections that are idle: most do not, and then nothing is kept of them. */
function closesIdle({ program }: App): boolean {
  return program.listens.some(({ keepAliveTimeout }) => keepAliveTimeout !== undefined);
}

type Received = Extract<SocketEvent, { type: 'received' }>;

function serve(ctx: Context, app: App, event: Received): void {
  const open = portOf(ctx, app, event);
  if (open === undefined) return;
  const isPlain = open.protocol === 'https' && ctx.read(socketType, event.socket)?.tls.kind !== 'secure';
  if (isPlain && event.message.layer === 'http2') {
    refuse(ctx, event.socket);
    return;
  }
  // Plain HTTP where TLS is spoken is answered 400, as by Go's servers and nginx. Source: golang/go:src/net/http/server.go conn.serve.
  const port = isPlain ? { ...open, status: 400 } : open;
  const hello = readClientHello(event.message);
  if (hello !== undefined) {
    if (port.protocol === 'https' || port.protocol === 'any') {
      const credential = port.credential ?? { san: [hello.sni], root: 'public', notAfter: Number.MAX_SAFE_INTEGER };
      acceptTlsOn(ctx, event.socket, { alpn: ['http/1.1', 'h2'], credential, client: 'none', roots: [] }, hello);
    } else refuse(ctx, event.socket);
    return;
  }
  const request = readRequest(event.message);
  if (request !== undefined) {
    if (port.protocol === 'tcp') respond(ctx, port, event, { layer: 'bytes', what: 'echo' });
    else if (port.status < 400 && isGrpcRequest(request.head) && opensStream(event.message))
      serveStream(ctx, event, { process: ctx.self, latency: port.latency });
    else {
      const answer = answerTo(port, request);
      respond(ctx, delayed(port, request.head), event, isHttp10(event.message) ? asHttp10(answer) : answer);
    }
    record(ctx, 'served', {
      request: event.request,
      process: ctx.self,
      status: port.status,
      protocol: request.version,
      peer: '',
    });
    return;
  }
  if (event.message.layer === 'http2') {
    const stream = ctx.find(servedStreamType, servedStreamKey(event.socket, event.stream));
    if (stream !== undefined) ctx.tell(stream, { type: 'packet', message: event.message });
    else if (event.message.frames.some(({ frame }) => frame === 'PREFACE')) send(ctx, event.socket, http2Settings);
    return;
  }
  if (event.message.layer === 'udp') {
    record(ctx, 'served', { request: event.request, process: ctx.self, status: 0, protocol: 'udp', peer: '' });
    respond(ctx, port, event, { layer: 'udp', what: 'echo' });
    return;
  }
  if (event.message.layer === 'bytes' && (port.protocol === 'tcp' || port.protocol === 'any')) {
    record(ctx, 'served', { request: event.request, process: ctx.self, status: 0, protocol: 'tcp', peer: '' });
    respond(ctx, port, event, { layer: 'bytes', what: 'echo' });
    return;
  }
  refuse(ctx, event.socket);
}

/** Bytes a server does not understand: it closes, as servers do. */
function refuse(ctx: Context, socket: AnyEntityId): void {
  closeSocket(ctx, socket);
}

/** Undefined on a connection that it has closed: what comes then, nobody reads. */
function portOf(ctx: Context, app: App, { socket: id, message }: Received): Listen | undefined {
  const isUdp = message.layer === 'udp';
  const socket = isUdp ? undefined : ctx.read(socketType, id);
  if (socket?.state === 'closing') return undefined;
  const local = (isUdp ? ctx.read(datagramSocketType, id) : socket)?.local.port;
  return app.program.listens.find(({ port, protocol }) => port === local && (protocol === 'udp') === isUdp);
}

/** `?delay=500ms` in a request's path: echo servers answer that much later. */
function delayed(port: Listen, { path }: HttpRequestHead): Listen {
  const match = /[?&]delay=(\d+)(ms|s)(?:&|$)/.exec(path);
  if (match === null) return port;
  const [, count = '0', unit] = match;
  return { ...port, latency: exactly(port.latency, micros(Number(count) * (unit === 's' ? 1_000_000 : 1_000))) };
}

/** The answer to a request, with the headers it asks for: `x-echo-set-header: name:value, name:value`, as echo servers understand it. */
function answerTo(port: Listen, request: ReadRequest): WireMessage {
  if (port.answers === 'ext-authz') return answerCheck(request);
  const { version, head } = request;
  const message = responseFor(port, version, isGrpcRequest(head));
  const wanted = headerOf(head, 'x-echo-set-header');
  if (wanted === undefined) return message;
  const headers = wanted.split(',').flatMap((pair): HeaderList => {
    const colon = pair.indexOf(':');
    return colon < 1 ? [] : [[pair.slice(0, colon).trim(), pair.slice(colon + 1).trim()]];
  });
  return responseMessage(version, { status: port.status, headers });
}

const answers = new Map<number, WireMessage>();

/** The answer of an echo server: one object per form, so that the trace stores each once. */
function responseFor(port: Listen, version: HttpVersion, isGrpc: boolean): WireMessage {
  const key = port.status * 4 + (version === 'http2' ? 2 : 0) + (isGrpc ? 1 : 0);
  let message = answers.get(key);
  if (message === undefined) {
    const head = isGrpc
      ? {
          status: 200,
          grpcStatus: port.status < 400 ? 0 : 14,
          headers: [['content-type', 'application/grpc']] as const,
        }
      : { status: port.status, headers: [] };
    answers.set(
      key,
      (message = responseMessage(version, head, isGrpc && port.status < 400 ? 'response message' : undefined)),
    );
  }
  return message;
}

function respond(
  ctx: Context,
  port: Listen,
  event: Extract<SocketEvent, { type: 'received' }>,
  message: WireMessage,
): void {
  const { socket, request, stream } = event;
  if (port.keepAliveTimeout !== undefined) noteKeepAlive(ctx, socket, 'asked');
  ctx.schedule(port.latency, ctx.self as EntityId<AppMessage>, { type: 'respond', socket, message, request, stream });
}

function signalled(ctx: Context, app: App, signal: 'TERM' | 'KILL'): App | typeof GONE {
  if (signal === 'KILL') return exit(ctx, app, 137);
  if (app.phase === 'stopping' || app.program.onTerm === 'ignore') return app;
  ctx.schedule(app.program.onTerm, ctx.self as EntityId<AppMessage>, { type: 'exit', code: 143 });
  return { ...app, phase: 'stopping' };
}

function exit(ctx: Context, app: App, code: number): typeof GONE {
  endStreams(ctx, { process: ctx.self });
  endProcess(ctx, app.info, code);
  return GONE;
}
