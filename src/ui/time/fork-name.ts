// How the page calls a fork.

import { fill, type ForkTexts } from '../../text/index.ts';
import type { Fork, Futures } from '../workspace/futures.ts';

export function forkName(texts: ForkTexts, { id, name }: Pick<Fork, 'id' | 'name'>): string {
  if (name !== '') return name;
  return id === 0 ? texts.main : fill(texts.fork, { number: id });
}

/** Empty when there is no such fork any more. */
export function nameOfFork(texts: ForkTexts, { forks }: Futures, id: number): string {
  const fork = forks.find((candidate) => candidate.id === id);
  return fork === undefined ? '' : forkName(texts, fork);
}
