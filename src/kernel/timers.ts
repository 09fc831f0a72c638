// Which timers still wait. A timer is a slot and the generation of that slot: firing or cancelling moves the slot to its next
// generation, so a number that was used up never matches again. Typed arrays, because a keyframe copies them.
/* eslint-disable @typescript-eslint/no-non-null-assertion -- slots below the used count are filled */
import type { TimerId } from './context.ts';

/** The timer number of an occurrence that cannot be taken back. */
export const NO_TIMER = -1 as TimerId; // the one made-up timer number

const SLOTS = 2_097_152;
const PERIODIC = 1;
const PARKED = 2;

/** A copy of all timers, taken by a keyframe. */
export interface TimersFrame {
  readonly generations: Uint32Array;
  readonly flags: Uint8Array;
  readonly free: Int32Array;
}

export class Timers {
  #generations = new Uint32Array(64);
  #flags = new Uint8Array(64);
  #used = 0;
  #free = new Int32Array(64);
  #freeCount = 0;

  /** A new timer, waiting. */
  open(isPeriodic: boolean): TimerId {
    let slot = this.#used;
    if (this.#freeCount > 0) {
      this.#freeCount -= 1;
      slot = this.#free[this.#freeCount]!; // below freeCount by the line above
    } else {
      if (slot === this.#generations.length) this.#grow();
      this.#used += 1;
    }
    this.#flags[slot] = isPeriodic ? PERIODIC : 0;
    return (this.#generations[slot]! * SLOTS + slot) as TimerId; // the one place that makes timer numbers
  }

  isWaiting(timer: TimerId): boolean {
    return this.#generations[timer % SLOTS] === Math.floor(timer / SLOTS);
  }

  /** Whether a waiting timer is periodic. */
  isPeriodic(timer: TimerId): boolean {
    return this.#flags[timer % SLOTS] === PERIODIC;
  }

  /** It fired, but a gate holds it back: it waits on, in no queue. */
  park(timer: TimerId): void {
    this.#flags[timer % SLOTS] = PARKED;
  }

  isParked(timer: TimerId): boolean {
    return this.#flags[timer % SLOTS] === PARKED;
  }

  /** Ends a waiting timer: it fired or was taken back. */
  close(timer: TimerId): void {
    const slot = timer % SLOTS;
    this.#generations[slot]! += 1;
    this.#free[this.#freeCount] = slot;
    this.#freeCount += 1;
  }

  save(): TimersFrame {
    return {
      generations: this.#generations.slice(0, this.#used),
      flags: this.#flags.slice(0, this.#used),
      free: this.#free.slice(0, this.#freeCount),
    };
  }

  restore(frame: TimersFrame): void {
    while (this.#generations.length < frame.generations.length) this.#grow();
    this.#generations.fill(0);
    this.#generations.set(frame.generations);
    this.#flags.set(frame.flags);
    this.#free.set(frame.free);
    this.#used = frame.generations.length;
    this.#freeCount = frame.free.length;
  }

  #grow(): void {
    const capacity = this.#generations.length * 2;
    const generations = new Uint32Array(capacity);
    generations.set(this.#generations);
    this.#generations = generations;
    const flags = new Uint8Array(capacity);
    flags.set(this.#flags);
    this.#flags = flags;
    const free = new Int32Array(capacity);
    free.set(this.#free);
    this.#free = free;
  }
}
