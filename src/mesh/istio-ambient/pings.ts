// HTTP/2 PINGs of a tunnel, which either end sends: every 10 s, each answered within 20 s or the tunnel is given up. So a peer is
// missed that went without a word, as a deleted pod does.
// Source: istio/ztunnel:src/proxy/h2.rs do_ping_pong at 1.31. Simplified: a PING that is answered leaves no packets.
import type { AnyEntityId, Context, EntityId, TimerId } from '../../kernel/index.ts';
import { isPeerReachable } from '../../host/index.ts';
import { pingInterval, pingTimeout } from './facts.ts';

/** What the end of a tunnel tells itself. */
export type PingMessage = { readonly type: 'ping' } | { readonly type: 'ping-timeout' };

/** Starts the first interval. */
export function startPings(ctx: Context): TimerId {
  return ctx.timer(pingInterval, ctx.self as EntityId<PingMessage>, { type: 'ping' });
}

/** One PING: the timer that goes on from here, or undefined when its answer did not come. */
export function ping(ctx: Context, socket: AnyEntityId, message: PingMessage): TimerId | undefined {
  if (isPeerReachable(ctx, socket)) return startPings(ctx);
  if (message.type === 'ping-timeout') return undefined;
  return ctx.timer(pingTimeout, ctx.self as EntityId<PingMessage>, { type: 'ping-timeout' });
}
