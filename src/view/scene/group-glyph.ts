// A workload or a namespace as one card: its pods as pins, counted by state.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { GroupPlace } from '../layout/grid.ts';
import { countOf, type PodCount } from './pod-count.ts';
import type { PodGlyph, PodState } from './pod-glyph.ts';

/** Pins that are drawn one by one; more pods than this are drawn as shares of a bar. */
const PINS_MAX = 36;

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

/** The groups of a layout. A group of which no pod has changed is the very same object. */
export class GroupGlyphs {
  readonly #held: { readonly place: GroupPlace; members: readonly PodGlyph[]; glyph: GroupGlyph }[];

  constructor(places: readonly GroupPlace[]) {
    this.#held = places.map((place) => ({ place, members: [], glyph: groupGlyph(place, []) }));
  }

  /** The groups now, of the pods that stand now. */
  of(glyphOf: (pod: AnyEntityId) => PodGlyph | undefined): readonly GroupGlyph[] {
    return this.#held.map((held) => {
      const members: PodGlyph[] = [];
      for (const pod of held.place.pods) {
        const glyph = glyphOf(pod);
        if (glyph !== undefined) members.push(glyph);
      }
      if (members.length !== held.members.length || members.some((member, at) => member !== held.members[at])) {
        held.members = members;
        held.glyph = groupGlyph(held.place, members);
      }
      return held.glyph;
    });
  }
}

function groupGlyph(place: GroupPlace, members: readonly PodGlyph[]): GroupGlyph {
  const slash = place.key.indexOf('/');
  const name = place.key.slice(slash + 1);
  return {
    place,
    namespace: place.key.slice(0, slash),
    name,
    letters: name === '' ? '' : place.letters,
    count: countOf(members),
    pins: members.length > PINS_MAX ? [] : members.map(({ pod, state }) => ({ pod, state })),
  };
}
