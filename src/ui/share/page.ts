// What a shared state is read off, and shown by.
import type { TimePage } from '../time/page.ts';
import type { TimeSession } from '../time/session.svelte.ts';
import type { Panes } from '../workspace/panes.svelte.ts';

export interface SharingPage extends TimePage {
  readonly panes: Panes;
  readonly lesson: { readonly entry: { readonly id: string } } | undefined;
  undo(): void;
  withTime(use: (time: TimeSession) => void): void;
  lookFor(moment: { readonly at: number; readonly record: number | undefined }): void;
}
