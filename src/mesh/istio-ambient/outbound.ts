// One user connection leaving an enrolled pod, from its capture on port 15001 to its end. ztunnel accepted it before it knew
// whether the destination lives: connect() always succeeds, a failure shows on the first read.
import type { AnyEntityId, Context, EntityId, EntityType, Instant, RecordId, TimerId } from '../../kernel/index.ts';
import { GONE, NO_RECORD } from '../../kernel/index.ts';
import type { Address, ProcessEvent, SocketEvent } from '../../host/index.ts';
import {
  adoptSocket,
  closeSocket,
  dial,
  formatAddress,
  netnsType,
  NO_ENTITY,
  resetSocket,
  send,
  socketType,
} from '../../host/index.ts';
import type { WireMessage } from '../../trace/index.ts';
import { recordCause } from '../../trace/index.ts';
import { bytesOfIp } from '../authz/index.ts';
import type { DocumentId } from '../xds/index.ts';
import { readDocument } from '../xds/index.ts';
import type { AmbientConfiguration } from './configuration.ts';
import { indexOf } from './lookup.ts';
import type { EnrolledPod } from './enrolled-pod.ts';
import { reportOver, workloadInfo } from './enrolled-pod.ts';
import { connectionTimeout, ownWorkloadWait, ztunnelMark } from './facts.ts';
import { ioError, logConnection, logEarlyDeny } from './log.ts';
import type { OutboundDecision } from './outbound-decision.ts';
import { decideOutbound, outboundChoice } from './outbound-decision.ts';
import type { StreamAnswer, TunnelId } from './tunnel.ts';
import { checkOutStream } from './tunnel.ts';

/** The newest configuration of its ztunnel, told to connections that wait for one. */
export interface ConfigurationNews {
  readonly type: 'configuration';
  readonly document: DocumentId;
}

interface Held {
  readonly message: WireMessage;
  readonly request: RecordId;
  /** HTTP/2 stream of the application's own protocol. */
  readonly stream: number;
  /** What a proxy of the pod says to istiod: it goes in plain bytes only. */
  readonly attachment: AnyEntityId;
  /** Encrypted by the application itself, for somebody further on. */
  readonly isSealed: boolean;
}

type Upstream =
  | { readonly kind: 'none' }
  | { readonly kind: 'tcp'; readonly socket: AnyEntityId }
  | { readonly kind: 'stream'; readonly tunnel: TunnelId; readonly stream: number };

export interface Outbound {
  readonly pod: EnrolledPod;
  readonly socket: AnyEntityId;
  readonly connection: AnyEntityId;
  readonly source: Address;
  readonly original: Address;
  readonly since: Instant;
  readonly phase: 'own-workload' | 'resolving' | 'connecting' | 'open';
  readonly document: DocumentId | undefined;
  readonly decision: OutboundDecision | undefined;
  readonly upstream: Upstream;
  /** What the application sent before there was somewhere to send it. */
  readonly held: readonly Held[];
  readonly timer: TimerId | undefined;
  /** Its ztunnel drains, and waits for its end. */
  readonly isDraining: boolean;
}

export type OutboundMessage =
  | SocketEvent
  | Extract<ProcessEvent, { type: 'resolved' }>
  | StreamAnswer
  | ConfigurationNews
  | { readonly type: 'begin' }
  | { readonly type: 'gave-up' }
  | { readonly type: 'drain' }
  | { readonly type: 'ztunnel-exits' };

export const outboundType: EntityType<Outbound, OutboundMessage> = {
  name: 'ztunnel.outbound',
  group: ({ pod }) => pod.ztunnel,
  handle(outbound, message, ctx) {
    switch (message.type) {
      case 'begin':
        return decide(ctx, outbound);
      case 'configuration':
        return outbound.phase === 'own-workload' ? decide(ctx, { ...outbound, document: message.document }) : outbound;
      case 'gave-up':
        return outbound.phase === 'own-workload'
          ? fail(ctx, outbound, `failed to fetch information about local workload: ${workloadInfo(outbound.pod)}`)
          : outbound;
      case 'resolved':
        return resolved(ctx, outbound, message.address);
      case 'received':
        return fromEither(ctx, outbound, message);
      case 'connected':
        return message.socket === outbound.socket ? outbound : opened(ctx, outbound, outbound.upstream);
      case 'stream-open':
        return opened(ctx, outbound, { kind: 'stream', tunnel: message.tunnel, stream: message.stream });
      case 'stream-data':
        send(ctx, outbound.socket, message.message, {
          request: message.request,
          stream: message.innerStream,
          isSealed: message.isSealed,
        });
        return outbound;
      case 'stream-refused':
        return fail(ctx, outbound, message.reason);
      case 'stream-ended':
        if (outbound.phase !== 'open') return fail(ctx, outbound, message.error);
        closeSocket(ctx, outbound.socket);
        return complete(ctx, outbound, undefined);
      case 'failed':
        return fail(ctx, outbound, `io error: ${ioError(message.reason, message.detail)}`);
      case 'ended':
        return ended(ctx, outbound, message);
      case 'drain':
        return { ...outbound, isDraining: true };
      case 'ztunnel-exits':
        closeSocket(ctx, outbound.socket);
        return complete(ctx, outbound, outbound.decision && 'connection closed due to connection drain');
      case 'accepted':
      case 'secured':
        return outbound;
    }
  },
};

