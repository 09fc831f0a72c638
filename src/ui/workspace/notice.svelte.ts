// The last thing worth saying, for everybody and for screen readers. Moving on in time or to something else takes it away, unless it
// is to stay until somebody has read it.

/** Words that are read again when the language changes, or a text that is in no language. */
export type Said = string | (() => string);

/** What can be done about it, such as taking it back. */
export interface NoticeAction {
  readonly label: Said;
  run(): void;
}

export class Notice {
  #said = $state.raw<Said>('');
  action = $state.raw<NoticeAction>();
  #stays: () => boolean = passes;

  /** In the language the page has now. */
  get text(): string {
    return wordsOf(this.#said);
  }

  get actionLabel(): string {
    return this.action === undefined ? '' : wordsOf(this.action.label);
  }

  /** `stays`: whether moving on leaves it; default never. */
  say(said: Said, action?: NoticeAction, stays = passes): void {
    this.#said = said;
    this.action = action;
    this.#stays = stays;
  }

  /** Time goes on, or something else is looked at. */
  moveOn(): void {
    if (!this.#stays()) this.clear();
  }

  clear(): void {
    this.#said = '';
    this.action = undefined;
  }
}

function passes(): boolean {
  return false;
}

function wordsOf(said: Said): string {
  return typeof said === 'string' ? said : said();
}
