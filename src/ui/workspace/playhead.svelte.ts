// Where in simulated time the page is, and how it moves on: playing, seeking, stepping record by record.

import { openingInstant, type Stretch } from '../../view/index.ts';
import { play } from '../transport/playback.ts';
import type { Notice } from './notice.svelte.ts';
import type { RunLink } from './run-link.svelte.ts';

/** Simulated time per wall time, from slow to fast. */
export const speeds: readonly number[] = [
  1 / 5000,
  1 / 2000,
  1 / 1000,
  1 / 500,
  1 / 200,
  1 / 100,
  1 / 50,
  1 / 20,
  1 / 10,
  1 / 5,
  1 / 2,
  1,
  2,
  5,
  10,
];
const SPEED_AT_START = 3;

export class Playhead {
  /** Microseconds. */
  t = $state(0);
  /** Where the playhead was one frame ago; equal to `t` when still. */
  since = $state(0);
  /** Set while somebody steps: the cursor may then stand between records of one instant. */
  step = $state<number | undefined>();
  isPlaying = $state(false);
  /** Position in `speeds`. */
  speedAt = $state(SPEED_AT_START);
  hurriesQuiet = $state(true);
  /** What playback repeats, in microseconds. */
  loop = $state.raw<Stretch | undefined>();

  readonly speed = $derived(speeds[this.speedAt] ?? 1);
  readonly cursor = $derived.by(() => {
    return this.step ?? this.#run.index.cursorAt(this.t);
  });

  /** Whether the instant has yet to be computed. */
  readonly isWaiting = $derived.by(() => {
    return this.#run.phase.kind !== 'failed' && this.t > this.#run.simulated && this.#run.stop === undefined;
  });
  /** Whether it stands where the run ends. */
  readonly isAtEnd = $derived.by(() => {
    return this.t >= this.#run.end && this.#run.simulated >= this.#run.end;
  });

  /** Asked before playing goes on from one instant to another: whether it stops in between, which is done then. */
  stopsBetween: ((from: number, to: number) => boolean) | undefined;
  readonly #run: RunLink;
  readonly #notice: Notice;
  /** Whether nobody has moved it since the run was loaded: then it opens at a telling moment. */
  #isFresh = true;
  /** Whether somebody pressed Play while the run was loaded. */
  #playsSoon = false;
  #stopPlaying: (() => void) | undefined;

  constructor(run: RunLink, notice: Notice) {
    this.#run = run;
    this.#notice = notice;
  }

  play(): void {
    this.#notice.moveOn();
    const run = this.#run;
    this.#playsSoon = run.phase.kind === 'loading';
    if (this.isPlaying || run.phase.kind !== 'running') return;
    const { loop } = this;
    if (loop !== undefined && (this.t < loop.from || this.t >= loop.to)) this.seek(loop.from);
    else if (this.isAtEnd) this.seek(0);
    this.isPlaying = true;
    this.step = undefined;
    this.#stopPlaying = play({
      head: () => ({
        t: this.t,
        speed: this.speed,
        limit: run.simulated,
        quietUntil: this.hurriesQuiet ? run.index.packets.quietUntil(this.t) : undefined,
      }),
      advance: (t) => {
        // Nothing plays backwards: an instant that has yet to be computed is waited for.
        if (t < this.t || this.stopsBetween?.(this.t, t) === true) return;
        if (this.loop !== undefined && t >= Math.min(this.loop.to, run.end)) {
          this.#stand(this.loop.from);
          return;
        }
        this.since = this.t;
        this.t = t;
        if (t >= run.end) this.pause();
        else run.computeAhead(t);
      },
    });
  }

  pause(): void {
    this.#playsSoon = false;
    this.#stopPlaying?.();
    this.#stopPlaying = undefined;
    this.isPlaying = false;
    this.#stand(Math.round(this.t));
  }

  toggle(): void {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  /** Moves to an instant; playing stops. */
  seek(t: number): void {
    this.pause();
    this.#notice.moveOn();
    this.#isFresh = false;
    this.step = undefined;
    this.#stand(Math.round(Math.min(Math.max(0, t), this.#run.end)));
    this.#run.computeAhead(this.t);
  }

  /** One record on or back. */
  stepBy(by: 1 | -1): void {
    this.pause();
    this.#isFresh = false;
    const { trace } = this.#run.index;
    const cursor = Math.min(trace.length, Math.max(0, this.cursor + by));
    this.step = cursor;
    this.#stand(cursor > 0 ? trace.timeOf(cursor - 1) : 0);
  }

  /** Shows the instant right after a record. */
  seekRecord(id: number): void {
    this.pause();
    this.#isFresh = false;
    this.step = id + 1;
    this.#stand(this.#run.index.trace.timeOf(id));
  }

  faster(by: 1 | -1): void {
    this.speedAt = Math.min(speeds.length - 1, Math.max(0, this.speedAt + by));
  }

  /** Stands still where something is about to be done; that instant. */
  halt(): number {
    this.pause();
    this.#isFresh = false;
    this.step = undefined;
    return this.t;
  }

  /** Keeps the instant while another run is computed up to it. */
  hold(t: number): void {
    this.#isFresh = false;
    this.#stand(t);
  }

  /** Back to the beginning of another run. `fresh`: it will open at a telling moment of its own. */
  rewind(isFresh: boolean): void {
    this.pause();
    this.#isFresh ||= isFresh;
    this.step = undefined;
    this.#stand(0);
  }

  /** A fresh run stands still at a telling moment as soon as it holds one, unless it is to be played. */
  openFresh(): void {
    if (this.#playsSoon) this.play();
    if (this.#run.stop !== undefined && this.t > this.#run.end) this.#stand(this.#run.end);
    if (!this.#isFresh) return;
    const t = openingInstant(this.#run.index);
    if (t !== this.t) this.#stand(t);
  }

  /** Records from `first` on are no longer what they were. */
  forgetFrom(first: number): void {
    if (this.step !== undefined && this.step > first) this.step = undefined;
  }

  #stand(t: number): void {
    this.t = t;
    this.since = t;
  }
}
