// A part of the page that the first picture does not need: its code is loaded when it is first shown, or ahead of that when the
// page has come to rest.

import type { Component } from 'svelte';
import { inTurn } from '../in-turn.ts';

export class LatePart<Props extends object> {
  /** Undefined until it is loaded. */
  component = $state.raw<Component<Props> | undefined>();
  /** The last attempt failed: no network, or the page was replaced by a newer one since it was opened. */
  isUnreachable = $state(false);

  readonly #read: () => Promise<{ readonly default: Component<Props> }>;
  #loading: Promise<void> | undefined;

  constructor(read: () => Promise<{ readonly default: Component<Props> }>) {
    this.#read = read;
  }

  /** Loads it, once; what failed is tried again when it is asked for again. Never rejects. */
  load(): Promise<void> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<void> {
    this.isUnreachable = false;
    try {
      const { default: component } = await this.#read();
      // Parts that arrive together are made one after the other.
      await new Promise<void>((resolve) => inTurn(resolve));
      this.component = component;
    } catch {
      this.#loading = undefined;
      this.isUnreachable = true;
    }
  }
}
