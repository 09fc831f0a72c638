// The ui room's door: mounts the page around a workspace.

import { mount } from 'svelte';
import App from './App.svelte';
import './base.css';
import './tokens.css';
import { loadPartsInView } from './late/parts.ts';
import { narrow } from './narrow.ts';
import { Workspace, type WorkspaceOptions } from './workspace/workspace.svelte.ts';

export type { Connect, EngineListener, EnginePort } from './engine-port.ts';
export { loadLateParts } from './late/parts.ts';

// Asked for while the page's words are still on their way.
if (!narrow.matches) void loadPartsInView();

/** Starts the run, and puts the page into `target` in place of its poster. */
export function openPage(target: Element, options: WorkspaceOptions): void {
  const workspace = new Workspace(options);
  // A task of its own: neither the simulation's start nor an early click waits for all of it.
  setTimeout(() => {
    target.replaceChildren();
    mount(App, { target, props: { workspace } });
  });
}
