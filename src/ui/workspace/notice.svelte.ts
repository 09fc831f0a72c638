// The last thing worth saying, for everybody and for screen readers. Moving on in time or to something else takes it away.

/** What can be done about it, such as taking it back. */
export interface NoticeAction {
  readonly label: string;
  run(): void;
}

export class Notice {
  text = $state('');
  action = $state.raw<NoticeAction>();

  say(text: string, action?: NoticeAction): void {
    this.text = text;
    this.action = action;
  }

  clear(): void {
    this.text = '';
    this.action = undefined;
  }
}
