// One stream of an inbound tunnel: from the wire to the application and back.
import type { AnyEntityId, Context, EntityId, EntityType, Instant } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { Address } from '../../host/index.ts';
import { closeSocket, send } from '../../host/index.ts';
import type { DocumentId } from '../xds/index.ts';
import type { EnrolledPod } from './enrolled-pod.ts';
import { connectAnswer, endOfStream, resetStream, wrap } from '../hbone/index.ts';
import { dialApplication, logInbound, noLongerAllowed } from './inbound-access.ts';
import type { InboundRequest } from './inbound-decision.ts';
import type { Held, InboundStreamMessage, InboundTunnelMessage } from './inbound-messages.ts';
import { ioError } from './log.ts';

export interface InboundStream {
  readonly pod: EnrolledPod;
  readonly tunnel: EntityId<InboundTunnelMessage>;
  readonly tunnelSocket: AnyEntityId;
  readonly connection: AnyEntityId;
  readonly stream: number;
  readonly peer: Address;
  readonly since: Instant;
  /** Host name of the Service the client reached it by, as far as it is known. */
  readonly service: string | undefined;
  readonly document: DocumentId | undefined;
  readonly request: InboundRequest;
  /** The connection to the application. */
  readonly socket: AnyEntityId;
  readonly isOpen: boolean;
  readonly held: readonly Held[];
}

export const inboundStreamType: EntityType<InboundStream, InboundStreamMessage> = {
  name: 'ztunnel.inbound-stream',
  handle(stream, message, ctx) {
    switch (message.type) {
      case 'dial':
        return { ...stream, socket: dialApplication(ctx, stream.pod, stream.peer.ip, message.port) };
      case 'connected': {
        send(ctx, stream.tunnelSocket, connectAnswer(200), { stream: stream.stream });
        for (const held of stream.held) send(ctx, stream.socket, held.message, held);
        return { ...stream, isOpen: true, held: [] };
      }
      case 'data':
        if (!stream.isOpen) return { ...stream, held: [...stream.held, message] };
        send(ctx, stream.socket, message.message, message);
        return stream;
      case 'received':
        send(ctx, stream.tunnelSocket, wrap(message.message), {
          stream: stream.stream,
          request: message.request,
          innerStream: message.stream,
          isSealed: message.isSealed,
        });
        return stream;
      case 'failed':
        send(ctx, stream.tunnelSocket, connectAnswer(503), { stream: stream.stream });
        return closeStream(ctx, stream, `connection failed: ${ioError(message.reason, message.detail)}`);
      case 'ended':
        if (message.how === 'FIN') closeSocket(ctx, stream.socket);
        send(ctx, stream.tunnelSocket, endOfStream, { stream: stream.stream });
        return closeStream(ctx, stream, undefined);
      case 'client-ended':
        closeSocket(ctx, stream.socket);
        return closeStream(ctx, stream, undefined);
      case 'tunnel-gone':
        closeSocket(ctx, stream.socket);
        return closeStream(ctx, stream, message.error);
      case 'configuration': {
        const next = { ...stream, document: message.document };
        const reason = noLongerAllowed(ctx, next.document, next.request);
        if (reason === undefined) return next;
        send(ctx, stream.tunnelSocket, resetStream, { stream: stream.stream });
        closeSocket(ctx, stream.socket);
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