/** Takes over a captured socket. Returns the entity, for a ztunnel that must tell it of configurations while it waits. */
export function openOutbound(
  ctx: Context,
  pod: EnrolledPod,
  socket: AnyEntityId,
  original: Address,
  document: DocumentId | undefined,
): EntityId<OutboundMessage> {
  const accepted = ctx.read(socketType, socket);
  const outbound = ctx.create(outboundType, `${ctx.pathOf(socket)}/outbound`, {
    pod,
    socket,
    connection: accepted?.connection ?? NO_ENTITY,
    source: accepted?.remote ?? { ip: pod.address, port: 0 },
    original,
    since: ctx.now,
    phase: 'own-workload',
    document,
    decision: undefined,
    upstream: { kind: 'none' },
    held: [],
    timer: undefined,
    isDraining: false,
  });
  adoptSocket(ctx, socket, outbound);
  ctx.tell(outbound, { type: 'begin' });
  return outbound;
}

function configurationOf(ctx: Context, outbound: Outbound): AmbientConfiguration | undefined {
  if (outbound.document === undefined) return undefined;
  return readDocument(ctx, outbound.document, 'configuration').content as AmbientConfiguration; // ztunnels get what the ambient compiler made
}

function decide(ctx: Context, outbound: Outbound): Outbound | typeof GONE {
  const self = ctx.self as EntityId<OutboundMessage>;
  const configuration = configurationOf(ctx, outbound);
  if (
    configuration === undefined ||
    outbound.document === undefined ||
    !indexOf(configuration).byKey.has(outbound.pod.key)
  ) {
    return outbound.timer === undefined
      ? { ...outbound, timer: ctx.timer(ownWorkloadWait, self, { type: 'gave-up' }) }
      : outbound;
  }
  if (outbound.timer !== undefined) ctx.cancel(outbound.timer);
  let picked = 0;
  const request = { source: outbound.pod.key, sourceIp: outbound.source.ip, destination: outbound.original };
  const decision = decideOutbound(configuration, request, (count) => (picked = ctx.draw('choice', count)));
  recordCause(ctx, 'decision', {
    point: 'ztunnel.outbound',
    subject: outbound.pod.ztunnel,
    connection: outbound.connection,
    request: NO_RECORD,
    chosen: outboundChoice(decision),
    input: {
      source: request.source,
      sourceIp: request.sourceIp,
      destination: formatAddress(outbound.original),
      picked,
    },
    configuration: outbound.document,
    origin: decision.kind === 'deny' ? decision.origin : (decision.service?.origin ?? {}),
  });
  const decided: Outbound = { ...outbound, phase: 'connecting', decision, timer: undefined };
  switch (decision.kind) {
    case 'deny':
      return fail(ctx, decided, decision.reason);
    case 'double-hbone':
      // Meets nobody yet: all that istiod compiles here is of one network.
      return fail(ctx, decided, 'unsupported feature: a tunnel through the gateway of another network');
    case 'hbone':
      checkOutStream(ctx, outbound.pod, decision.gateway, [decision.workload.identity], {
        connection: self,
        authority: decision.authority,
        source: formatAddress(outbound.source),
        service: decision.service?.hostname ?? '',
      });
      return decided;
    case 'tcp':
      return bytesOfIp(decision.destination.ip) === undefined
        ? lookUp(ctx, decided, decision)
        : connect(ctx, decided, decision);
  }
}

type Plain = Extract<OutboundDecision, { kind: 'tcp' }>;

function connect(ctx: Context, outbound: Outbound, decision: Plain): Outbound {
  const { ztunnel, netns } = outbound.pod;
  const socket = dial(ctx, {
    process: ztunnel,
    netns,
    owner: ctx.self as EntityId<OutboundMessage>,
    destination: decision.destination,
    mark: ztunnelMark,
    timeout: connectionTimeout,
  });
  return { ...outbound, phase: 'connecting', decision, upstream: { kind: 'tcp', socket } };
}

