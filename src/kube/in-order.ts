// Sending with a drawn delay without ever overtaking: what one TCP connection between two programs guarantees.
import type { Context, DelayFact, EntityId, Instant, Message } from '../kernel/index.ts';

/**
 * Schedules `message` after a wait drawn from the fact, but not before `last`, the arrival of the sender's previous message
 * to the same receiver. Returns its own arrival: the sender keeps it for the next call.
 */
export function scheduleInOrder<M extends Message>(
  ctx: Context,
  fact: DelayFact,
  to: EntityId<M>,
  message: M,
  last: Instant,
): Instant {
  return ctx.scheduleInOrder(fact, to, message, last);
}
