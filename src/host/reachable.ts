// Whether the other end of a connection would answer now: what a keep-alive finds out.
import type { AnyEntityId, Context } from '../kernel/index.ts';
import { weatherOn } from './faults.ts';
import { socketType } from './socket.ts';

/** False when the other end's network namespace is gone, or no packet gets there. */
export function isPeerReachable(ctx: Context, socket: AnyEntityId): boolean {
  const own = ctx.read(socketType, socket);
  if (own === undefined || own.isPeerGone) return false;
  return weatherOn(ctx, own)?.kind !== 'partition';
}
