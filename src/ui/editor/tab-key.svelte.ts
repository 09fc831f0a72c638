// What the Tab key does in the text. It moves the focus until somebody types there, indents while they do, and moves the focus again
// when they come back later: nobody is held in the text without having chosen it (WCAG 2.1.2). A choice of one's own stays.

export class TabKey {
  #chosen = $state<boolean>();
  #hasTyped = $state(false);

  readonly movesFocus = $derived(this.#chosen ?? !this.#hasTyped);

  toggle(): void {
    this.#chosen = !this.movesFocus;
  }

  typed(): void {
    this.#hasTyped = true;
  }

  left(): void {
    this.#hasTyped = false;
  }
}
