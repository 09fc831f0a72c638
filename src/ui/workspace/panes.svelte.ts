// Which pane and which panel is in front, and what the panels are set to.

import type { Texts } from '../../text/index.ts';

/** The panes of the page; a narrow screen shows one at a time. */
export const panes = ['stage', 'inspector', 'manifests'] as const;
export type Pane = (typeof panes)[number];

/** A panel of the inspector is known by the key of its name in the texts. */
export type PanelId = keyof Texts['ui']['panel'];

export class Panes {
  /** Panes that have been in view: the others are not made yet. */
  seen = $state.raw<readonly Pane[]>(['stage']);
  /** The inspector's panel. */
  panel = $state<PanelId>('why');
  #front = $state<Pane>('stage');

  /** What a narrow screen shows. */
  get front(): Pane {
    return this.#front;
  }

  set front(pane: Pane) {
    this.#front = pane;
    if (!this.seen.includes(pane)) this.seen = [...this.seen, pane];
  }

  /** A wide screen shows them all. */
  seeAll(): void {
    this.seen = panes;
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
