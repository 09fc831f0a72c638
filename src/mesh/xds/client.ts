// A proxy's side of the control connection: dials istiod, subscribes, asks for certificates, reconnects with back-off.
// ztunnel and pilot-agent both use it. What arrives is told to the proxy; nothing is decided here.
// Simplified: certificates are asked for on the same connection, which fails where the real one of its own would.
import type {
  AnyEntityId,
  Context,
  DelayFact,
  EntityId,
  EntityType,
  Life,
  Micros,
  TimerId,
} from '../../kernel/index.ts';
import { begin, defineMachine, exactly, GONE, micros } from '../../kernel/index.ts';
import type { ProcessEvent, SocketEvent } from '../../host/index.ts';
import { closeSocket, dial, isPeerReachable, netnsType, send } from '../../host/index.ts';
import { http2Preface } from '../../net/index.ts';
import { record, stepLife } from '../../trace/index.ts';
import {
  agentConnectTimeout,
  envoyXdsBackoff,
  xdsBackoff,
  xdsConnectTimeout,
  xdsPingInterval,
  xdsPingTimeout,
} from '../facts.ts';
import type { DocumentId, XdsNode } from './document.ts';
import { createDocument, readDocument } from './document.ts';
import { csrMessage, discoveryStream, istiodService, meshRoot, subscribeMessage } from './wire.ts';

/** What a proxy hears from its control connection. */
export type XdsEvent =
  | { readonly type: 'xds-configuration'; readonly document: DocumentId }
  | { readonly type: 'xds-certificate'; readonly identity: string; readonly document: DocumentId }
  | { readonly type: 'xds-refusal'; readonly identity: string; readonly reason: string };

interface Attempts {
  /** Tries that failed since the last that did not; counted as far as the wait grows. */
  readonly attempt: number;
  readonly isEnvoy: boolean;
}
const ATTEMPTS_MAX = 12;

type LinkEvent = { readonly type: 'CONNECT' } | { readonly type: 'UP' } | { readonly type: 'LOST' };
type LinkCommand = 'resolve' | 'subscribe';

export const controlLink = defineMachine<Attempts, LinkEvent, LinkCommand>({
  id: 'xds.control-connection',
  config: {
    initial: 'idle',
    states: {
      idle: { on: { CONNECT: 'connecting' } },
      connecting: { entry: 'resolve', on: { UP: 'connected', LOST: 'waiting' } },
      connected: { entry: ['reset', 'subscribe'], on: { LOST: 'waiting' } },
      waiting: { entry: 'count', after: { backoff: 'connecting' } },
    },
  },
  updates: {
    reset: (context) => ({ ...context, attempt: 0 }),
    count: (context) => ({ ...context, attempt: Math.min(context.attempt + 1, ATTEMPTS_MAX) }),
  },
  effects: { resolve: () => ['resolve'], subscribe: () => ['subscribe'] },
  delays: {
    backoff: ({ attempt, isEnvoy }) =>
      isEnvoy
        ? upTo(micros(Math.min(30_000_000, 500_000 * doubled(attempt - 1))))
        : exactly(xdsBackoff, micros(Math.min(15_000_000, 10_000 * doubled(attempt - 1)))),
  },
});

function upTo(max: Micros): DelayFact {
  let fact = jittered.get(max);
  if (fact === undefined) jittered.set(max, (fact = { ...envoyXdsBackoff, max }));
  return fact;
}

const jittered = new Map<Micros, DelayFact>();

function doubled(times: number): number {
  let factor = 1;
  for (let index = 0; index < times && factor < 2_048; index += 1) factor *= 2;
  return factor;
}

interface Csr {
  readonly identity: string;
  readonly stream: number;
}

