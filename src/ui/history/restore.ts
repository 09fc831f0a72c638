// Back to a moment: its manifests into the editor, and its forks where it has any. One step of the history of what was done, so that
// Undo takes it back.

import { loadHistoryTexts, fill } from '../../text/index.ts';
import { decodeState } from '../share/link.ts';
import type { SharingPage } from '../share/page.ts';
import { runState } from '../share/shared-state.ts';
import { newFutures } from '../workspace/futures.ts';
import type { Moment } from './moments.ts';

/** `time`: how the page calls the moment. */
export async function restoreMoment(page: SharingPage, { draft, run }: Moment, time: string): Promise<void> {
  const { drafts, playhead, notice, preferences } = page;
  const words = await loadHistoryTexts(preferences.language);
  const state = run === undefined ? undefined : await decodeState(run, drafts.start);
  const isOtherMesh = drafts.mode !== draft.mode;
  const hasForks = state !== undefined && state !== 'unreadable' && state !== 'newer';
  drafts.take(draft, { kind: 'restore' });
  if (hasForks) runState(page, state);
  else if (isOtherMesh) {
    const at = Math.round(playhead.t);
    drafts.markApplied();
    page.begin(newFutures(drafts.source), { isFresh: false, at });
  }
  notice.say(() => fill(hasForks ? words.restoredRun : words.restored, { time }), {
    label: () => page.ui.action.undo,
    run: () => page.undo(),
  });
}
