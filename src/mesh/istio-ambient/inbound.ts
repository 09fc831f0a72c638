// What arrives at an enrolled pod: HBONE tunnels on 15008 with their streams, and plaintext on 15006. Both end at the
// application over the pod's own loopback, with the client's address kept.
import type { AnyEntityId, Context, EntityId, EntityType, RecordId } from '../../kernel/index.ts';
import { GONE, NO_RECORD } from '../../kernel/index.ts';
import type { Address, SocketEvent, SocketId } from '../../host/index.ts';
import { acceptTlsOn, adoptSocket, closeSocket, dial, formatAddress, NO_ENTITY, refuseTlsOn, resetSocket, send, socketType } from '../../host/index.ts';
import type { ClientHello } from '../../net/index.ts';
import { readClientHello } from '../../net/index.ts';
import type { WireMessage } from '../../trace/index.ts';
import { recordCause } from '../../trace/index.ts';
import type { DocumentId } from '../xds/index.ts';
import { meshRoot, readDocument } from '../xds/index.ts';
import type { CredentialAnswer } from './certificate.ts';
import { wantCredential } from './certificate.ts';
import type { AmbientConfiguration } from './configuration.ts';
import { indexOf } from './configuration.ts';
import type { EnrolledPod } from './enrolled-pod.ts';
import { connectionTimeout, ztunnelMark } from './facts.ts';
import { connectAnswer, endOfStream, goaway, http2Settings, readStream, resetStream, wrap } from './hbone.ts';
import type { InboundDecision, InboundRequest } from './inbound-decision.ts';
import { decideInbound, inboundChoice } from './inbound-decision.ts';
import { logConnection } from './log.ts';
import type { ConfigurationNews } from './outbound.ts';

// --- a tunnel

export interface InboundTunnel {
  readonly pod: EnrolledPod;
  readonly socket: AnyEntityId;
  readonly connection: AnyEntityId;
  readonly peer: Address;
  readonly trustDomain: string;
  readonly document: DocumentId | undefined;
  readonly hello: ClientHello | undefined;
  /** The client's SPIFFE ID, once the handshake is done. */
  readonly identity: string;
  readonly streams: ReadonlyMap<number, EntityId<InboundStreamMessage>>;
}

export type InboundTunnelMessage =
  | SocketEvent
  | CredentialAnswer
  | ConfigurationNews
  | { readonly type: 'stream-closed'; readonly stream: number }
  | { readonly type: 'drain' }
  | { readonly type: 'ztunnel-exits' };

export const inboundTunnelType: EntityType<InboundTunnel, InboundTunnelMessage> = {
  name: 'ztunnel.inbound-tunnel',
  handle(tunnel, message, ctx) {
    switch (message.type) {
      case 'received':
        return receivedOnTunnel(ctx, tunnel, message);
      case 'credential':
        if (tunnel.hello !== undefined) {
          const server = { alpn: ['h2'], credential: message.credential, requireClient: true, roots: [meshRoot], trustDomain: tunnel.trustDomain };
          acceptTlsOn(ctx, tunnel.socket, server, tunnel.hello);
        }
        return tunnel;
      case 'no-credential':
        refuseTlsOn(ctx, tunnel.socket, `no certificate for ${tunnel.pod.identity}`);
        return tunnel;
      case 'secured':
        return { ...tunnel, identity: message.tls.peer };
      case 'configuration':
        for (const stream of tunnel.streams.values()) ctx.tell(stream, message);
        return { ...tunnel, document: message.document };
      case 'stream-closed': {
        const streams = new Map(tunnel.streams);
        streams.delete(message.stream);
        return { ...tunnel, streams };
      }
      case 'drain':
        send(ctx, tunnel.socket, goaway);
        return tunnel;
      case 'ended':
        if (message.how === 'FIN') closeSocket(ctx, tunnel.socket);
        for (const stream of tunnel.streams.values()) ctx.tell(stream, { type: 'tunnel-gone' });
        return GONE;
      case 'failed':
        return GONE;
      case 'ztunnel-exits':
        resetSocket(ctx, tunnel.socket);
        for (const stream of tunnel.streams.values()) ctx.tell(stream, { type: 'tunnel-gone' });
        return GONE;
      case 'accepted':
      case 'connected':
        return tunnel;
    }
  },
};

export interface Arrival {
  readonly pod: EnrolledPod;
  readonly socket: AnyEntityId;
  readonly document: DocumentId | undefined;
  readonly trustDomain: string;
}

