// The API server's objects at the playhead, as the worker reads them out of the run: asked for while somebody looks, never twice at once.

import type { ResourceRef } from '../../manifests/index.ts';
import type { ObjectRow } from '../../scenario/port.ts';
import type { Playhead } from './playhead.svelte.ts';
import type { RunLink } from './run-link.svelte.ts';

/** Milliseconds between two questions while time runs. */
const REST_MS = 250;

export class Objects {
  rows = $state.raw<readonly ObjectRow[]>([]);
  /** The object that is read, and its text at the instant of `rows`; undefined text: it is not there. */
  opened = $state.raw<{ readonly ref: ResourceRef; readonly yaml: string | undefined } | undefined>();
  /** Whether an answer was there since the run began. */
  isKnown = $state(false);

  readonly #run: RunLink;
  readonly #playhead: Playhead;
  #ref: ResourceRef | undefined;
  #isAsked = false;
  /** Somebody looked again before the last answer had rested. */
  #isWanted = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(run: RunLink, playhead: Playhead) {
    this.#run = run;
    this.#playhead = playhead;
  }

  /** Asks for the objects of the present instant, at once or when the last answer is in and has rested. */
  look(): void {
    this.#isWanted = this.#isAsked || this.#timer !== undefined;
    if (this.#isWanted) return;
    this.#isAsked = true;
    const at = Math.min(this.#playhead.t, this.#run.simulated);
    this.#run.listObjects(at);
    if (this.#ref !== undefined) this.#run.getObject(at, this.#ref);
  }

  open(ref: ResourceRef): void {
    this.#ref = ref;
    this.#run.getObject(Math.min(this.#playhead.t, this.#run.simulated), ref);
  }

  close(): void {
    this.#ref = undefined;
    this.opened = undefined;
  }

  receiveList(rows: readonly ObjectRow[]): void {
    this.rows = rows;
    this.isKnown = true;
    this.#isAsked = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#isWanted) this.look();
    }, REST_MS);
  }

  receiveObject(ref: ResourceRef, yaml: string | undefined): void {
    const wanted = this.#ref;
    if (wanted?.kind === ref.kind && wanted.namespace === ref.namespace && wanted.name === ref.name)
      this.opened = { ref, yaml };
  }

  /** A new run has begun. */
  forget(): void {
    this.rows = [];
    this.isKnown = false;
    this.#isAsked = false;
    this.#isWanted = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.close();
  }
}
