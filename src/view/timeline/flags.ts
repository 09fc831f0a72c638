// The flags on the time line: markers of the scenario, and what people did. Their names stand beside them where there is room.

import { shortenPodNames } from '../format.ts';
import type { RunIndex } from '../run/run-index.ts';
import type { Stretch } from './stretch.ts';

/** A named instant of the scenario. */
export interface Marker {
  /** Microseconds. */
  readonly at: number;
  readonly name: string;
}

export interface Flag {
  readonly kind: 'marker' | 'input';
  readonly x: number;
  readonly at: number;
  readonly name: string;
  /** As much of the name as fits before the next flag; empty when next to nothing does. */
  readonly label: string;
  /** To which side the label stands: near the end of the strip there is no room on the right. */
  readonly side: 'right' | 'left';
  /** The record of an input; -1 for a marker. */
  readonly id: number;
}

interface FlagFrame {
  readonly stretch: Stretch;
  readonly width: number;
  readonly markers: readonly Marker[];
}

/** CSS pixels: from a flag's pole to its label, and a Latin letter of 11 pixels height. */
const LABEL_AT = 11;
const LETTER = 6.2;
const LETTERS_MIN = 3;

/** Every marker, whether the scenario names it or a record does, in order of time. */
export function markersOf(index: RunIndex, named: readonly Marker[]): readonly Marker[] {
  const recorded = index.milestones.markers.map((id) => index.trace.getAs(id, 'marker'));
  const markers = [...named, ...recorded.map(({ at, name }) => ({ at, name }))];
  const distinct = new Map(markers.map((marker) => [`${marker.at} ${marker.name}`, marker]));
  return [...distinct.values()].toSorted((a, b) => a.at - b.at);
}

export function flagsOf(
  index: RunIndex,
  { stretch, width, markers }: FlagFrame,
  x: (t: number) => number,
): readonly Flag[] {
  const inputs = index.milestones.inputs
    .map((id) => index.trace.getAs(id, 'input'))
    .filter(({ at }) => at > 0)
    .map(({ at, subject, action, id }) => ({
      kind: 'input' as const,
      at,
      name: inputName(action, subject),
      id,
    }));
  const named = markersOf(index, markers).map(({ at, name }) => ({ kind: 'marker' as const, at, name, id: -1 }));
  const flags = [...inputs, ...named]
    .filter(({ at }) => at >= stretch.from && at <= stretch.to)
    .toSorted((a, b) => a.at - b.at);
  /** Where what stands further left ends. */
  let taken = 0;
  return flags.map((flag, position) => {
    const left = x(flag.at);
    const after = x(flags[position + 1]?.at ?? stretch.to);
    const side = width - left < flag.name.length * LETTER + LABEL_AT && left - taken > after - left ? 'left' : 'right';
    const room = side === 'right' ? after - left - LABEL_AT - 4 : left - taken - LABEL_AT - 4;
    const label = cut(flag.name, Math.floor(room / LETTER));
    taken = left + LABEL_AT + (side === 'right' ? label.length * LETTER : 0);
    return { ...flag, x: left, side, label };
  });
}

/** What an apply was about stands in the band below it. */
function inputName(action: string, subject: string): string {
  return action === 'apply' ? action : `${action} ${shortenPodNames(subject)}`.trimEnd();
}

function cut(name: string, letters: number): string {
  if (name.length <= letters) return name;
  return letters < LETTERS_MIN ? '' : `${name.slice(0, letters - 1)}…`;
}