/** Takes over a socket accepted on 15008. */
export function openInboundTunnel(ctx: Context, arrival: Arrival): void {
  const accepted = ctx.read(socketType, arrival.socket);
  const tunnel = ctx.create(inboundTunnelType, `${ctx.pathOf(arrival.socket)}/hbone`, {
    ...arrival,
    connection: accepted?.connection ?? NO_ENTITY,
    peer: accepted?.remote ?? { ip: '', port: 0 },
    hello: undefined,
    identity: '',
    streams: new Map(),
  });
  adoptSocket(ctx, arrival.socket, tunnel);
}

function receivedOnTunnel(ctx: Context, tunnel: InboundTunnel, event: Extract<SocketEvent, { type: 'received' }>): InboundTunnel {
  const hello = readClientHello(event.message);
  if (hello !== undefined) {
    // The certificate is chosen by whose namespace accepted, and fetched on demand.
    const { ztunnel, xds, identity } = tunnel.pod;
    wantCredential(ctx, ztunnel, xds, identity, ctx.self as EntityId<InboundTunnelMessage>);
    return { ...tunnel, hello };
  }
  const content = readStream(event.message);
  const stream = tunnel.streams.get(event.stream);
  switch (content.kind) {
    case 'preface':
      send(ctx, tunnel.socket, http2Settings);
      return tunnel;
    case 'connect':
      return openStream(ctx, tunnel, event.stream, content.authority);
    case 'data':
      if (stream !== undefined) ctx.tell(stream, { type: 'data', message: content.inner, request: event.request, stream: event.innerStream });
      return tunnel;
    case 'end':
    case 'reset':
      if (stream !== undefined) ctx.tell(stream, { type: 'client-ended', how: content.kind === 'end' ? 'FIN' : 'RST' });
      return tunnel;
    case 'answer':
    case 'goaway':
    case 'other':
      return tunnel;
  }
}

function openStream(ctx: Context, tunnel: InboundTunnel, stream: number, authority: string): InboundTunnel {
  const { pod, document } = tunnel;
  const request: InboundRequest = { pod: pod.key, address: pod.address, target: authority, isTunnel: true, identity: tunnel.identity, sourceIp: tunnel.peer.ip };
  const decision = decideAndRecord(ctx, { pod, document, connection: tunnel.connection }, request);
  if (decision.kind === 'refuse') {
    send(ctx, tunnel.socket, connectAnswer(decision.status), { stream });
    logInbound(ctx, tunnel, request, decision.reason);
    return tunnel;
  }
  const entity = ctx.create(inboundStreamType, `${ctx.pathOf(ctx.self)}/stream-${stream}`, {
    pod,
    tunnel: ctx.self as EntityId<InboundTunnelMessage>,
    tunnelSocket: tunnel.socket,
    connection: tunnel.connection,
    stream,
    peer: tunnel.peer,
    document,
    request: { ...request, policies: policiesOf(ctx, document, pod.key) },
    socket: NO_ENTITY,
    isOpen: false,
    held: [],
  });
  ctx.tell(entity, { type: 'dial', port: decision.port });
  return { ...tunnel, streams: new Map(tunnel.streams).set(stream, entity) };
}

// --- one stream of a tunnel, or one plaintext connection: from the wire to the application

interface Held {
  readonly message: WireMessage;
  readonly request: RecordId;
  /** HTTP/2 stream of the application's own protocol. */
  readonly stream: number;
}

export interface InboundStream {
  readonly pod: EnrolledPod;
  readonly tunnel: EntityId<InboundTunnelMessage>;
  readonly tunnelSocket: AnyEntityId;
  readonly connection: AnyEntityId;
  readonly stream: number;
  readonly peer: Address;
  readonly document: DocumentId | undefined;
  readonly request: InboundRequest;
  /** The connection to the application. */
  readonly socket: AnyEntityId;
  readonly isOpen: boolean;
  readonly held: readonly Held[];
}

export type InboundStreamMessage =
  | SocketEvent
  | ConfigurationNews
  | { readonly type: 'dial'; readonly port: number }
  | ({ readonly type: 'data' } & Held)
  | { readonly type: 'client-ended'; readonly how: 'FIN' | 'RST' }
  | { readonly type: 'tunnel-gone' };

