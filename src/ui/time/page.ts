// What breakpoints and forks need of the page.

import type { Texts } from '../../text/index.ts';
import type { DraftName } from '../storage.ts';
import type { Drafts } from '../workspace/drafts.svelte.ts';
import type { Futures } from '../workspace/futures.ts';
import type { Notice } from '../workspace/notice.svelte.ts';
import type { Playhead } from '../workspace/playhead.svelte.ts';
import type { Preferences } from '../workspace/preferences.svelte.ts';
import type { RunLink } from '../workspace/run-link.svelte.ts';
import type { Selection } from '../workspace/selection.svelte.ts';

export interface TimePage {
  readonly run: RunLink;
  readonly playhead: Playhead;
  readonly selection: Selection;
  readonly drafts: Drafts;
  readonly notice: Notice;
  readonly preferences: Preferences;
  readonly texts: Texts;
  readonly ui: Texts['ui'];
  /** Under which name things are kept between visits. */
  readonly place: DraftName;
  futures: Futures;
  /** Another source from its beginning, looked at from `at`, in microseconds. */
  begin(futures: Futures, look: { readonly isFresh: boolean; readonly at: number }): void;
}
