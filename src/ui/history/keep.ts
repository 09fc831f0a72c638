// What is kept of the past of the manifests, and what the page says when that does not go well. Fetched when there is something to keep.

import { loadHistoryTexts, type HistoryTexts } from '../../text/index.ts';
import { saveFile } from '../export/save.ts';
import { type Draft, type DraftName, readRawDraft, setDraftAside } from '../storage.ts';
import type { Drafts } from '../workspace/drafts.svelte.ts';
import type { Notice } from '../workspace/notice.svelte.ts';
import type { Preferences } from '../workspace/preferences.svelte.ts';
import { giveUpHistory, readMoments, writeMoments } from './kept-moments.ts';
import { withMoment } from './moments.ts';

/** What keeping needs of the page. */
export interface KeepingPage {
  readonly place: DraftName;
  readonly drafts: Drafts;
  readonly notice: Notice;
  readonly preferences: Preferences;
}

/** Keeps a moment; `run`: the forks that there were, as the text of a link. Other tabs' moments stay. */
export function noteMoment(page: KeepingPage, draft: Draft, run?: string): void {
  const at = Date.now();
  const { place } = page;
  const outcome = writeMoments(place, withMoment(readMoments(place), { at, draft, run }), at);
  if (outcome !== 'kept') tell(page, (words) => words[outcome]);
}

/** Storage had no room for the draft: histories give theirs. Says what happened. */
export function makeRoom(page: KeepingPage): void {
  const { drafts, place } = page;
  let hasGiven = false;
  while (drafts.keeper.state === 'refused' && giveUp(place)) {
    hasGiven = true;
    drafts.keepAgain();
  }
  if (drafts.keeper.state === 'refused') tell(page, (words) => words.full);
  else if (hasGiven) tell(page, (words) => words.givenUp);
}

function giveUp(place: DraftName): boolean {
  try {
    return giveUpHistory(place);
  } catch {
    return false; // storage is forbidden altogether
  }
}

/** What was kept at the last visit cannot be read: it is put aside as it is, and can be saved. */
export function tellUnreadable(page: KeepingPage): void {
  const raw = readRawDraft(page.place);
  if (raw === undefined) return;
  setDraftAside(page.place, raw);
  const save = (): void => saveFile(`${page.place}.unreadable.txt`, [raw], 'text/plain');
  tell(
    page,
    (words) => words.unreadable,
    (words) => ({ label: words.saveUnreadable, run: save }),
  );
}

/** Without a network the state of keeping at the foot of the page still tells. */
function tell(
  { notice, preferences }: KeepingPage,
  said: (words: HistoryTexts) => string,
  action?: (words: HistoryTexts) => { readonly label: string; run(): void },
): void {
  loadHistoryTexts(preferences.language).then(
    (words) =>
      notice.retell('history', said(words), {
        stays: () => true,
        ...(action === undefined ? {} : { action: action(words) }),
      }),
    () => undefined,
  );
}
