// The last thing worth saying, for everybody and for screen readers. Moving on in time or to something else takes it away.

export class Notice {
  text = $state('');

  say(text: string): void {
    this.text = text;
  }

  clear(): void {
    this.text = '';
  }
}
