// Which dialog stands over the page. One at a time; whoever opens one leaves the others.

import type { BreakCondition } from '../../view/breakpoint/index.ts';
import type { AnyEntityId } from '../../view/index.ts';
import type { CoursePage } from '../course/course-page.ts';
import type { Compared } from '../share/link.ts';

export type OpenDialog =
  | { readonly kind: 'none' }
  | { readonly kind: 'help' }
  /** Lessons and what goes with them; `page`: the page to show first, by default the map. */
  | { readonly kind: 'lessons'; readonly page?: CoursePage }
  /** What can be taken away, and opened. */
  | { readonly kind: 'export' }
  /** The search for a failing schedule. */
  | { readonly kind: 'race' }
  /** Other meshes under the same workload; `first`: which, and when, as a link says. */
  | { readonly kind: 'compare'; readonly first?: Compared }
  /** What was kept of the manifests, moment by moment. */
  | { readonly kind: 'history' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'send'; readonly pod: AnyEntityId }
  /** Faults and their undo; `mark`: of what in the picture, empty: of what is selected. */
  | { readonly kind: 'intervene'; readonly mark: string }
  /** Where to stop; `proposed`: what is to be added. */
  | { readonly kind: 'breakpoints'; readonly proposed?: BreakCondition }
  /** How the future that is shown differs from the fork of this id. */
  | { readonly kind: 'differences'; readonly fork: number }
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
