// How the page begins: with what was edited or forked at an earlier visit, with what a link leads to, or with a welcome; and what it says
// of that.

import type { UnluckyMoment } from '../../explore/port.ts';
import { fill } from '../../text/index.ts';
import type { SharingPage } from '../share/page.ts';
import { readRaw } from '../storage.ts';
import { breakpointsKey } from '../time/breakpoints-key.ts';
import { forksKey } from '../time/forks-key.ts';
import type { TimeSession } from '../time/session.svelte.ts';
import { isTourKnown } from '../tour/seen.ts';
import type { WorkspaceOptions } from './options.ts';

/** What an opening needs of the page. */
interface OpeningPage extends SharingPage {
  withTime(use: (time: TimeSession) => void): void;
  /** Runs the manifests from the beginning, looked at where the page opens. */
  beginAnew(): void;
  openUnlucky(moment: UnluckyMoment): void;
}

export function openAt(page: OpeningPage, { lesson, missingLesson, view, shared, unlucky }: WorkspaceOptions): void {
  const isPlain = shared === undefined && unlucky === undefined && view === undefined;
  const hasForks = isPlain && readRaw(forksKey(page.place)) !== undefined;
  if (hasForks || (view !== 'embed' && readRaw(breakpointsKey(page.place)) !== undefined))
    page.withTime(({ forks }) => hasForks && void forks.restore());
  const isDraft = !page.drafts.isAtStart;
  if (unlucky !== undefined && unlucky !== 'unreadable' && !isDraft) {
    page.openUnlucky(unlucky);
    return;
  }
  page.beginAnew();
  if (shared !== undefined)
    import('../share/shared-state.ts').then(
      ({ openShared }) => openShared(page, shared),
      () => page.notice.say(() => page.ui.app.unreachable),
    );
  if (missingLesson !== undefined)
    page.notice.say(() => fill(page.ui.app.missingLesson, { id: missingLesson }), {
      label: () => page.ui.app.lessons,
      run: () => page.dialogs.show({ kind: 'lessons' }),
    });
  else if (unlucky === 'unreadable') page.notice.say(() => page.ui.race.unreadable);
  else if (unlucky !== undefined)
    page.notice.say(
      () => page.ui.race.edited,
      {
        label: () => page.ui.race.showUnedited,
        run: () => {
          page.drafts.reset();
          page.openUnlucky(unlucky);
        },
      },
      () => true,
    );
  else if (isDraft && shared === undefined) page.notice.say(() => page.ui.editor.restored);
  else if (isPlain && lesson === undefined && !hasForks && !isTourKnown())
    import('../tour/welcome.ts').then(
      ({ welcome }) => welcome(page),
      () => undefined, // without a network Help still offers the tour
    );
}
