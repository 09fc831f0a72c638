// An HBONE tunnel that arrives on port 15008 of an enrolled pod: mutual TLS, then one decision a CONNECT.
import type { AnyEntityId, Context, EntityId, EntityType, Instant, TimerId } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { Address, SocketEvent } from '../../host/index.ts';
import { acceptTlsOn, adoptSocket, closeSocket, NO_ENTITY, resetSocket, send, socketType } from '../../host/index.ts';
import type { ClientHello } from '../../net/index.ts';
import { readClientHello } from '../../net/index.ts';
import type { DocumentId } from '../xds/index.ts';
import { meshRoot } from '../xds/index.ts';
import { wantCredential } from './certificate.ts';
import type { EnrolledPod } from './enrolled-pod.ts';
import { reportOver, workloadInfo } from './enrolled-pod.ts';
import { connectAnswer, goaway, http2Settings, readStream } from '../hbone/index.ts';
import { decideAndRecord, isPodKnown, logInbound, policiesOf, serviceReached } from './inbound-access.ts';
import type { InboundRequest } from './inbound-decision.ts';
import type { Arrival, InboundStreamMessage, InboundTunnelMessage } from './inbound-messages.ts';
import { inboundStreamType } from './inbound-stream.ts';
import { hbonePort, ownWorkloadWait } from './facts.ts';
import { logEarlyDeny } from './log.ts';
import { ping, startPings } from './pings.ts';

export interface InboundTunnel {
  readonly pod: EnrolledPod;
  readonly socket: AnyEntityId;
  readonly connection: AnyEntityId;
  readonly peer: Address;
  readonly trustDomain: string;
  readonly since: Instant;
  readonly document: DocumentId | undefined;
  readonly hello: ClientHello | undefined;
  /** Runs while the ztunnel waits to hear of its own pod. */
  readonly wait: TimerId | undefined;
  /** The client's SPIFFE ID, once the handshake is done. */
  readonly identity: string;
  readonly streams: ReadonlyMap<number, EntityId<InboundStreamMessage>>;
  readonly pings: TimerId | undefined;
  /** Its ztunnel drains, and waits for its end. */
  readonly isDraining: boolean;
}

export const inboundTunnelType: EntityType<InboundTunnel, InboundTunnelMessage> = {
  name: 'ztunnel.inbound-tunnel',
  group: ({ pod }) => pod.ztunnel,
  handle(tunnel, message, ctx) {
    switch (message.type) {
      case 'received':
        return receivedOnTunnel(ctx, tunnel, message);
      case 'credential':
        if (tunnel.hello !== undefined) {
          const server = {
            alpn: ['h2'],
            credential: message.credential,
            client: 'required' as const,
            roots: [meshRoot],
            trustDomains: [tunnel.trustDomain],
          };
          acceptTlsOn(ctx, tunnel.socket, server, tunnel.hello);
        }
        return tunnel;
      case 'no-credential':
        return refuseHello(ctx, tunnel, message.reason);
      case 'gave-up':
        return tunnel.wait === undefined
          ? tunnel
          : refuseHello(ctx, tunnel, `workload is unknown: ${workloadInfo(tunnel.pod)}`);
      case 'secured':
        return { ...tunnel, identity: message.tls.peer, pings: startPings(ctx) };
      case 'ping':
      case 'ping-timeout': {
        const pings = ping(ctx, tunnel.socket, message);
        if (pings !== undefined) return { ...tunnel, pings };
        closeSocket(ctx, tunnel.socket);
        return over(ctx, tunnel, undefined);
      }
      case 'configuration':
        for (const stream of tunnel.streams.values()) ctx.tell(stream, message);
        return tunnel.wait === undefined
          ? { ...tunnel, document: message.document }
          : fetchCertificate(ctx, { ...tunnel, document: message.document });
      case 'stream-closed': {
        const streams = new Map(tunnel.streams);
        streams.delete(message.stream);
        return { ...tunnel, streams };
      }
      case 'drain':
        send(ctx, tunnel.socket, goaway);
        return { ...tunnel, isDraining: true };
      case 'ended':
        if (message.how === 'FIN') closeSocket(ctx, tunnel.socket);
        return over(ctx, tunnel, undefined);
      case 'failed':
        // The handshake. `failed` after it cannot be: the client's alerts come before its last flight.
        logEarlyDeny(ctx, wireOf(tunnel), `tls handshake error: ${message.detail}`);
        return over(ctx, tunnel, undefined);
      case 'ztunnel-exits':
        closeSocket(ctx, tunnel.socket);
        return over(ctx, tunnel, 'connection closed due to connection drain');
      case 'accepted':
      case 'connected':
        return tunnel;
    }
  },
};

