// Keeps the sandbox in the browser between visits, and says how that went. Two tabs may edit at the same time: the second to save
// does not overwrite the first; what it has is kept beside it until somebody chooses.

import {
  type Draft,
  type DraftName,
  readDraft,
  readRawDraft,
  readSideDraft,
  watchDraft,
  writeDraft,
  writeSideDraft,
} from '../storage.ts';

export type Keeping =
  /** Nothing differs from the start, or nothing was edited in this tab yet. */
  | 'idle'
  /** Edits that are kept in a moment. */
  | 'waiting'
  | 'kept'
  /** Storage is full or forbidden. */
  | 'refused'
  /** Another tab kept other manifests; these are kept beside them. */
  | 'beside';

export class DraftKeeper {
  state = $state<Keeping>('idle');
  /** The manifests somebody has to choose about: another tab's, or what another tab left beside these. */
  other = $state.raw<Draft | undefined>();
  /** Something was kept at the last visit that cannot be read. */
  isUnreadable = false;
  /** What another tab has kept since this one last read or wrote. */
  #theirs: Draft | undefined;
  /** Undefined: nothing is read, and nothing is kept. */
  readonly #name: DraftName | undefined;

  constructor(name: DraftName | undefined) {
    this.#name = name;
  }

  /** Whether it keeps anything at all. */
  get isKeeping(): boolean {
    return this.#name !== undefined;
  }

  /** What was kept at the last visit. */
  read(): Draft | undefined {
    if (this.#name === undefined) return undefined;
    this.other = readSideDraft(this.#name);
    const draft = readDraft(this.#name);
    this.isUnreadable = draft === undefined && readRawDraft(this.#name) !== undefined;
    return draft;
  }

  /** Listens to the other tabs; the returned function stops that. */
  watch(): () => void {
    if (this.#name === undefined) return () => undefined;
    return watchDraft(this.#name, (draft) => {
      this.#theirs = draft;
    });
  }

  /** There are edits that are not kept yet. */
  wait(): void {
    this.state = 'waiting';
  }

  /** Keeps the draft, or forgets it; whether storage allowed that. */
  keep(draft: Draft | undefined): boolean {
    if (this.#name === undefined) return this.#settle(true, 'idle');
    if (this.#theirs !== undefined && draft !== undefined && !isSame(this.#theirs, draft)) {
      this.other = this.#theirs;
      return this.#settle(writeSideDraft(this.#name, draft), 'beside');
    }
    return this.#settle(writeDraft(this.#name, draft), draft === undefined ? 'idle' : 'kept');
  }

  /** The choice: `draft` is what counts from now on, whatever other tabs hold. */
  choose(draft: Draft): void {
    this.#theirs = undefined;
    this.other = undefined;
    if (this.#name === undefined) return;
    writeSideDraft(this.#name, undefined);
    this.#settle(writeDraft(this.#name, draft), 'kept');
  }

  #settle(isKept: boolean, state: Keeping): boolean {
    this.state = isKept ? state : 'refused';
    return isKept;
  }
}

function isSame(a: Draft, b: Draft): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
