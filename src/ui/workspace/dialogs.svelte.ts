// Which dialog stands over the page. One at a time; whoever opens one leaves the others.

import type { AnyEntityId } from '../../view/index.ts';

export type OpenDialog =
  | { readonly kind: 'none' }
  | { readonly kind: 'help' }
  | { readonly kind: 'lessons' }
  /** The search for a failing schedule. */
  | { readonly kind: 'race' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'send'; readonly pod: AnyEntityId }
  /** Faults and their undo. */
  | { readonly kind: 'intervene'; readonly pod: AnyEntityId }
  /** Go to a time. */
  | { readonly kind: 'time' }
  /** What is simplified; `row`: the id of the row to show first. */
  | { readonly kind: 'fidelity'; readonly row?: string };

export class Dialogs {
  open = $state.raw<OpenDialog>({ kind: 'none' });

  show(dialog: OpenDialog): void {
    this.open = dialog;
  }

  close(): void {
    this.open = { kind: 'none' };
  }
}
