// What makes a machine take a transition, in words: an event by its name, a wait with its window, or nothing but being there.

import { fill, type Texts } from '../../text/index.ts';
import { formatSpan, type TransitionArc } from '../../view/index.ts';

export function causeText(
  { cause, name, delay }: TransitionArc['transitions'][number],
  ui: Texts['ui']['state'],
): string {
  if (cause === 'event') return name;
  if (cause !== 'delay') return ui[cause];
  if (delay === undefined) return fill(ui.after, { name });
  const [min, max] = [formatSpan(delay.min), formatSpan(delay.max)];
  return fill(ui.afterWithin, { name, window: min === max ? min : `${min}–${max}` });
}
