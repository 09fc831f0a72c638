// One history of everything done, to the manifests over all files and to the run: typing, opening, formatting, Apply, faults, requests,
// forks, Restart, Reset. What is kept are the values themselves; texts that did not change are shared.

import type { Action } from '../../scenario/port.ts';
import type { Files } from './files.ts';

/** What is being edited, as it can be brought back. */
export interface Edited<Mode extends string = string, Futures = unknown> {
  readonly files: Files;
  readonly activePath: string;
  readonly mode: Mode;
  /** What was done to the run, and its forks. */
  readonly futures: Futures;
}

/** What was done; `path` names the file it was done to, `count` how many files. */
export type EditStep =
  | { readonly kind: 'text' | 'fix' | 'format' | 'new' | 'close' | 'form'; readonly path: string }
  | { readonly kind: 'rename'; readonly path: string; readonly name: string }
  | { readonly kind: 'open'; readonly count: number }
  /** `at`: microseconds of the run. */
  | { readonly kind: Action['kind'] | 'fork'; readonly at: number }
  | { readonly kind: 'name-fork' | 'delete-fork'; readonly name: string }
  | { readonly kind: 'reset' | 'restart' | 'restore' };

interface Done<Mode extends string, Futures> {
  readonly step: EditStep;
  readonly before: Edited<Mode, Futures>;
  readonly after: Edited<Mode, Futures>;
  readonly atMs: number;
}

const STEPS_MAX = 100;
/** Typing in one file goes into one step until the hands rest for so long. */
const REST_MS = 1_500;

export class EditHistory<Mode extends string, Futures = unknown> {
  #done: readonly Done<Mode, Futures>[] = [];
  #undone: readonly Done<Mode, Futures>[] = [];

  /** Keeps a step. Typing that ends where the last step began takes that step back: that is what an editor's own undo does. */
  record(step: EditStep, before: Edited<Mode, Futures>, after: Edited<Mode, Futures>, atMs: number): void {
    const last = this.#done.at(-1);
    const isTyping = step.kind === 'text' && last?.step.kind === 'text' && last.step.path === step.path;
    if (isTyping && textOf(last.before, step.path) === textOf(after, step.path)) {
      this.#done = this.#done.slice(0, -1);
      this.#undone = [...this.#undone, last];
      return;
    }
    this.#undone = [];
    if (isTyping && atMs - last.atMs < REST_MS) this.#done = [...this.#done.slice(0, -1), { ...last, after, atMs }];
    else this.#done = [...this.#done.slice(1 - STEPS_MAX), { step, before, after, atMs }];
  }

  /** The step taken back and what there was before it; undefined when there is none. */
  undo(): { readonly step: EditStep; readonly to: Edited<Mode, Futures> } | undefined {
    const last = this.#done.at(-1);
    if (last === undefined) return undefined;
    this.#done = this.#done.slice(0, -1);
    this.#undone = [...this.#undone, last];
    return { step: last.step, to: last.before };
  }

  /** The step done again and what there is after it; undefined when none was taken back since the last edit. */
  redo(): { readonly step: EditStep; readonly to: Edited<Mode, Futures> } | undefined {
    const last = this.#undone.at(-1);
    if (last === undefined) return undefined;
    this.#undone = this.#undone.slice(0, -1);
    // A rest long ago: typing after it is a step of its own.
    this.#done = [...this.#done, { ...last, atMs: -REST_MS }];
    return { step: last.step, to: last.after };
  }
}

function textOf(edited: Edited, path: string): string | undefined {
  return edited.files.find((file) => file.path === path)?.text;
}
