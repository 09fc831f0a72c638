// Forks between visits, in the form of a link: what was done in each is all that is needed to have them back. Another tab's are not
// overwritten: they go into the history.

import { loadHistoryTexts, type HistoryTexts } from '../../text/index.ts';
import { noteMoment } from '../history/keep.ts';
import { afterQuiet } from '../quiet.ts';
import { decodeState, encodeState, type SharedState } from '../share/link.ts';
import type { SharingPage } from '../share/page.ts';
import { runState, stateOf } from '../share/shared-state.ts';
import { readKept, readRaw, writeKept } from '../storage.ts';
import { forksKey } from './forks-key.ts';

const SAVE_AFTER_MS = 300;
/** Characters; more would take the room of drafts. Links of forks have some thousand. */
const CHARS_MAX = 400_000;

export class KeptForks {
  readonly #page: SharingPage;
  readonly #saveSoon = afterQuiet(SAVE_AFTER_MS, () => void this.#save());
  readonly #unwatch: () => void;
  /** What is kept, for all this tab knows. */
  #known: string | undefined;
  /** A newer version of the page has kept what this one cannot read: it stays. */
  #isForeign = false;

  constructor(page: SharingPage) {
    this.#page = page;
    this.#unwatch = $effect.root(() => {
      $effect(() => {
        if (page.futures.forks.length > 0 && page.drafts.keeper.isKeeping) this.#saveSoon.call();
      });
    });
  }

  /** Brings back what was kept at the last visit, and says so. */
  async restore(): Promise<void> {
    const page = this.#page;
    const { futures, place, drafts } = page;
    const key = forksKey(place);
    if (readRaw(key) === undefined) return;
    const text = textOf(readKept(key));
    const state = text === undefined ? 'unreadable' : await decodeState(text, drafts.start);
    if (page.futures !== futures) return; // somebody has begun something else meanwhile
    if (state === 'unreadable' || state === 'newer') {
      this.#isForeign = state === 'newer';
      this.#tell((words) => (state === 'newer' ? words.forksNewer : words.forksUnreadable));
      return;
    }
    this.#known = text;
    runState(page, state);
    this.#tell((words) => words.forksBack);
  }

  close(): void {
    this.#saveSoon.flush();
    this.#unwatch();
  }

  async #save(): Promise<void> {
    const page = this.#page;
    const { futures, place, drafts } = page;
    const key = forksKey(place);
    if (futures.forks.length === 1) {
      if (this.#known !== undefined && this.#known === readKept(key)) writeKept(key, undefined);
      this.#known = undefined;
      return;
    }
    const text = await encodeState(stateOf(page), drafts.start);
    if (page.futures !== futures || text === this.#known || this.#isForeign) return;
    await this.#setOthersAside(text);
    if (text.length <= CHARS_MAX && writeKept(key, text)) this.#known = text;
    else this.#tell((words) => words.forksRefused);
  }

  /** What stands there and is neither from this tab nor the same as `ours`. */
  async #setOthersAside(ours: string): Promise<void> {
    const page = this.#page;
    const theirs = textOf(readKept(forksKey(page.place)));
    if (theirs === undefined || theirs === this.#known || theirs === ours) return;
    const state = await decodeState(theirs, page.drafts.start);
    if (state === 'unreadable' || state === 'newer') return;
    noteMoment(page, draftOf(state), theirs);
    this.#tell((words) => words.forksAside);
  }

  /** Without a network the strip of forks itself shows what there is. */
  #tell(said: (words: HistoryTexts) => string): void {
    const { notice, preferences } = this.#page;
    loadHistoryTexts(preferences.language).then(
      (words) => notice.retell('kept-forks', said(words)),
      () => undefined,
    );
  }
}

function textOf(kept: unknown): string | undefined {
  return typeof kept === 'string' ? kept : undefined;
}

function draftOf({ edited: files, mode }: SharedState): {
  readonly files: SharedState['edited'];
  readonly mode: SharedState['mode'];
} {
  return { files, mode };
}