/** Takes over a socket accepted on 15008. */
export function openInboundTunnel(ctx: Context, arrival: Arrival): void {
  const accepted = ctx.read(socketType, arrival.socket);
  const tunnel = ctx.create(inboundTunnelType, `${ctx.pathOf(arrival.socket)}/hbone`, {
    ...arrival,
    connection: accepted?.connection ?? NO_ENTITY,
    peer: accepted?.remote ?? { ip: '', port: 0 },
    hello: undefined,
    wait: undefined,
    identity: '',
    streams: new Map(),
    pings: undefined,
    isDraining: false,
  });
  adoptSocket(ctx, arrival.socket, tunnel);
}

function receivedOnTunnel(
  ctx: Context,
  tunnel: InboundTunnel,
  event: Extract<SocketEvent, { type: 'received' }>,
): InboundTunnel {
  const hello = readClientHello(event.message);
  if (hello !== undefined) return fetchCertificate(ctx, { ...tunnel, hello });
  const content = readStream(event.message);
  const stream = tunnel.streams.get(event.stream);
  switch (content.kind) {
    case 'preface':
      send(ctx, tunnel.socket, http2Settings);
      return tunnel;
    case 'connect':
      return openStream(ctx, tunnel, event.stream, content);
    case 'data':
      if (stream !== undefined) {
        const { request, innerStream, isSealed } = event;
        ctx.tell(stream, { type: 'data', message: content.inner, request, stream: innerStream, isSealed });
      }
      return tunnel;
    case 'end':
    case 'reset':
      if (stream !== undefined) ctx.tell(stream, { type: 'client-ended' });
      return tunnel;
    case 'answer':
    case 'goaway':
    case 'other':
      return tunnel;
  }
}

/** The certificate is chosen by whose namespace accepted, and fetched on demand; its trust domain comes with the pod's workload. */
function fetchCertificate(ctx: Context, tunnel: InboundTunnel): InboundTunnel {
  const self = ctx.self as EntityId<InboundTunnelMessage>;
  const { pod, document, wait } = tunnel;
  if (!isPodKnown(ctx, document, pod))
    return { ...tunnel, wait: wait ?? ctx.timer(ownWorkloadWait, self, { type: 'gave-up' }) };
  if (wait !== undefined) ctx.cancel(wait);
  wantCredential(ctx, pod, self);
  return { ...tunnel, wait: undefined };
}

/** Without a certificate there is no handshake: the socket is dropped with the ClientHello unread. */
function refuseHello(ctx: Context, tunnel: InboundTunnel, reason: string): typeof GONE {
  resetSocket(ctx, tunnel.socket);
  logEarlyDeny(ctx, wireOf(tunnel), `signing error: ${reason}`);
  return over(ctx, tunnel, undefined);
}

/** `error`: what its streams say of it, if not an ordinary end. */
function over(ctx: Context, tunnel: InboundTunnel, error: string | undefined): typeof GONE {
  for (const stream of tunnel.streams.values()) ctx.tell(stream, { type: 'tunnel-gone', error });
  for (const timer of [tunnel.wait, tunnel.pings]) if (timer !== undefined) ctx.cancel(timer);
  reportOver(ctx, tunnel);
  return GONE;
}

/** The tunnel's connection as the log names it. */
function wireOf(tunnel: InboundTunnel): Parameters<typeof logEarlyDeny>[1] {
  const { pod, connection, peer } = tunnel;
  return {
    ztunnel: pod.ztunnel,
    connection,
    direction: 'inbound',
    source: peer,
    destination: { ip: pod.address, port: hbonePort },
  };
}

function openStream(
  ctx: Context,
  tunnel: InboundTunnel,
  stream: number,
  connect: { readonly authority: string; readonly service: string },
): InboundTunnel {
  const { pod, document } = tunnel;
  const request: InboundRequest = {
    pod: pod.key,
    address: pod.address,
    target: connect.authority,
    isTunnel: true,
    identity: tunnel.identity,
    sourceIp: tunnel.peer.ip,
  };
  const decision = decideAndRecord(ctx, { pod, document, connection: tunnel.connection }, request);
  const service = serviceReached(ctx, document, request, connect.service);
  if (decision.kind === 'refuse') {
    send(ctx, tunnel.socket, connectAnswer(decision.status), { stream });
    // Only a policy refuses when everything is known of the connection.
    if (decision.status === 401) logInbound(ctx, { ...tunnel, since: ctx.now, service }, request, decision.reason);
    else logEarlyDeny(ctx, wireOf(tunnel), decision.reason);
    return tunnel;
  }
  const entity = ctx.create(inboundStreamType, `${ctx.pathOf(ctx.self)}/stream-${stream}`, {
    pod,
    tunnel: ctx.self as EntityId<InboundTunnelMessage>,
    tunnelSocket: tunnel.socket,
    connection: tunnel.connection,
    stream,
    peer: tunnel.peer,
    since: ctx.now,
    service,
    document,
    request: { ...request, policies: policiesOf(ctx, document, pod.key) },
    socket: NO_ENTITY,
    isOpen: false,
    held: [],
  });
  ctx.tell(entity, { type: 'dial', port: decision.port });
  return { ...tunnel, streams: new Map(tunnel.streams).set(stream, entity) };
}
