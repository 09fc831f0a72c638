// In which order waits are looked at: those first that move the most. What fails is found sooner so, and it is no longer for it: each of
// them is one deviation.
import { rank } from '../kernel/index.ts';
import type { Footprints, Wait } from './footprints.ts';

/** The places of open waits: by how many steps of lives and controllers come to be by them, and how far their windows let these move. */
export function byInfluence(prints: Footprints, open: readonly Wait[]): readonly number[] {
  const deeds = deedsBy(prints);
  const influences = open.map(({ seq, fact }) =>
    seq === undefined ? 0 : (deeds.get(seq) ?? 0) * (fact.max - fact.min),
  );
  const influence = (place: number): number => influences[place] ?? 0;
  return open.map((_, place) => place).sort((a, b) => influence(b) - influence(a) || a - b);
}

/** By the number of an occurrence: how many steps of lives and controllers it is or leads to. */
function deedsBy(prints: Footprints): ReadonlyMap<number, number> {
  const counts = new Float64Array(prints.length);
  const deeds = new Map<number, number>();
  for (let step = prints.length - 1; step >= 0; step -= 1) {
    const scheduled = prints.occurrence(step);
    if (scheduled === undefined) continue;
    const { item, creator } = scheduled;
    const own = item.rank <= rank.lifecycle && !item.periodic ? 1 : 0;
    const count = (counts[step] ?? 0) + own;
    deeds.set(item.seq, count);
    if (creator >= 0) counts[creator] = (counts[creator] ?? 0) + count;
  }
  return deeds;
}
