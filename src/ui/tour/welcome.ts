// The first visit: one sentence on what there is to do, and the offer to be shown around. It stands in the inspector, above what can be
// chosen; where one pane fits at a time it is a notice, gone as soon as somebody does anything.

import { loadTourTexts } from '../../text/index.ts';
import { narrow } from '../narrow.ts';
import type { Notice } from '../workspace/notice.svelte.ts';
import type { Panes } from '../workspace/panes.svelte.ts';
import type { Preferences } from '../workspace/preferences.svelte.ts';
import { markTourKnown } from './seen.ts';

/** What a welcome needs of the page. */
interface WelcomingPage {
  readonly notice: Notice;
  readonly panes: Panes;
  readonly preferences: Preferences;
}

export async function welcome({ notice, panes, preferences }: WelcomingPage): Promise<void> {
  const words = await loadTourTexts(preferences.language);
  markTourKnown();
  if (!narrow.matches) {
    panes.isWelcoming = true;
    return;
  }
  notice.retell('welcome', words.welcome, {
    action: { label: words.begin, run: () => (panes.isTouring = true) },
  });
}