export interface XdsClient {
  readonly life: Life<Attempts>;
  readonly node: XdsNode;
  readonly netns: AnyEntityId;
  readonly owner: EntityId<XdsEvent>;
  /** The Service it calls, by name. */
  readonly host: string;
  readonly socket: AnyEntityId | undefined;
  readonly pings: TimerId | undefined;
  /** Asked and not yet answered; asked again after a reconnect. */
  readonly asked: readonly Csr[];
  readonly nextStream: number;
}

export type XdsClientMessage =
  | SocketEvent
  | LinkEvent
  | Extract<ProcessEvent, { type: 'resolved' }>
  | { readonly type: 'request-certificate'; readonly identity: string }
  | { readonly type: 'ping' | 'ping-timeout' }
  | { readonly type: 'stop' };
export type XdsClientId = EntityId<XdsClientMessage>;

export const xdsClientType: EntityType<XdsClient, XdsClientMessage> = {
  name: 'mesh.xds-client',
  handle(client, message, ctx) {
    switch (message.type) {
      case 'request-certificate':
        return ask(ctx, client, message.identity);
      case 'resolved':
        return message.address === undefined ? lost(ctx, client) : connect(ctx, client, message.address);
      case 'secured':
        return step(ctx, { ...client, pings: startPings(ctx) }, { type: 'UP' });
      case 'ping':
      case 'ping-timeout':
        return ping(ctx, client, message.type);
      case 'received':
        hear(ctx, client, message);
        return message.attachment >= 0
          ? { ...client, asked: client.asked.filter((csr) => csr.stream !== message.stream) }
          : client;
      case 'failed':
        return lost(ctx, client);
      case 'ended':
        if (message.how === 'FIN' && client.socket !== undefined) closeSocket(ctx, client.socket);
        return lost(ctx, client);
      case 'stop':
        for (const timer of [...Object.values(client.life.timers), client.pings])
          if (timer !== undefined) ctx.cancel(timer);
        return GONE;
      case 'connected':
      case 'accepted':
        return client;
      default:
        return step(ctx, client, message);
    }
  },
};

/** Makes a proxy's control connection; tell it `CONNECT`. */
export function createXdsClient(
  ctx: Context,
  node: XdsNode,
  netns: AnyEntityId,
  owner: EntityId<XdsEvent>,
  host: string = istiodService.host,
): XdsClientId {
  const { snapshot } = begin(controlLink, { attempt: 0, isEnvoy: node.proxy !== 'ztunnel' });
  const life: Life<Attempts> = { snapshot, timers: {} };
  return ctx.create(xdsClientType, `${ctx.pathOf(node.process)}/xds`, {
    life,
    node,
    netns,
    owner,
    host,
    socket: undefined,
    pings: undefined,
    asked: [],
    nextStream: 3,
  });
}

function step(ctx: Context, client: XdsClient, event: LinkEvent): XdsClient {
  return stepLife(ctx, controlLink, client, event, (value, command) =>
    command === 'resolve' ? resolve(ctx, value) : subscribe(ctx, value),
  );
}

/** What a ztunnel asked has failed: its own back-off goes on from there. A pilot-agent's question waits for the next connection. */
function lost(ctx: Context, client: XdsClient): XdsClient {
  if (client.pings !== undefined) ctx.cancel(client.pings);
  const down = step(ctx, { ...client, socket: undefined, pings: undefined }, { type: 'LOST' });
  if (client.node.proxy !== 'ztunnel') return down;
  for (const { identity } of client.asked) unavailable(ctx, client, identity);
  return { ...down, asked: [] };
}

function startPings(ctx: Context): TimerId {
  return ctx.timer(xdsPingInterval, ctx.self as XdsClientId, { type: 'ping' });
}

function ping(ctx: Context, client: XdsClient, type: 'ping' | 'ping-timeout'): XdsClient {
  if (client.socket === undefined) return client;
  if (isPeerReachable(ctx, client.socket)) return { ...client, pings: startPings(ctx) };
  if (type === 'ping')
    return { ...client, pings: ctx.timer(xdsPingTimeout, ctx.self as XdsClientId, { type: 'ping-timeout' }) };
  closeSocket(ctx, client.socket);
  return lost(ctx, client);
}

