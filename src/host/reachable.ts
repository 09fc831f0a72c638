// Whether the other end of a connection would answer now: what a keep-alive finds out.
import type { AnyEntityId, Context } from '../kernel/index.ts';
import { socketType } from './socket.ts';

/** False when the other end's network namespace is gone. */
export function isPeerReachable(ctx: Context, socket: AnyEntityId): boolean {
  return ctx.read(socketType, socket)?.isPeerGone === false;
}
