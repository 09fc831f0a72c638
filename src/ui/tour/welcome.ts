// The first visit: one sentence on what there is to do, and the offer to be shown around. Gone as soon as somebody does anything.

import { loadTourTexts } from '../../text/index.ts';
import type { Workspace } from '../workspace/workspace.svelte.ts';
import { markTourKnown } from './seen.ts';

export async function welcome(workspace: Workspace): Promise<void> {
  const { notice, panes, preferences } = workspace;
  const words = await loadTourTexts(preferences.language);
  markTourKnown();
  notice.retell('welcome', words.welcome, {
    action: { label: words.begin, run: () => (panes.isTouring = true) },
  });
}
