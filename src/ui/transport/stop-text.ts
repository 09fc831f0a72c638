// Where a journey through time ended, in words.

import { fill, type Texts } from '../../text/index.ts';
import type { Stop } from '../workspace/travel.svelte.ts';

export function stopText(ui: Texts['ui']['transport'], { why, name, t }: Stop): string {
  if (why === 'none') return ui.noNotable;
  if (why === 'marker' && name !== '') return fill(ui.markerAt, { name, time: (t / 1_000_000).toFixed(3) });
  return fill(ui.stopped, { why: ui[why] });
}
