// A workload or a namespace as one card: its pods as pins, counted by state.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { GroupPlace } from '../layout/grid.ts';
import { countOf, type PodCount } from './pod-count.ts';
import type { PodGlyph, PodState } from './pod-glyph.ts';

/** Pins that are drawn one by one; more pods than this are drawn as shares of a bar. */
export const PINS_MAX = 36;

export interface Pin {
  readonly pod: AnyEntityId;
  readonly state: PodState;
}

export interface GroupGlyph {
  readonly place: GroupPlace;
  readonly namespace: string;
  /** The workload; empty for a whole namespace. */
  readonly name: string;
  readonly letters: string;
  readonly count: PodCount;
  /** At most `PINS_MAX`; empty where there are more pods. */
  readonly pins: readonly Pin[];
}

/** The groups at an instant, of the pods that stand then. */
export function groupGlyphs(places: readonly GroupPlace[], pods: readonly PodGlyph[]): readonly GroupGlyph[] {
  const glyphs = new Map(pods.map((pod) => [pod.pod, pod]));
  return places.map((place) => {
    const members = place.pods.flatMap((pod) => glyphs.get(pod) ?? []);
    const slash = place.key.indexOf('/');
    const name = place.key.slice(slash + 1);
    return {
      place,
      namespace: place.key.slice(0, slash),
      name,
      letters: name === '' ? '' : (members[0]?.station.replace(/\d+$/, '') ?? ''),
      count: countOf(members),
      pins: members.length > PINS_MAX ? [] : members.map(({ pod, state }) => ({ pod, state })),
    };
  });
}