export const inboundStreamType: EntityType<InboundStream, InboundStreamMessage> = {
  name: 'ztunnel.inbound-stream',
  handle(stream, message, ctx) {
    switch (message.type) {
      case 'dial':
        return { ...stream, socket: dialApplication(ctx, stream.pod, stream.peer.ip, message.port) };
      case 'connected': {
        send(ctx, stream.tunnelSocket, connectAnswer(200), { stream: stream.stream });
        for (const held of stream.held) send(ctx, stream.socket, held.message, { request: held.request, stream: held.stream });
        return { ...stream, isOpen: true, held: [] };
      }
      case 'data':
        if (!stream.isOpen) return { ...stream, held: [...stream.held, message] };
        send(ctx, stream.socket, message.message, { request: message.request, stream: message.stream });
        return stream;
      case 'received':
        send(ctx, stream.tunnelSocket, wrap(message.message), { stream: stream.stream, request: message.request, innerStream: message.stream });
        return stream;
      case 'failed':
        send(ctx, stream.tunnelSocket, connectAnswer(503), { stream: stream.stream });
        return closeStream(ctx, stream, message.detail);
      case 'ended':
        if (message.how === 'FIN') closeSocket(ctx, stream.socket);
        send(ctx, stream.tunnelSocket, message.how === 'FIN' ? endOfStream : resetStream, { stream: stream.stream });
        return closeStream(ctx, stream, undefined);
      case 'client-ended':
        if (message.how === 'FIN') closeSocket(ctx, stream.socket);
        else resetSocket(ctx, stream.socket);
        return closeStream(ctx, stream, undefined);
      case 'tunnel-gone':
        resetSocket(ctx, stream.socket);
        return closeStream(ctx, stream, undefined);
      case 'configuration': {
        const next = { ...stream, document: message.document };
        const reason = noLongerAllowed(ctx, next.document, next.request);
        if (reason === undefined) return next;
        send(ctx, stream.tunnelSocket, resetStream, { stream: stream.stream });
        resetSocket(ctx, stream.socket);
        return closeStream(ctx, stream, 'connection closed due to policy change');
      }
      case 'accepted':
      case 'secured':
        return stream;
    }
  },
};

function closeStream(ctx: Context, stream: InboundStream, error: string | undefined): typeof GONE {
  ctx.tell(stream.tunnel, { type: 'stream-closed', stream: stream.stream });
  logInbound(ctx, stream, stream.request, error);
  return GONE;
}

export interface InboundPlain {
  readonly pod: EnrolledPod;
  readonly socket: AnyEntityId;
  readonly connection: AnyEntityId;
  readonly peer: Address;
  readonly document: DocumentId | undefined;
  readonly request: InboundRequest;
  readonly upstream: AnyEntityId;
  readonly isOpen: boolean;
  readonly held: readonly Held[];
}

export type InboundPlainMessage = SocketEvent | ConfigurationNews | { readonly type: 'begin' } | { readonly type: 'ztunnel-exits' };

export const inboundPlainType: EntityType<InboundPlain, InboundPlainMessage> = {
  name: 'ztunnel.inbound-plaintext',
  handle(plain, message, ctx) {
    switch (message.type) {
      case 'begin': {
        const decision = decideAndRecord(ctx, plain, plain.request);
        if (decision.kind === 'refuse') return refusePlain(ctx, plain, decision.reason);
        return { ...plain, request: { ...plain.request, policies: policiesOf(ctx, plain.document, plain.pod.key) }, upstream: dialApplication(ctx, plain.pod, plain.peer.ip, decision.port) };
      }
      case 'received': {
        const held: Held = { message: message.message, request: message.request, stream: message.stream };
        if (message.socket === plain.upstream) send(ctx, plain.socket, held.message, { request: held.request, stream: held.stream });
        else if (plain.isOpen) send(ctx, plain.upstream, held.message, { request: held.request, stream: held.stream });
        else return { ...plain, held: [...plain.held, held] };
        return plain;
      }
      case 'connected':
        for (const held of plain.held) send(ctx, plain.upstream, held.message, { request: held.request, stream: held.stream });
        return { ...plain, isOpen: true, held: [] };
      case 'failed':
        return refusePlain(ctx, plain, message.detail);
      case 'ended': {
        const other = message.socket === plain.socket ? plain.upstream : plain.socket;
        if (message.how === 'FIN') closeSocket(ctx, message.socket);
        if (other !== NO_ENTITY) closeSocket(ctx, other);
        logInbound(ctx, plain, plain.request, undefined);
        return GONE;
      }
      case 'configuration': {
        const next = { ...plain, document: message.document };
        if (noLongerAllowed(ctx, next.document, next.request) === undefined) return next;
        if (plain.upstream !== NO_ENTITY) resetSocket(ctx, plain.upstream);
        return refusePlain(ctx, plain, 'connection closed due to policy change');
      }
      case 'ztunnel-exits':
        resetSocket(ctx, plain.socket);
        return GONE;
      case 'accepted':
      case 'secured':
        return plain;
    }
  },
};

