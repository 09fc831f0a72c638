// Which pane and which panel is in front, and what the panels are set to.

import type { Texts } from '../../text/index.ts';
import type { BareView } from '../route.ts';

/** The panes of the sandbox; a narrow screen shows one at a time. */
const sandboxPanes = ['stage', 'inspector', 'manifests'] as const;
export type Pane = 'lesson' | (typeof sandboxPanes)[number];

/** A panel of the inspector is known by the key of its name in the texts. */
export type PanelId = keyof Texts['ui']['panel'];

export class Panes {
  /** All there are, in the order in which they are read. */
  readonly all: readonly Pane[];
  /** Panes that have been in view: the others are not made yet. */
  seen = $state.raw<readonly Pane[]>([]);
  /** The inspector's panel. */
  panel = $state<PanelId>('why');
  /** How the panel of the course shows it. */
  course = $state<'lanes' | 'text'>('lanes');
  #front = $state<Pane>('stage');
  /** Which of the two has the column that they share where the screen is not wide enough for both. */
  side = $state<'lesson' | 'manifests'>('lesson');

  /** Whether somebody is being shown around. */
  isTouring = $state(false);

  /** Whether the offer to be shown around stands where nothing is selected yet. */
  isWelcoming = $state(false);

  /** How the page is laid out; undefined: whole. */
  readonly view: BareView | undefined;

  constructor(hasLesson: boolean, view: BareView | undefined) {
    this.view = view;
    this.all = hasLesson ? ['lesson', ...sandboxPanes] : sandboxPanes;
    this.front = hasLesson && view === undefined ? 'lesson' : 'stage';
  }

  /** What a narrow screen shows. */
  get front(): Pane {
    return this.#front;
  }

  set front(pane: Pane) {
    this.#front = pane;
    if (pane === 'lesson' || pane === 'manifests') this.side = pane;
    if (!this.seen.includes(pane)) this.seen = [...this.seen, pane];
  }

  /** A wide screen shows them all. */
  seeAll(): void {
    this.seen = this.all;
  }
}

const SHARE_MIN = 0.3;
const SHARE_MAX = 0.46;

/**
 * The inspector's share of its column while nobody has moved it: on a low screen the stage needs the room, on a tall one the
 * explanation gets it. `height` of the window in CSS pixels; 900 gives 0.34, 1080 the most.
 */
export function usualInspectorShare(height: number): number {
  return Math.min(SHARE_MAX, Math.max(SHARE_MIN, (height - 600) / 880));
}
