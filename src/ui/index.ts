// The ui room's door: mounts the page around a workspace.

import { mount } from 'svelte';
import App from './App.svelte';
import './base.css';
import './tokens.css';
import { Workspace, type WorkspaceOptions } from './workspace/workspace.svelte.ts';

export type { Connect, EngineListener, EnginePort } from './engine-port.ts';
export { readSettings } from './storage.ts';

/** Puts the page into `target` and starts its run. */
export function openPage(target: Element, options: WorkspaceOptions): void {
  target.replaceChildren();
  mount(App, { target, props: { workspace: new Workspace(options) } });
}
