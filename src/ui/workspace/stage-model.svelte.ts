// What the stage shows at the playhead: the layout of the whole run, and the still picture laid on it.

import { layoutOf, sceneAt } from '../../view/index.ts';
import type { Playhead } from './playhead.svelte.ts';
import type { RunLink } from './run-link.svelte.ts';

export class StageModel {
  readonly layout = $derived.by(() => {
    return layoutOf(this.#run.index, this.#run.info?.pins ?? {});
  });
  readonly scene = $derived.by(() => {
    const last = this.#run.index.picture.ids[this.#changes - 1];
    return sceneAt(this.#run.index, this.layout, last === undefined ? 0 : last + 1);
  });
  /** Counts changes of the still picture up to the cursor, so that the scene is made only when it differs. */
  readonly #changes = $derived.by(() => {
    return this.#run.index.picture.countBefore(this.#playhead.cursor);
  });

  readonly #run: RunLink;
  readonly #playhead: Playhead;

  constructor(run: RunLink, playhead: Playhead) {
    this.#run = run;
    this.#playhead = playhead;
  }
}
