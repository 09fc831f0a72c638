// What is worth saying to everybody, screen readers included. One that is new stands beside those that are there, so that none is lost;
// moving on in time or to something else takes away those that need not stay until somebody has read them, and so do some seconds in which
// nobody points at them.

/** Words that are read again when the language changes, or a text that is in no language. */
export type Said = string | (() => string);

/** What can be done about it, such as taking it back. */
export interface NoticeAction {
  readonly label: Said;
  /** Whether it can still be done; default always. */
  readonly isOpen?: () => boolean;
  run(): void;
}

interface Entry {
  readonly id: number;
  /** What it tells of; undefined: of nothing that is told of again. */
  readonly about: string | undefined;
  readonly said: Said;
  readonly action: NoticeAction | undefined;
  /** Whether moving on leaves it. */
  readonly stays: () => boolean;
}

/** So many stand at one time; those before them come back as these are put away. */
const SHOWN_MAX = 3;
/** Wall time that those have which can be put away unread, in milliseconds: two lines are read twice. */
const READ_MS = 10_000;

export class Notice {
  #entries = $state.raw<readonly Entry[]>([]);
  #said = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The latest, the oldest of them first, in the language the page has now. */
  get shown(): readonly { readonly id: number; readonly text: string; readonly action: NoticeAction | undefined }[] {
    return this.#entries.slice(-SHOWN_MAX).map(({ id, said, action }) => ({
      id,
      text: wordsOf(said),
      action: action?.isOpen?.() === false ? undefined : action,
    }));
  }

  /** `stays`: whether moving on leaves it; default never. */
  say(said: Said, action?: NoticeAction, stays = passes): void {
    this.#add({ about: undefined, said, action, stays });
  }

  /** Says it in place of what was said `about` the same thing before. */
  retell(about: string, said: Said, { action, stays = passes }: Partial<Pick<Entry, 'action' | 'stays'>> = {}): void {
    this.#add({ about, said, action, stays });
  }

  /** Time goes on, or something else is looked at. */
  moveOn(): void {
    this.#keep(({ stays }) => stays());
  }

  /** Somebody points at them or has the focus in them: none goes by itself until that ends. */
  hold(isHeld: boolean): void {
    clearTimeout(this.#timer);
    if (!isHeld) this.#timer = setTimeout(() => this.#keep(needsSomebody), READ_MS);
  }

  /** Puts one away. */
  dismiss(id: number): void {
    this.#keep((entry) => entry.id !== id);
  }

  clear(): void {
    this.#keep(() => false);
  }

  #add(entry: Omit<Entry, 'id'>): void {
    const text = wordsOf(entry.said);
    // The same words twice are one notice, said again.
    this.#keep(({ about, said }) => (about === undefined || about !== entry.about) && wordsOf(said) !== text);
    this.#said += 1;
    this.#entries = [...this.#entries, { ...entry, id: this.#said }];
    this.hold(false);
  }

  #keep(isKept: (entry: Entry) => boolean): void {
    if (!this.#entries.every(isKept)) this.#entries = this.#entries.filter(isKept);
  }
}

/** Whether there is something to do about it, or it stays for a reason of its own. */
function needsSomebody({ action, stays }: Entry): boolean {
  return stays() || (action !== undefined && action.isOpen?.() !== false);
}

function passes(): boolean {
  return false;
}

/** The words in the language the page has now. */
export function wordsOf(said: Said): string {
  return typeof said === 'string' ? said : said();
}
