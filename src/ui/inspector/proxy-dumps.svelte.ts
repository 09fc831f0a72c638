// What a proxy holds at the playhead, as the worker reads it out of the run: asked for while somebody looks, never twice at once.

import type { DumpQuestion, ProxyDump } from '../../scenario/port.ts';
import type { Workspace } from '../workspace/workspace.svelte.ts';

/** Milliseconds between two questions while time runs. */
const REST_MS = 250;

export class ProxyDumps {
  /** The last answer; `unreachable`: the engine could not load what makes dumps. */
  answer = $state.raw<ProxyDump | 'unreachable' | undefined>();
  readonly #workspace: Workspace;
  #question: DumpQuestion | undefined;
  #isAsked = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** Asks at once, or when the last answer is in and has rested; of several questions in between only the last. */
  ask(question: DumpQuestion): void {
    this.#question = question;
    if (!this.#isAsked && this.#timer === undefined) this.#askNow();
  }

  #askNow(): void {
    const question = this.#question;
    if (question === undefined) return;
    const { run, playhead } = this.#workspace;
    this.#question = undefined;
    this.#isAsked = true;
    run.dumpProxy(Math.min(playhead.t, run.simulated), question, (dump) => this.#receive(dump));
  }

  #receive(dump: ProxyDump | undefined): void {
    this.answer = dump ?? 'unreachable';
    this.#isAsked = false;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#askNow();
    }, REST_MS);
  }

  /** Nobody looks any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#question = undefined;
  }
}
