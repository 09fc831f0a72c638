// What can be done to the tree of forks. Pure: the history keeps what was, and the session sees to it that what is shown is computed.

import type { Deed, ScenarioSource } from '../../scenario/port.ts';
import { sameFiles, type Files } from '../editor/files.ts';
import { changed, forkShown, type Fork, type Futures } from '../workspace/futures.ts';

/** The main line and so many forks: as many as can be told apart at a glance. Beyond, one has to be deleted first. */
export const forksMax = 8;

/** Whether there is room for one more. */
export function hasRoom({ forks }: Futures): boolean {
  return forks.length <= forksMax;
}

/** Leaves the future that is shown at `at` (microseconds): the new fork is shown, and up to now it is the same. */
export function withFork(futures: Futures, at: number, files: Files): Futures {
  const { id: parent, deeds } = forkShown(futures);
  const id = Math.max(...futures.forks.map((fork) => fork.id)) + 1;
  const kept = changed(futures, { files });
  return { ...kept, forks: [...kept.forks, { id, name: '', parent, at, deeds, files }], shown: id };
}

/** Goes over to another; `files`: what the editor holds, which stay with the one that is left. */
export function withShown(futures: Futures, id: number, files: Files): Futures {
  return futures.forks.some((fork) => fork.id === id) ? { ...changed(futures, { files }), shown: id } : futures;
}

export function withName(futures: Futures, id: number, name: string): Futures {
  const named = changed({ ...futures, shown: id }, { name: name.trim() });
  return { ...named, shown: futures.shown };
}

/** Forks that left it have left its parent from then on, which is shown if it was. The main line stays. */
export function without(futures: Futures, id: number): Futures {
  const gone = futures.forks.find((fork) => fork.id === id);
  if (gone === undefined || id === 0) return futures;
  const [main, ...rest] = futures.forks;
  const kept = rest.filter((fork) => fork !== gone);
  const forks = kept.map((fork) => (fork.parent === id ? { ...fork, parent: gone.parent } : fork));
  return { ...futures, forks: [main, ...forks], shown: futures.shown === id ? gone.parent : futures.shown };
}

/** From which instant on two lists of deeds do not do the same, in microseconds; undefined: they do. */
export function partingOf(a: readonly Deed[], b: readonly Deed[]): number | undefined {
  const at = a.findIndex((deed, place) => deed !== b[place]);
  const place = at < 0 ? a.length : at;
  const [inA, inB] = [a[place]?.at, b[place]?.at];
  return inA === undefined ? inB : Math.min(inA, inB ?? inA);
}

/** The manifests that run at the end of a fork. */
export function filesRunning({ source }: Futures, { deeds }: Fork): Files {
  for (const { action } of deeds.toReversed()) if (action.kind === 'apply') return action.manifests;
  return source.manifests;
}

export function isSameSource(a: ScenarioSource, b: ScenarioSource): boolean {
  const isAlike = a.scenario === b.scenario && a.mesh === b.mesh && a.seed === b.seed && a.schedule === b.schedule;
  return isAlike && a.luck === b.luck && sameFiles(a.manifests, b.manifests);
}