function unavailable(ctx: Context, client: XdsClient, identity: string): void {
  const reason = 'signing gRPC error (The service is currently unavailable): client error (Connect)';
  ctx.tell(client.owner, { type: 'xds-refusal', identity, reason });
}

function resolve(ctx: Context, client: XdsClient): XdsClient {
  const resolver = ctx.read(netnsType, client.netns)?.resolver;
  // The client takes `resolved` as a process does; the resolver needs no more of it.
  if (resolver !== undefined)
    ctx.tell(resolver, { type: 'query', name: client.host, netns: client.netns, asker: ctx.self as never });
  return client;
}

function connect(ctx: Context, client: XdsClient, address: string): XdsClient {
  const socket = dial(ctx, {
    process: client.node.process,
    netns: client.netns,
    owner: ctx.self as XdsClientId,
    destination: { ip: address, port: istiodService.port },
    uid: proxyUid,
    timeout: client.node.proxy === 'ztunnel' ? xdsConnectTimeout : agentConnectTimeout,
    tls: { alpn: ['h2'], sni: client.host, roots: [meshRoot], expect: [client.host] },
  });
  return { ...client, socket };
}

/** The user every Istio proxy runs as; redirect rules let its sockets pass (istio/istio:tools/istio-iptables). */
export const proxyUid = 1337;

function subscribe(ctx: Context, client: XdsClient): XdsClient {
  if (client.socket === undefined) return client;
  const node = createDocument(ctx, `${ctx.pathOf(client.node.process)}/node`, { kind: 'node', node: client.node });
  send(ctx, client.socket, http2Preface);
  send(ctx, client.socket, subscribeMessage, { stream: discoveryStream, attachment: node });
  for (const csr of client.asked) sendCsr(ctx, client.socket, client, csr);
  return client;
}

function ask(ctx: Context, client: XdsClient, identity: string): XdsClient {
  if (client.asked.some((csr) => csr.identity === identity)) return client;
  if (client.node.proxy === 'ztunnel' && client.life.snapshot.value === 'waiting') {
    unavailable(ctx, client, identity);
    return client;
  }
  const csr: Csr = { identity, stream: client.nextStream };
  if (client.socket !== undefined && client.life.snapshot.value === 'connected')
    sendCsr(ctx, client.socket, client, csr);
  return { ...client, asked: [...client.asked, csr], nextStream: client.nextStream + 2 };
}

function sendCsr(ctx: Context, socket: AnyEntityId, client: XdsClient, csr: Csr): void {
  record(ctx, 'certificate', { process: client.node.process, identity: csr.identity, event: 'requested', detail: '' });
  const document = createDocument(ctx, `csr/${csr.identity}/${ctx.pathOf(client.node.process)}/${csr.stream}`, {
    kind: 'csr',
    identity: csr.identity,
  });
  send(ctx, socket, csrMessage, { stream: csr.stream, attachment: document });
}

function hear(ctx: Context, client: XdsClient, event: Extract<SocketEvent, { type: 'received' }>): void {
  if (event.attachment < 0) return;
  const csr = client.asked.find((item) => item.stream === event.stream);
  if (csr === undefined) {
    ctx.tell(client.owner, { type: 'xds-configuration', document: event.attachment as DocumentId });
    return;
  }
  const grpcOk = event.message.layer === 'http2' && event.message.frames.length > 1;
  if (grpcOk)
    ctx.tell(client.owner, {
      type: 'xds-certificate',
      identity: csr.identity,
      document: event.attachment as DocumentId,
    });
  else
    ctx.tell(client.owner, {
      type: 'xds-refusal',
      identity: csr.identity,
      reason: readDocument(ctx, event.attachment, 'refusal').reason,
    });
}
