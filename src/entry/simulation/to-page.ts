// What the worker says to the page, and how it goes on without keeping the page waiting.
import { EngineError } from '../../kernel/index.ts';
import type { ToPage } from '../../scenario/port.ts';

/** Milliseconds between two looks at the mailbox. What was told in them the page takes in at once: on a slow phone four times as long. */
export const stretchMs = 12;

export function post(message: ToPage, transfer: Transferable[] = []): void {
  self.postMessage(message, { transfer });
}

export function postFailure(run: number, error: unknown): void {
  const text =
    error instanceof EngineError
      ? `the engine stopped: ${error.message}`
      : error instanceof Error
        ? `${error.name}: ${error.message}`
        : String(error);
  post({ type: 'failed', run, message: text });
}

/** Goes on when what has arrived meanwhile has been heard. A timer would be held back by 4 ms each time. */
export function afterMail(next: () => void): void {
  pending.push(next);
  bell.port1.postMessage(undefined);
}
const pending: (() => void)[] = [];
const bell = new MessageChannel();
bell.port2.onmessage = () => pending.shift()?.();
