// The one time of all worlds that are compared: no world goes on before each of them has been computed so far.

import { play } from '../transport/playback.ts';

/** What the clock has to know of a world. */
export interface Clocked {
  /** Microseconds: computed up to here, and where it ends. */
  readonly simulated: number;
  readonly end: number;
  /** When its next packet leaves, while none is on its way at `t`; undefined while one is. */
  quietUntil(t: number): number | undefined;
  /** Time has come to `t`: it may have to compute on. */
  computeAhead(t: number): void;
}

/** Simulated time per wall time. */
export const compareSpeeds: readonly number[] = [1 / 1000, 1 / 200, 1 / 50, 1 / 10, 1 / 2, 1, 2, 5];
const SPEED_AT_START = 1;

export class SharedClock {
  /** Microseconds; where it was one frame ago. */
  t = $state(0);
  since = $state(0);
  isPlaying = $state(false);
  /** Position in `compareSpeeds`. */
  speedAt = $state(SPEED_AT_START);
  readonly speed = $derived(compareSpeeds[this.speedAt] ?? 1);
  /** The instant for what is read and not watched: while time runs it moves on four times a second. */
  readonly told = $derived.by(() => {
    if (!this.isPlaying) return this.t;
    const step = Math.max(1, this.speed * 250_000);
    return Math.floor(this.t / step) * step;
  });
  readonly end = $derived.by(() => Math.max(...this.#worlds().map(({ end }) => end)));
  readonly simulated = $derived.by(() => Math.min(...this.#worlds().map(({ simulated }) => simulated)));

  readonly #worlds: () => readonly Clocked[];
  #stopPlaying: (() => void) | undefined;

  constructor(worlds: () => readonly Clocked[], t: number) {
    this.#worlds = worlds;
    this.t = t;
    this.since = t;
  }

  toggle(): void {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  play(): void {
    if (this.isPlaying) return;
    if (this.t >= this.end) this.seek(0);
    this.isPlaying = true;
    this.#stopPlaying = play({
      head: () => ({
        t: this.t,
        speed: this.speed,
        limit: this.simulated,
        quietUntil: this.#quietUntil(),
      }),
      advance: (t) => {
        if (t < this.t) return;
        this.since = this.t;
        this.t = t;
        if (t >= this.end) this.pause();
        else for (const world of this.#worlds()) world.computeAhead(t);
      },
    });
  }

  pause(): void {
    this.#stopPlaying?.();
    this.#stopPlaying = undefined;
    this.isPlaying = false;
    this.#stand(Math.round(this.t));
  }

  seek(t: number): void {
    this.pause();
    this.#stand(Math.round(Math.min(Math.max(0, t), this.end)));
    for (const world of this.#worlds()) world.computeAhead(this.t);
  }

  #stand(t: number): void {
    this.t = t;
    this.since = t;
  }

  /** Quiet is what is quiet in every world. */
  #quietUntil(): number | undefined {
    let earliest = Infinity;
    for (const world of this.#worlds()) {
      const until = world.quietUntil(this.t);
      if (until === undefined) return undefined;
      earliest = Math.min(earliest, until);
    }
    return earliest;
  }
}
