// An idle connection as its server keeps it: closed when nothing was asked for a while. One small entity a connection, only on ports
// that have a timeout. A request that is on its way when the server closes meets a closed socket: who sent it finds its connection ended.
import type { AnyEntityId, Context, EntityId, EntityType, Micros, TimerId } from '../kernel/index.ts';
import { exactly, GONE } from '../kernel/index.ts';
import { keepAliveTimeout } from './facts.ts';
import { closeSocket } from './socket.ts';

interface KeepAlive {
  readonly socket: AnyEntityId;
  readonly timeout: Micros;
  /** Requests that are not answered. */
  readonly busy: number;
  readonly timer: TimerId | undefined;
}
type KeepAliveMessage =
  | { readonly type: 'begin' }
  | { readonly type: 'asked' }
  | { readonly type: 'answered' }
  | { readonly type: 'idle' }
  | { readonly type: 'end' };

const keepAliveType: EntityType<KeepAlive, KeepAliveMessage> = {
  name: 'host.keep-alive',
  keys: ({ socket }) => [String(socket)],
  handle(watch, message, ctx) {
    switch (message.type) {
      case 'begin':
        return waiting(ctx, watch);
      case 'asked':
        if (watch.timer !== undefined) ctx.cancel(watch.timer);
        return { ...watch, busy: watch.busy + 1, timer: undefined };
      case 'answered': {
        const rest: KeepAlive = { ...watch, busy: Math.max(0, watch.busy - 1) };
        return rest.busy === 0 ? waiting(ctx, rest) : rest;
      }
      case 'idle':
        closeSocket(ctx, watch.socket);
        return GONE;
      case 'end':
        if (watch.timer !== undefined) ctx.cancel(watch.timer);
        return GONE;
    }
  },
};

function waiting(ctx: Context, watch: KeepAlive): KeepAlive {
  if (watch.timer !== undefined) ctx.cancel(watch.timer);
  const timer = ctx.timer(exactly(keepAliveTimeout, watch.timeout), ctx.self as EntityId<KeepAliveMessage>, {
    type: 'idle',
  });
  return { ...watch, timer };
}

/** Begins with a connection that was just accepted. */
export function keepAlive(ctx: Context, socket: AnyEntityId, timeout: Micros): void {
  const watch = ctx.create(keepAliveType, `${ctx.pathOf(socket)}/keep-alive`, {
    socket,
    timeout,
    busy: 0,
    timer: undefined,
  });
  ctx.tell(watch, { type: 'begin' });
}

/** Tells of a request, its answer, or the end; nothing if the connection is kept for ever. */
export function noteKeepAlive(ctx: Context, socket: AnyEntityId, type: 'asked' | 'answered' | 'end'): void {
  const watch = ctx.find(keepAliveType, String(socket));
  if (watch !== undefined) ctx.tell(watch, { type });
}
