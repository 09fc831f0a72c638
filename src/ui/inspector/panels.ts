// The inspector's panels in the order of their tabs. A new one is a line here, a component beside this file, and its name in the
// texts under `panel`.

import type { Component } from 'svelte';
import type { PanelId } from '../workspace/panes.svelte.ts';
import Course from './Course.svelte';
import Log from './Log.svelte';
import Objects from './Objects.svelte';
import type { PanelProps } from './panel.ts';
import Sequence from './Sequence.svelte';
import State from './State.svelte';
import Why from './Why.svelte';

export const panels: Readonly<Record<PanelId, Component<PanelProps>>> = {
  why: Why,
  sequence: Sequence,
  state: State,
  log: Log,
  course: Course,
  objects: Objects,
};
