// The ui room's door: mounts the page around a workspace.

import { mount, unmount } from 'svelte';
import App from './App.svelte';
import './base.css';
import './tokens.css';
import { lessonPane, loadPartsInView } from './late/parts.ts';
import { narrow } from './narrow.ts';
import { routeOf } from './route.ts';
import type { WorkspaceOptions } from './workspace/options.ts';
import { Workspace } from './workspace/workspace.svelte.ts';

export type { Connect, EngineListener, EnginePort } from './engine-port.ts';
export type { ConnectJudge } from './lesson/judge-port.ts';
export type { ConnectFinder } from './race/finder-port.ts';
export type { OpenLesson, WorkspaceOptions } from './workspace/options.ts';
export { loadLateParts } from './late/parts.ts';

// Asked for while the page's words are still on their way.
const opensAt = routeOf(location.hash);
if (!narrow.matches && opensAt?.view === undefined) void loadPartsInView();
if (opensAt?.lesson !== undefined && opensAt.view === undefined) void lessonPane.load();

/** A page that is open. */
export interface OpenedPage {
  /** What is edited is kept; the run ends. */
  close(): void;
}

/** Starts the run, and puts the page into `target` in place of its poster, or of the page before. */
export function openPage(target: Element, options: WorkspaceOptions): OpenedPage {
  const workspace = new Workspace(options);
  let page: ReturnType<typeof mount> | undefined;
  let isClosed = false;
  // A task of its own: neither the simulation's start nor an early click waits for all of it.
  setTimeout(() => {
    if (isClosed) return;
    // A lesson's words on the poster stay until they stand in the page, which is made below them.
    const words = target.querySelector('.words')?.closest('.start');
    words?.classList.add('over');
    target.replaceChildren(...(words ? [words] : []));
    page = mount(App, { target, props: { workspace, onworded: () => words?.remove() } });
  });
  return {
    close() {
      isClosed = true;
      workspace.close();
      if (page !== undefined) void unmount(page);
    },
  };
}
