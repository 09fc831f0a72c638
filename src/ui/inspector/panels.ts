// The inspector's panels in the order of their tabs. A new one is a line here, a component beside this file, and its name in the
// texts under `panel`.

import { LatePart } from '../late/late-part.svelte.ts';
import type { PanelId } from '../workspace/panes.svelte.ts';
import type { PanelProps } from './panel.ts';

export const panels: Readonly<Record<PanelId, LatePart<PanelProps>>> = {
  why: new LatePart(() => import('./Why.svelte')),
  sequence: new LatePart(() => import('./Sequence.svelte')),
  state: new LatePart(() => import('./State.svelte')),
  log: new LatePart(() => import('./Log.svelte')),
  course: new LatePart(() => import('./Course.svelte')),
  objects: new LatePart(() => import('./Objects.svelte')),
  config: new LatePart(() => import('./Config.svelte')),
  access: new LatePart(() => import('./Access.svelte')),
  metrics: new LatePart(() => import('./Metrics.svelte')),
  certificates: new LatePart(() => import('./Certificates.svelte')),
  tap: new LatePart(() => import('./Tap.svelte')),
};
