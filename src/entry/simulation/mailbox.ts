// Messages of the page are taken in the order in which they came: one that needs code which comes late holds up those behind it.
import { mayNameCustomKind } from '../../manifests/index.ts';
import { type LateCode, lateCodeOf } from '../../scenario/index.ts';
import type { ToWorker } from '../../scenario/port.ts';
import { fetchCode, isHere } from './late-code.ts';

export interface MailReader {
  take(message: ToWorker): void;
  /** A run that cannot begin: what it needs could not be fetched. */
  onUnloadable(run: number, error: unknown): void;
}

/** Where messages are put for `reader`. */
export class Mailbox {
  readonly #reader: MailReader;
  /** What has come and could not be taken yet. */
  #waiting: ToWorker[] = [];
  #isFetching = false;

  constructor(reader: MailReader) {
    this.#reader = reader;
  }

  put(message: ToWorker): void {
    this.#waiting.push(message);
    if (!this.#isFetching) this.#takeWaiting();
  }

  #takeWaiting(): void {
    this.#isFetching = false;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const code = codeFor(next);
      if (code !== undefined && !isHere(code)) {
        this.#waiting.unshift(next);
        this.#isFetching = true;
        fetchCode(code).then(
          () => this.#takeWaiting(),
          (error: unknown) => this.#takeRegardless(error),
        );
        return;
      }
      this.#reader.take(next);
    }
  }

  /**
   * Without a network: what is done to a run seldom needs what comes late, and if it does, the engine says so. What is to be validated is
   * not read in part: it is asked about again after the next edit.
   */
  #takeRegardless(error: unknown): void {
    this.#isFetching = false;
    const messages = this.#waiting;
    this.#waiting = [];
    for (const message of messages)
      if (message.type === 'load') this.#reader.onUnloadable(message.run, error);
      else if (message.type !== 'validate' || codeFor(message) === undefined) this.#reader.take(message);
  }
}

/** Only the text of what is loaded or validated is known here. What is applied to a run may be anything. */
function codeFor(message: ToWorker): LateCode | undefined {
  if (message.type === 'act' || message.type === 'fork') return 'envoys';
  if (message.type === 'load') return lateCodeOf(message.source);
  const isCustom = message.type === 'validate' && message.manifests.some(({ text }) => mayNameCustomKind(text));
  return isCustom ? 'crds' : undefined;
}
