// What the stage shows at the playhead: a layout of the whole run that suits the stage's size, the still picture laid on it, and what
// has just failed.

import {
  canFit,
  fittingLayout,
  KeptLooks,
  type Level,
  levels,
  recentFailures,
  recentFailureSpan,
  recentRetries,
  recentRetrySpan,
  SceneMaker,
} from '../../view/index.ts';
import type { Playhead } from './playhead.svelte.ts';
import type { Preferences } from './preferences.svelte.ts';
import type { RunLink } from './run-link.svelte.ts';

/** What is shown, when, and how somebody likes it. */
type Shown = Pick<RunLink, 'index' | 'info'>;
type Moment = Pick<Playhead, 't' | 'cursor'>;
type Liking = Pick<Preferences, 'settings' | 'appearance'>;

export class StageModel {
  /** Room for the picture, in CSS pixels; nothing before the stage has been measured. */
  size = $state.raw({ width: 0, height: 0 });

  /** The level somebody has zoomed to; undefined while the picture is as detailed as fits. Settings know better. */
  depth = $state<Level>();

  readonly layout = $derived.by(() => {
    const { stageLevel } = this.#preferences.settings;
    return fittingLayout(this.#grown.index, {
      pins: this.#run.info?.pins ?? {},
      level: stageLevel === 'auto' ? (this.depth ?? 'auto') : stageLevel,
      fits: (picture) => canFit(this.size, picture, this.legibility),
    });
  });
  /** Next to the level that is shown: with more, and with less of each pod. Undefined where there is none, or where one was chosen. */
  readonly deeper = $derived.by(() => this.#beside(1));
  readonly shallower = $derived.by(() => this.#beside(-1));
  /** How much larger than usual the smallest text must be. */
  readonly legibility = $derived.by(() => (this.#preferences.appearance === 'projector' ? 1.3 : 1));
  readonly scene = $derived.by(() => {
    const last = this.#index.picture.ids[this.#changes - 1];
    return this.#maker.at(last === undefined ? 0 : last + 1);
  });
  readonly failures = $derived.by(() => {
    const [from, to] = this.#failureSpan.split(' ').map(Number);
    return recentFailures(this.#index, [from ?? 0, to ?? 0]);
  });

  readonly retries = $derived.by(() => {
    const [from, to] = this.#retrySpan.split(' ').map(Number);
    return recentRetries(this.#index, [from ?? 0, to ?? 0]);
  });

  /** The index itself, which stays the same object while its run grows. */
  readonly #index = $derived.by(() => this.#run.index);
  readonly #structure = $derived.by(() => this.#run.index.picture.structure);
  /** The run grows in place: a new holder says that the layout has to be made anew. */
  readonly #grown = $derived.by(() => ({ index: this.#index, structure: this.#structure }));
  readonly #cuts = $derived.by(() => this.#run.index.picture.cuts);
  readonly #uncut = $derived.by(() => ({ index: this.#index, cuts: this.#cuts }));
  /** Kept while the run only grows. */
  readonly #kept = $derived.by(() => new KeptLooks(this.#uncut.index));
  readonly #maker = $derived.by(() => new SceneMaker(this.#index, this.layout, this.#kept));
  /** Counts changes of the still picture up to the cursor, so that the scene is made only when it differs. */
  readonly #changes = $derived.by(() => {
    return this.#run.index.picture.countBefore(this.#playhead.cursor);
  });
  /** As a text, because equal texts are equal: the marks are made only when other failures are recent. */
  readonly #failureSpan = $derived.by(() => {
    return recentFailureSpan(this.#run.index, this.#playhead.t, this.#playhead.cursor).join(' ');
  });

  readonly #retrySpan = $derived.by(() => {
    return recentRetrySpan(this.#run.index, this.#playhead.t, this.#playhead.cursor).join(' ');
  });

  readonly #run: Shown;
  readonly #playhead: Moment;
  readonly #preferences: Liking;

  constructor(run: Shown, playhead: Moment, preferences: Liking) {
    this.#run = run;
    this.#playhead = playhead;
    this.#preferences = preferences;
  }
  #beside(step: 1 | -1): Level | undefined {
    if (this.#preferences.settings.stageLevel !== 'auto') return undefined;
    return levels[levels.indexOf(this.layout.level) + step];
  }
}
