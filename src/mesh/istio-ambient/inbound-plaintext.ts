// A plaintext connection that was captured on its way into an enrolled pod (port 15006): no identity, same policies.
import type { AnyEntityId, Context, EntityId, EntityType, Instant, TimerId } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { Address, SocketEvent } from '../../host/index.ts';
import {
  adoptSocket,
  closeSocket,
  formatAddress,
  NO_ENTITY,
  parseAddress,
  resetSocket,
  send,
  socketType,
} from '../../host/index.ts';
import type { DocumentId } from '../xds/index.ts';
import type { EnrolledPod } from './enrolled-pod.ts';
import { reportOver, workloadInfo } from './enrolled-pod.ts';
import { ownWorkloadWait } from './facts.ts';
import {
  decideAndRecord,
  dialApplication,
  isPodKnown,
  logInbound,
  noLongerAllowed,
  policiesOf,
  serviceReached,
} from './inbound-access.ts';
import type { InboundRequest } from './inbound-decision.ts';
import type { Arrival, Held } from './inbound-messages.ts';
import { ioError, logEarlyDeny } from './log.ts';
import type { ConfigurationNews } from './outbound.ts';

export interface InboundPlain {
  readonly pod: EnrolledPod;
  readonly socket: AnyEntityId;
  readonly connection: AnyEntityId;
  readonly peer: Address;
  readonly since: Instant;
  readonly service: string | undefined;
  readonly document: DocumentId | undefined;
  readonly request: InboundRequest;
  readonly upstream: AnyEntityId;
  readonly isOpen: boolean;
  /** Runs while the ztunnel waits to hear of its own pod. */
  readonly wait: TimerId | undefined;
  readonly held: readonly Held[];
  /** Its ztunnel drains, and waits for its end. */
  readonly isDraining: boolean;
}

export type InboundPlainMessage =
  | SocketEvent
  | ConfigurationNews
  | { readonly type: 'begin' }
  | { readonly type: 'gave-up' }
  | { readonly type: 'drain' }
  | { readonly type: 'ztunnel-exits' };

export const inboundPlainType: EntityType<InboundPlain, InboundPlainMessage> = {
  name: 'ztunnel.inbound-plaintext',
  group: ({ pod }) => pod.ztunnel,
  handle(plain, message, ctx) {
    switch (message.type) {
      case 'begin':
        return begin(ctx, plain);
      case 'gave-up':
        return plain.wait === undefined
          ? plain
          : denyEarly(ctx, plain, `failed to fetch information about local workload: ${workloadInfo(plain.pod)}`);
      case 'received': {
        const { message: content, request, stream, isSealed } = message;
        const held: Held = { message: content, request, stream, isSealed };
        if (message.socket === plain.upstream) send(ctx, plain.socket, content, held);
        else if (plain.isOpen) send(ctx, plain.upstream, content, held);
        else return { ...plain, held: [...plain.held, held] };
        return plain;
      }
      case 'connected':
        for (const held of plain.held) send(ctx, plain.upstream, held.message, held);
        return { ...plain, isOpen: true, held: [] };
      case 'failed':
        return refusePlain(ctx, plain, `connection failed: ${ioError(message.reason, message.detail)}`);
      case 'ended': {
        const other = message.socket === plain.socket ? plain.upstream : plain.socket;
        if (message.how === 'FIN') closeSocket(ctx, message.socket);
        if (other !== NO_ENTITY) closeSocket(ctx, other);
        logInbound(ctx, plain, plain.request, undefined);
        reportOver(ctx, plain);
        return GONE;
      }
      case 'configuration': {
        const next = { ...plain, document: message.document };
        if (plain.wait !== undefined) return begin(ctx, next);
        if (noLongerAllowed(ctx, next.document, next.request) === undefined) return next;
        if (plain.upstream !== NO_ENTITY) closeSocket(ctx, plain.upstream);
        return refusePlain(ctx, plain, 'connection closed due to policy change');
      }
      case 'drain':
        return { ...plain, isDraining: true };
      case 'ztunnel-exits':
        if (plain.upstream !== NO_ENTITY) closeSocket(ctx, plain.upstream);
        return refusePlain(ctx, plain, 'connection closed due to connection drain');
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
  const request: InboundRequest = {
    pod: pod.key,
    address: pod.address,
    target: formatAddress(original),
    isTunnel: false,
    identity: '',
    sourceIp: peer.ip,
  };
  const plain = ctx.create(inboundPlainType, `${ctx.pathOf(socket)}/plaintext`, {
    pod,
    socket,
    connection: accepted?.connection ?? NO_ENTITY,
    peer,
    since: ctx.now,
    service: undefined,
    document,
    request,
    upstream: NO_ENTITY,
    isOpen: false,
    wait: undefined,
    held: [],
    isDraining: false,
  });
  adoptSocket(ctx, socket, plain);
  ctx.tell(plain, { type: 'begin' });
}

function begin(ctx: Context, plain: InboundPlain): InboundPlain | typeof GONE {
  const { pod, document, wait } = plain;
  if (!isPodKnown(ctx, document, pod)) {
    const self = ctx.self as EntityId<InboundPlainMessage>;
    return { ...plain, wait: wait ?? ctx.timer(ownWorkloadWait, self, { type: 'gave-up' }) };
  }
  if (wait !== undefined) ctx.cancel(wait);
  const known: InboundPlain = { ...plain, wait: undefined };
  const decision = decideAndRecord(ctx, known, known.request);
  if (decision.kind === 'refuse' && decision.status !== 401) return denyEarly(ctx, known, decision.reason);
  const service = serviceReached(ctx, document, known.request, '');
  if (decision.kind === 'refuse') return refusePlain(ctx, { ...known, service }, decision.reason);
  return {
    ...known,
    service,
    request: { ...known.request, policies: policiesOf(ctx, document, pod.key) },
    upstream: dialApplication(ctx, pod, known.peer.ip, decision.port),
  };
}

function denyEarly(ctx: Context, plain: InboundPlain, reason: string): typeof GONE {
  const { pod, connection, peer, request } = plain;
  const destination = parseAddress(request.target) ?? { ip: pod.address, port: 0 };
  logEarlyDeny(ctx, { ztunnel: pod.ztunnel, connection, direction: 'inbound', source: peer, destination }, reason);
  return drop(ctx, plain);
}

function refusePlain(ctx: Context, plain: InboundPlain, reason: string): typeof GONE {
  logInbound(ctx, plain, plain.request, reason);
  return drop(ctx, plain);
}

/** ztunnel lets go of the client's socket. Until it is open the client's first bytes lie there unread: a kernel then resets. */
function drop(ctx: Context, plain: InboundPlain): typeof GONE {
  if (plain.isOpen) closeSocket(ctx, plain.socket);
  else resetSocket(ctx, plain.socket);
  reportOver(ctx, plain);
  return GONE;
}
