// Worlds side by side: which, at what time, and where each of them first answers otherwise than the first.

import { firstOtherAnswer, type OtherAnswer } from '../../view/divergence/index.ts';
import type { Level } from '../../view/index.ts';
import { SharedClock } from './shared-clock.svelte.ts';
import { toggled, type World } from './world.ts';
import { type WorldOptions, WorldRun } from './world-run.svelte.ts';

/** A request without an answer this near to the end of a run may yet get the same one, in microseconds. */
const LAST_US = 5_000_000;

export interface ComparisonOptions extends WorldOptions {
  /** Every world that can be chosen, in their order. */
  readonly all: readonly World[];
  /** Where time stands at first, in microseconds. */
  readonly at: number;
  /** Ids of the worlds that lie side by side at first. */
  readonly chosen: readonly string[];
}

/** How a world first differs from the first one. */
export type Difference =
  | { readonly kind: 'computing' }
  | { readonly kind: 'none' }
  | { readonly kind: 'answer'; readonly answer: OtherAnswer };

export class Comparison {
  chosen = $state.raw<readonly string[]>([]);
  worlds = $state.raw<readonly WorldRun[]>([]);
  /** How much of each pod the stages show. */
  level = $state<Level | 'auto'>('auto');
  readonly clock: SharedClock;
  /** For each world but the first. */
  readonly differences = $derived.by((): readonly Difference[] => {
    const [first, ...others] = this.worlds;
    return first === undefined ? [] : others.map((other) => differenceOf(first, other));
  });

  readonly #options: ComparisonOptions;

  constructor(options: ComparisonOptions) {
    this.#options = options;
    this.chosen = options.chosen;
    this.clock = new SharedClock(() => this.worlds, options.at);
    this.#open();
  }

  /** Lays a world beside the others, or takes it away; there are always two or three. */
  toggle(id: string): void {
    this.chosen = toggled(this.chosen, id);
    this.#open();
  }

  /** Goes to where two worlds differ, with the request selected in both. */
  goTo(other: WorldRun, { at, inA, inB }: OtherAnswer): void {
    this.clock.seek(at);
    for (const world of this.worlds) world.select({ kind: 'none' });
    this.worlds[0]?.select({ kind: 'record', id: inA.request });
    other.select({ kind: 'record', id: inB.request });
  }

  close(): void {
    this.clock.pause();
    for (const world of this.worlds) world.close();
  }

  #open(): void {
    const before = this.worlds;
    for (const world of before) if (!this.chosen.includes(world.id)) world.close();
    this.worlds = this.#options.all
      .filter(({ id }) => this.chosen.includes(id))
      .map((world) => before.find(({ id }) => id === world.id) ?? new WorldRun(world, this.clock, this.#options));
  }
}

function differenceOf(first: WorldRun, other: WorldRun): Difference {
  if (!first.isWhole || !other.isWhole) return { kind: 'computing' };
  const until = Math.min(first.simulated, other.simulated);
  const answer = firstOtherAnswer(first.index, other.index, until);
  if (answer === undefined) return { kind: 'none' };
  const isUnanswered = answer.inA.result === undefined || answer.inB.result === undefined;
  return isUnanswered && answer.at > until - LAST_US ? { kind: 'none' } : { kind: 'answer', answer };
}
