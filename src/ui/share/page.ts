// What a shared state is read off, and shown by.
import type { TimePage } from '../time/page.ts';
import type { Futures } from '../workspace/futures.ts';
import type { Dialogs } from '../workspace/dialogs.svelte.ts';
import type { Moments } from '../workspace/moments.svelte.ts';
import type { Panes } from '../workspace/panes.svelte.ts';

export interface SharingPage extends TimePage {
  readonly panes: Panes;
  readonly dialogs: Dialogs;
  readonly lesson: { readonly entry: { readonly id: string } } | undefined;
  readonly moments: Moments;
  undo(): void;
  withTime(use: (time: { show(futures: Futures): void }) => void): void;
}
