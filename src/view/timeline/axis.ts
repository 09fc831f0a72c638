// Where figures stand along an axis of time: a round number of seconds apart, none closer to the next than it has room.

import type { Stretch } from './stretch.ts';

export interface AxisFigure {
  /** Microseconds. */
  readonly at: number;
  /** Seconds, with as many decimals as tell it from the next. */
  readonly label: string;
}

/** About `count` figures; they are 1, 2 or 5 times a power of ten apart, whichever is nearest, and never less than a microsecond. */
export function axisOf({ from, to }: Stretch, count: number): readonly AxisFigure[] {
  const wanted = Math.max(1, (to - from) / count);
  const power = 10 ** Math.floor(Math.log10(wanted));
  // Nearest by ratio: the border between two steps is the root of their product.
  const times = [10, 5, 2].find((next, at) => wanted / power >= Math.sqrt(next * ([5, 2, 1][at] ?? 1))) ?? 1;
  const step = times * power;
  const decimals = Math.max(0, 6 - Math.floor(Math.log10(step)));
  const first = Math.ceil(from / step);
  const figures = Math.max(0, Math.floor(to / step) - first + 1);
  return Array.from({ length: figures }, (_, at) => {
    const micros = (first + at) * step;
    return { at: micros, label: grouped((micros / 1e6).toFixed(decimals)) };
  });
}

/** With a comma between thousands. By hand: the first use of Intl costs a phone as much as the rest of its first picture. */
function grouped(figures: string): string {
  return figures.replace(/\B(?<!\.\d*)(?=(?:\d{3})+(?!\d))/g, ',');
}
