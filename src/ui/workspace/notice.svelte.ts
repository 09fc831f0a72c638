// The last thing worth saying, for everybody and for screen readers. Moving on in time or to something else takes it away.

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

  /** In the language the page has now. */
  get text(): string {
    return wordsOf(this.#said);
  }

  get actionLabel(): string {
    return this.action === undefined ? '' : wordsOf(this.action.label);
  }

  say(said: Said, action?: NoticeAction): void {
    this.#said = said;
    this.action = action;
  }

  clear(): void {
    this.#said = '';
    this.action = undefined;
  }
}

function wordsOf(said: Said): string {
  return typeof said === 'string' ? said : said();
}
