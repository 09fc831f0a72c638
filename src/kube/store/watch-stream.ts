// One consumer's watch on the API server: every event takes its own time, none overtakes another.
// An entity of its own, so that each consumer's delays come from a stream of their own.
import type { Context, DelayFact, EntityId, EntityType, Instant } from '../../kernel/index.ts';
import { GONE } from '../../kernel/index.ts';
import type { WatchEvent } from '../api.ts';
import { scheduleInOrder } from '../in-order.ts';

export interface WatchStream {
  readonly watcher: EntityId<WatchEvent>;
  readonly delay: DelayFact;
  /** Arrival of the last event. */
  readonly last: Instant;
}
export type WatchStreamMessage = WatchEvent | { readonly type: 'end' };

const watchStreamType: EntityType<WatchStream, WatchStreamMessage> = {
  name: 'kube.watch',
  handle(stream, message, ctx) {
    if (message.type === 'end') return GONE;
    return { ...stream, last: scheduleInOrder(ctx, stream.delay, stream.watcher, message, stream.last) };
  },
};

/** Opens a watch for a consumer; `number` counts the consumer's watches. */
export function openWatch(
  ctx: Context,
  watcher: EntityId<WatchEvent>,
  delay: DelayFact,
  number: number,
): EntityId<WatchStreamMessage> {
  const path = `watch/${ctx.pathOf(watcher)}${number === 0 ? '' : `#${number}`}`;
  return ctx.create(watchStreamType, path, { watcher, delay, last: ctx.now });
}
