// One of the worlds that are compared: its run, in a worker of its own, and what its stage shows at the shared time.

import type { RunInfo, ToPage } from '../../scenario/port.ts';
import { requestOfRecord, RunIndex, type AnyEntityId } from '../../view/index.ts';
import { LedgerCounter } from '../../view/worlds/index.ts';
import type { Connect, EnginePort } from '../engine-port.ts';
import type { Preferences } from '../workspace/preferences.svelte.ts';
import type { Selected } from '../workspace/selection.svelte.ts';
import { StageModel } from '../workspace/stage-model.svelte.ts';
import type { Clocked, SharedClock } from './shared-clock.svelte.ts';
import type { World } from './world.ts';

/** How far past the shared time a world is computed when its scenario does not end sooner, in microseconds. */
const AHEAD_US = 60_000_000;
const END_MIN_US = 1_000_000;
const RUN = 1;
const NO_POD = -1 as AnyEntityId; // an entity that is none

export interface WorldOptions {
  readonly connect: Connect;
  /** Where the world ends until it has said so itself, in microseconds. */
  readonly end: number;
  readonly preferences: Pick<Preferences, 'settings' | 'appearance'>;
}

export class WorldRun implements Clocked {
  readonly id: string;
  readonly what: World['what'];
  info = $state.raw<RunInfo | undefined>();
  simulated = $state(0);
  /** Why the world is incomplete; undefined while all is well. */
  trouble = $state.raw<string | undefined>();
  selected = $state.raw<Selected>({ kind: 'none' });
  readonly stage: StageModel;
  /** What a painter of packets asks of a playhead. */
  readonly head: Head;
  /** The index grows in place; a new holder tells those who read it. */
  #held = $state.raw({ index: new RunIndex() });
  #isStopped = $state(false);

  readonly end = $derived.by(() =>
    this.#isStopped ? this.simulated : Math.max(this.info?.duration ?? this.#expectedEnd, this.simulated, END_MIN_US),
  );
  /** Whether it has been computed to its end. */
  readonly isWhole = $derived.by(() => this.info !== undefined && this.simulated >= this.end);
  readonly cursor = $derived.by(() => this.index.cursorAt(this.#clock.t));
  readonly ledger = $derived.by(() => this.#counter.at(this.index.cursorAt(this.#clock.told)));
  readonly record = $derived.by(() => (this.selected.kind === 'record' ? this.selected.id : -1));
  readonly request = $derived.by(() => requestOfRecord(this.index, this.record));
  readonly pod = $derived.by(() => (this.selected.kind === 'pod' ? this.selected.pod : NO_POD));

  readonly #clock: SharedClock;
  readonly #expectedEnd: number;
  readonly #counter: LedgerCounter;
  readonly #port: EnginePort;

  constructor(world: World, clock: SharedClock, { connect, end, preferences }: WorldOptions) {
    this.id = world.id;
    this.what = world.what;
    this.#clock = clock;
    this.#expectedEnd = end;
    this.#counter = new LedgerCounter(this.index);
    this.head = headOf(this, clock);
    this.stage = new StageModel(this, this.head, preferences);
    this.#port = connect({
      onMessage: (message) => this.#receive(message, world),
      onDeath: (reason) => this.#fail(reason),
    });
    this.#port.post({ type: 'load', run: RUN, source: world.source });
  }

  get index(): RunIndex {
    return this.#held.index;
  }

  quietUntil(t: number): number | undefined {
    return this.index.packets.quietUntil(t);
  }

  computeAhead(t: number): void {
    if (this.#isStopped || this.simulated >= this.end || t < this.simulated - AHEAD_US / 4) return;
    this.#advance(Math.min(this.end, Math.max(t, this.simulated) + AHEAD_US));
  }

  select(selected: Selected): void {
    this.selected = selected;
  }

  close(): void {
    this.#port.close();
  }

  #receive(message: ToPage, { deeds }: World): void {
    switch (message.type) {
      case 'loaded': {
        this.info = message.info;
        const until = Math.min(Math.max(message.info.duration, this.#clock.t), AHEAD_US);
        for (const { at, action } of deeds) this.#port.post({ type: 'act', run: RUN, at, action, until });
        this.#advance(until);
        return;
      }
      case 'slice':
        this.index.receive(message.slice);
        return;
      case 'progress':
        this.#held = { index: this.index };
        this.simulated = message.simulated;
        this.#isStopped = message.stop !== undefined;
        return;
      case 'failed':
        this.#fail(message.message);
        return;
      default:
        return; // answers to questions that nobody asks here
    }
  }

  #advance(until: number): void {
    this.#port.post({ type: 'advance', run: RUN, until });
  }

  #fail(why: string): void {
    this.trouble = why;
    this.#isStopped = true;
  }
}

interface Head {
  readonly t: number;
  readonly since: number;
  readonly isPlaying: boolean;
  readonly speed: number;
  readonly cursor: number;
}

function headOf(world: WorldRun, clock: SharedClock): Head {
  return {
    get t() {
      return clock.t;
    },
    get since() {
      return clock.since;
    },
    get isPlaying() {
      return clock.isPlaying;
    },
    get speed() {
      return clock.speed;
    },
    get cursor() {
      return world.cursor;
    },
  };
}
