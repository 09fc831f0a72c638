// Which pane and which panel is in front, and what the panels are set to.

import type { Texts } from '../../text/index.ts';

/** The panes of the page; a narrow screen shows one at a time. */
export const panes = ['stage', 'inspector', 'manifests'] as const;
export type Pane = (typeof panes)[number];

/** A panel of the inspector is known by the key of its name in the texts. */
export type PanelId = keyof Texts['ui']['panel'];

export class Panes {
  /** What a narrow screen shows. */
  front = $state<Pane>('stage');
  /** The inspector's panel. */
  panel = $state<PanelId>('why');
  /** What the log is filtered by. */
  logText = $state('');
}
