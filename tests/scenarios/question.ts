// A standing scenario as a question to the search, from its folder.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { RaceAnswer, RaceQuestion } from '../../src/explore/index.ts';
import { findRace } from '../../src/explore/index.ts';
import type { Search } from './standing.ts';

/** Files that the scenario applies later are at hand; without a scenario, numbered files are stages. */
export function questionOf(search: Search, kind: 'naive' | 'fixed'): RaceQuestion {
  const folder = new URL(`${search.id}/${kind}/`, import.meta.url);
  const read = (path: string) => ({ path, text: readFileSync(new URL(path, folder), 'utf8') });
  const scenario = existsSync(new URL('scenario.yaml', folder)) ? read('scenario.yaml').text : '';
  const paths = readdirSync(folder).filter((path) => path !== 'scenario.yaml');
  const isExtra = (path: string): boolean => scenario.includes(`apply: ${path}`);
  const manifests = paths.filter((path) => !isExtra(path)).map(read);
  const [first, ...rest] = manifests;
  const isStaged = scenario === '' && first !== undefined;
  return {
    source: {
      scenario,
      manifests: isStaged ? [first] : manifests,
      extras: paths.filter(isExtra).map(read),
      seed: search.seed,
    },
    later: isStaged ? rest.map((file) => [file]) : [],
    properties: search.properties,
    horizon: search.horizon * 1_000_000,
    bound: { samples: 0, windows: search.windows },
    ...(search.from === 0 ? {} : { from: search.from * 1_000_000 }),
  };
}

/** Asks it. `onUp`: the cluster is up, and no schedule has come to its end yet. */
export function answerTo(question: RaceQuestion, onUp?: () => void): Extract<RaceAnswer, { kind: 'answer' }> {
  const steps = findRace(question);
  for (;;) {
    const { done, value } = steps.next();
    if (done !== true) {
      if (value.states === 0) onUp?.();
      continue;
    }
    if (value.kind !== 'answer') throw new Error(value.kind);
    return value;
  }
}
