// The first visit: one sentence on what there is to do, and the offer to be shown around. It stands in the inspector, above what can be
// chosen; where one pane fits at a time it stands below the picture too.

import { loadTourTexts } from '../../text/index.ts';
import type { Panes } from '../workspace/panes.svelte.ts';
import type { Preferences } from '../workspace/preferences.svelte.ts';
import { markTourKnown } from './seen.ts';

/** What a welcome needs of the page. */
interface WelcomingPage {
  readonly panes: Panes;
  readonly preferences: Preferences;
}

/** Its words are loaded before it is offered: without them it stays away, and Help offers the same. */
export async function welcome({ panes, preferences }: WelcomingPage): Promise<void> {
  await loadTourTexts(preferences.language);
  markTourKnown();
  panes.isWelcoming = true;
}
