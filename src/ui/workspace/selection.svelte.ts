// The one thing that is held, shared by stage, sequence, log, editor and time line.

import { type AnyEntityId, requestOfRecord, whyOf, type WhyModel } from '../../view/index.ts';
import type { Playhead } from './playhead.svelte.ts';
import type { RunLink } from './run-link.svelte.ts';

/** A record (and with it its request or connection), or a pod. */
export type Selected =
  | { readonly kind: 'none' }
  | { readonly kind: 'record'; readonly id: number }
  | { readonly kind: 'pod'; readonly pod: AnyEntityId };

const NO_POD = -1 as AnyEntityId; // an entity that is none
const NOTHING: Selected = { kind: 'none' };

export class Selection {
  current = $state.raw<Selected>(NOTHING);

  /** The selected record; -1: none. */
  readonly record = $derived.by(() => {
    return this.current.kind === 'record' && this.current.id < this.#run.index.trace.length ? this.current.id : -1;
  });
  /** The selected pod; -1: none. */
  readonly pod = $derived(this.current.kind === 'pod' ? this.current.pod : NO_POD);
  /** The request that the selected record belongs to; -1: none. */
  readonly request = $derived.by(() => {
    return requestOfRecord(this.#run.index, this.record);
  });
  /** The record that the inspector explains: the selected one, or the selected pod's latest. */
  readonly explained = $derived.by((): number | undefined => {
    if (this.current.kind === 'pod') return this.#run.index.cluster.pod(this.current.pod, this.#playhead.cursor)?.id;
    return this.record < 0 ? undefined : this.record;
  });
  readonly why = $derived.by((): WhyModel | undefined => {
    return this.explained === undefined ? undefined : whyOf(this.#run.index, this.explained);
  });

  readonly #run: RunLink;
  readonly #playhead: Playhead;
  readonly #onselect: () => void;

  /** `onselect` is told whenever something else, or nothing, comes to be held. */
  constructor(run: RunLink, playhead: Playhead, onselect: () => void) {
    this.#run = run;
    this.#playhead = playhead;
    this.#onselect = onselect;
  }

  select(selected: Selected): void {
    this.#onselect();
    this.current = selected;
  }

  clear(): void {
    this.select(NOTHING);
  }

  /** Records from `first` on are no longer what they were. */
  forgetFrom(first: number): void {
    if (this.current.kind === 'record' && this.current.id >= first) this.current = NOTHING;
  }
}