/** The workload is known by a name alone: ztunnel asks the resolver of its own machine, which no ztunnel answers for. */
function lookUp(ctx: Context, outbound: Outbound, decision: Plain): Outbound | typeof GONE {
  const { home } = outbound.pod;
  const resolver = ctx.read(netnsType, home)?.resolver;
  if (resolver === undefined) return resolved(ctx, { ...outbound, phase: 'resolving', decision }, undefined);
  // A connection takes `resolved` as a process does; the resolver needs no more of it.
  ctx.tell(resolver, { type: 'query', name: decision.destination.ip, netns: home, asker: ctx.self as never });
  return { ...outbound, phase: 'resolving', decision };
}

function resolved(ctx: Context, outbound: Outbound, ip: string | undefined): Outbound | typeof GONE {
  const { decision, phase } = outbound;
  if (phase !== 'resolving' || decision?.kind !== 'tcp') return outbound;
  if (ip === undefined)
    return fail(ctx, outbound, `no ip addresses were resolved for workload: ${decision.workload?.uid ?? ''}`);
  return connect(ctx, outbound, { ...decision, destination: { ip, port: decision.destination.port } });
}

function opened(ctx: Context, outbound: Outbound, upstream: Upstream): Outbound {
  const open: Outbound = { ...outbound, phase: 'open', upstream, held: [] };
  for (const held of outbound.held) forward(ctx, open, held);
  return open;
}

function forward(ctx: Context, outbound: Outbound, data: Held): void {
  const { upstream } = outbound;
  if (upstream.kind === 'tcp') send(ctx, upstream.socket, data.message, data);
  else if (upstream.kind === 'stream') {
    const { message, request, stream: innerStream, isSealed } = data;
    ctx.tell(upstream.tunnel, { type: 'send', stream: upstream.stream, message, request, innerStream, isSealed });
  }
}

function fromEither(ctx: Context, outbound: Outbound, event: Extract<SocketEvent, { type: 'received' }>): Outbound {
  const { message, request, stream, attachment, isSealed } = event;
  const data: Held = { message, request, stream, attachment, isSealed };
  if (event.socket !== outbound.socket) {
    send(ctx, outbound.socket, message, data);
    return outbound;
  }
  if (outbound.phase !== 'open') return { ...outbound, held: [...outbound.held, data] };
  forward(ctx, outbound, data);
  return outbound;
}

/** Either side ended, with FIN or RST: ztunnel passes both on as an ordinary end (istio/ztunnel:src/copy.rs ignore_io_errors). */
function ended(
  ctx: Context,
  outbound: Outbound,
  event: Extract<SocketEvent, { type: 'ended' }>,
): Outbound | typeof GONE {
  const { upstream } = outbound;
  if (event.how === 'FIN') closeSocket(ctx, event.socket);
  if (event.socket !== outbound.socket) closeSocket(ctx, outbound.socket);
  else if (upstream.kind === 'stream') ctx.tell(upstream.tunnel, { type: 'end', stream: upstream.stream });
  else if (upstream.kind === 'tcp') closeSocket(ctx, upstream.socket);
  return complete(ctx, outbound, undefined);
}

/**
 * Nothing was reached, and ztunnel drops the application's socket: a kernel resets a connection that holds unread bytes, and
 * ends one that holds none. A denial comes at once, as the first bytes do.
 */
function fail(ctx: Context, outbound: Outbound, reason: string): typeof GONE {
  if (outbound.held.length > 0 || outbound.decision?.kind === 'deny') resetSocket(ctx, outbound.socket);
  else closeSocket(ctx, outbound.socket);
  return complete(ctx, outbound, reason);
}

function complete(ctx: Context, outbound: Outbound, error: string | undefined): typeof GONE {
  const { decision, connection, source } = outbound;
  if (outbound.timer !== undefined) ctx.cancel(outbound.timer);
  reportOver(ctx, outbound);
  const { ztunnel, identity } = outbound.pod;
  const who = { ztunnel, connection, direction: 'outbound', source } as const;
  if (decision === undefined || decision.kind === 'deny') {
    // One that ends before anything is decided leaves no line.
    if (error !== undefined) logEarlyDeny(ctx, { ...who, destination: outbound.original }, error);
    return GONE;
  }
  const isTunnel = decision.kind !== 'tcp';
  logConnection(ctx, configurationOf(ctx, outbound), {
    ...who,
    destination: isTunnel ? decision.gateway : decision.destination,
    since: outbound.since,
    hbone: isTunnel ? decision.authority : undefined,
    service: decision.service?.hostname,
    identities: isTunnel ? { source: identity, destination: decision.workload.identity } : undefined,
    error,
  });
  return GONE;
}
