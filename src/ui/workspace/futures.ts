// The futures of one source: its main line, and the forks that left it or each other. Each is told by what was done in it by hand,
// which is all that the engine needs to be there again. Plain values: the history keeps them as they were.

import type { Deed, ScenarioSource } from '../../scenario/port.ts';
import type { Files } from '../editor/files.ts';

export interface Fork {
  /** 0: the main line, which is always there. */
  readonly id: number;
  /** Empty until somebody names it. */
  readonly name: string;
  /** The fork it left; its own id for the main line. */
  readonly parent: number;
  /** Where it left that one, in microseconds. */
  readonly at: number;
  /** In order of time. */
  readonly deeds: readonly Deed[];
  /** What the editor held when another was gone over to. */
  readonly files: Files;
}

export interface Futures {
  readonly source: ScenarioSource;
  /** The main line, then forks in the order in which they were made. */
  readonly forks: readonly [Fork, ...Fork[]];
  /** Id of the one the page shows. */
  readonly shown: number;
}

export function newFutures(source: ScenarioSource): Futures {
  return { source, forks: [{ id: 0, name: '', parent: 0, at: 0, deeds: [], files: source.manifests }], shown: 0 };
}

export function forkShown({ forks, shown }: Futures): Fork {
  return forks.find(({ id }) => id === shown) ?? forks[0];
}

/** Something is done in the fork that is shown: what was done there later is forgotten. */
export function withDeed(futures: Futures, deed: Deed): Futures {
  const { deeds } = forkShown(futures);
  return changed(futures, { deeds: [...deeds.filter(({ at }) => at <= deed.at), deed] });
}

/** With the fork that is shown changed. */
export function changed(futures: Futures, change: Partial<Fork>): Futures {
  const [main, ...rest] = futures.forks;
  const next = (fork: Fork): Fork => (fork.id === futures.shown ? { ...fork, ...change } : fork);
  return { ...futures, forks: [next(main), ...rest.map(next)] };
}
