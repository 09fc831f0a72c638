// What a keyframe is, when the next one is due and how many are kept. None of that ever influences a result: a replay from any
// of them comes to the same.
// A keyframe holds all that has changed since, which is more the more is alive: of a large world there are fewer, further apart.
import type { QueueFrame } from './queue.ts';
import type { StreamsFrame } from './random.ts';
import type { Instant } from './time.ts';
import type { TimersFrame } from './timers.ts';
import type { WorldFrame } from './world.ts';

/** Everything needed to go on from where it was taken: shares all unchanged values with the live run. */
export interface Keyframe {
  readonly now: Instant;
  readonly handled: number;
  readonly seq: number;
  readonly records: number;
  /** Inputs consumed. */
  readonly inputs: number;
  readonly busy: number;
  readonly stale: number;
  readonly world: WorldFrame;
  readonly queue: QueueFrame;
  readonly streams: StreamsFrame;
  readonly timers: TimersFrame;
  /** Of an explorer: the time of the last occurrence, and how many questions were answered. */
  readonly reached: Instant;
  readonly steps: number;
}

/** Pending occurrences up to which a world counts as small: some 1,500 pods that call each other. */
const PENDING_SMALL = 6_000;
/** Keyframes of a small world. */
const COUNT_MAX = 50;
/** Pending occurrences that all keyframes hold together. */
const PENDING_MAX = 800_000;
/** Keyframes that even the largest world may have. */
const COUNT_MIN = 8;

/** After how many occurrences the next keyframe is due, where `pending` wait and a small world has one `every` so many. */
export function keyframeGap(every: number, pending: number): number {
  return Math.floor(every * Math.max(1, pending / PENDING_SMALL));
}

/** All of them, or without every second one if they hold too much. The first stays. */
export function thinKeyframes<F extends Pick<Keyframe, 'queue'>>(frames: readonly F[]): readonly F[] {
  const held = frames.reduce((sum, { queue }) => sum + queue.items.length, 0);
  const isTooMuch = frames.length > COUNT_MAX || (frames.length > COUNT_MIN && held > PENDING_MAX);
  return isTooMuch ? frames.filter((_, index) => index % 2 === 0) : frames;
}