/** Takes over a socket captured on 15006. */
export function openInboundPlain(ctx: Context, arrival: Arrival, original: Address): void {
  const { pod, socket, document } = arrival;
  const accepted = ctx.read(socketType, socket);
  const peer = accepted?.remote ?? { ip: '', port: 0 };
  const request: InboundRequest = { pod: pod.key, address: pod.address, target: formatAddress(original), isTunnel: false, identity: '', sourceIp: peer.ip };
  const plain = ctx.create(inboundPlainType, `${ctx.pathOf(socket)}/plaintext`, {
    pod,
    socket,
    connection: accepted?.connection ?? NO_ENTITY,
    peer,
    document,
    request,
    upstream: NO_ENTITY,
    isOpen: false,
    held: [],
  });
  adoptSocket(ctx, socket, plain);
  ctx.tell(plain, { type: 'begin' });
}

function refusePlain(ctx: Context, plain: InboundPlain, reason: string): typeof GONE {
  resetSocket(ctx, plain.socket);
  logInbound(ctx, plain, plain.request, reason);
  return GONE;
}

// --- shared

/** To the application over loopback, with the client's own address as source. */
function dialApplication(ctx: Context, pod: EnrolledPod, source: string, port: number): SocketId {
  return dial(ctx, {
    process: pod.ztunnel,
    netns: pod.netns,
    owner: ctx.self as EntityId<SocketEvent>,
    destination: { ip: pod.address, port },
    mark: ztunnelMark,
    source,
    timeout: connectionTimeout,
  });
}

interface Place {
  readonly pod: EnrolledPod;
  readonly document: DocumentId | undefined;
  readonly connection: AnyEntityId;
}

function decideAndRecord(ctx: Context, place: Place, request: InboundRequest): InboundDecision {
  const configuration = contentOf(ctx, place.document);
  const decision: InboundDecision =
    configuration === undefined ? { kind: 'refuse', status: 503, reason: 'unknown workload', policy: undefined } : decideInbound(configuration, request);
  recordCause(ctx, 'decision', {
    point: 'ztunnel.inbound',
    subject: place.pod.ztunnel,
    connection: place.connection,
    request: NO_RECORD,
    chosen: inboundChoice(decision),
    input: { pod: request.pod, address: request.address, target: request.target, isTunnel: request.isTunnel, identity: request.identity, sourceIp: request.sourceIp },
    configuration: place.document ?? NO_ENTITY,
    origin: decision.policy?.origin ?? {},
  });
  return decision;
}

function contentOf(ctx: Context, document: DocumentId | undefined): AmbientConfiguration | undefined {
  if (document === undefined) return undefined;
  return readDocument(ctx, document, 'configuration').content as AmbientConfiguration; // ztunnels get what the ambient compiler made
}

function policiesOf(ctx: Context, document: DocumentId | undefined, pod: string): readonly string[] {
  const configuration = contentOf(ctx, document);
  return configuration === undefined ? [] : (indexOf(configuration).byKey.get(pod)?.policies ?? []);
}

/** Why a connection that was let in would be refused now; a change of the pod's own policy list reaches new connections only. */
function noLongerAllowed(ctx: Context, document: DocumentId | undefined, request: InboundRequest): string | undefined {
  const configuration = contentOf(ctx, document);
  if (configuration === undefined) return undefined;
  const decision = decideInbound(configuration, request);
  return decision.kind === 'refuse' && decision.status === 401 ? decision.reason : undefined;
}

interface Logged extends Place {
  readonly peer: Address;
}

function logInbound(ctx: Context, place: Logged, request: InboundRequest, error: string | undefined): void {
  const separator = request.target.lastIndexOf(':');
  logConnection(ctx, contentOf(ctx, place.document), {
    ztunnel: place.pod.ztunnel,
    connection: place.connection,
    direction: 'inbound',
    source: place.peer,
    destination: { ip: request.target.slice(0, separator), port: Number(request.target.slice(separator + 1)) },
    ...(request.isTunnel ? { sourceIdentity: request.identity, destinationIdentity: place.pod.identity } : {}),
    ...(error === undefined ? {} : { error }),
  });
}
