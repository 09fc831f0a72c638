// A stream of a tunnel that ends here, as the connection that it carries sees it: a socket. What is sent on it goes back as DATA frames.
import type { AnyEntityId, EntityId, EntityType } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { SocketEvent, SocketMessage } from '../../host/index.ts';
import { NO_ENTITY, send } from '../../host/index.ts';
import { endOfStream, resetStream, wrap } from '../hbone/index.ts';

type Received = Extract<SocketEvent, { type: 'received' }>;

interface CarriedSocket {
  readonly owner: EntityId<SocketEvent>;
  /** The tunnel's own connection, and its socket. */
  readonly tunnel: EntityId<StreamOver>;
  readonly socket: AnyEntityId;
  readonly on: number;
}

/** Told to the tunnel: the stream is no more. */
export interface StreamOver {
  readonly type: 'stream-over';
  readonly on: number;
}

type CarriedMessage =
  | Extract<SocketMessage, { type: 'send' | 'close' | 'reset' | 'adopt' }>
  | ({ readonly type: 'carried' } & Pick<Received, 'message' | 'request' | 'isSealed'> & { readonly stream: number })
  | { readonly type: 'client-ended'; readonly how: 'FIN' | 'RST' };
export type CarriedId = EntityId<CarriedMessage>;

export const carriedType: EntityType<CarriedSocket, CarriedMessage> = {
  name: 'envoy.carried-socket',
  handle(carried, message, ctx) {
    const { owner, tunnel, socket, on } = carried;
    switch (message.type) {
      case 'adopt':
        return { ...carried, owner: message.owner };
      case 'send': {
        const { request, stream: innerStream, isSealed } = message;
        send(ctx, socket, wrap(message.message), { stream: on, request, innerStream, isSealed });
        return carried;
      }
      case 'close':
      case 'reset':
        send(ctx, socket, message.type === 'close' ? endOfStream : resetStream, { stream: on });
        ctx.tell(tunnel, { type: 'stream-over', on });
        return GONE;
      case 'carried': {
        const { type, ...rest } = { ...message, type: 'received' as const };
        ctx.tell(owner, { type, socket: ctx.self, ...rest, innerStream: 0, attachment: NO_ENTITY });
        return carried;
      }
      case 'client-ended':
        ctx.tell(owner, { type: 'ended', socket: ctx.self, how: message.how });
        return message.how === 'FIN' ? carried : GONE;
    }
  },
};
