// Holds a lesson to what its author says of it: its start and near misses break what is stated, its answers hold, in every schedule.
import { hintFor, prove } from './judge.ts';
import { manifestsOf } from './load.ts';
import type { Broken, Lesson, NearMiss } from './model/index.ts';
import { alternatives } from './model/index.ts';

/** What the schedules of a variant came to. */
export interface VariantOutcome {
  readonly variant: string;
  /** Broken properties in the lesson's order, joined by a space (empty: all hold) -> how many schedules. */
  readonly found: ReadonlyMap<string, number>;
  /** How that differs from what the lesson says; empty is good. */
  readonly mistakes: readonly string[];
}

/** Every variant of a lesson, in the order in which an author thinks of them. */
export function variantsToVerify(lesson: Lesson): readonly string[] {
  return ['start', 'solution', ...alternatives(lesson), ...lesson.nearMisses.map(({ folder }) => folder)];
}

/** A wrong answer is refuted by one schedule; that it is wrong in every one, as most are, is looked at in so many. */
const WRONG_SCHEDULES = 5;

/** Proves an answer within the lesson's bound; looks whether a wrong one is wrong as stated. */
export function verifyVariant(lesson: Lesson, variant: string): VariantOutcome {
  const nearMiss = lesson.nearMisses.find(({ folder }) => folder === variant);
  const stated = variant === 'start' ? lesson.start : nearMiss;
  const manifests = manifestsOf(lesson, variant);
  const found = new Map<string, number>();
  const mistakes = new Set<string>();
  const isAlwaysWrong = stated !== undefined && stated.in === 'every';
  const seeds = isAlwaysWrong ? Math.min(lesson.bound.seeds, WRONG_SCHEDULES) : lesson.bound.seeds;
  for (const { schedule, run, results } of prove(lesson, manifests, { ...lesson.bound, seeds })) {
    const failing = results.filter(({ holds }) => !holds);
    const ids = failing.map(({ property }) => property.id);
    found.set(ids.join(' '), (found.get(ids.join(' ')) ?? 0) + 1);
    const isAsStated = stated === undefined ? ids.length === 0 : isStated(stated, ids);
    if (!isAsStated) mistakes.add(`schedule ${schedule} breaks: ${ids.join(', ') || 'nothing'}`);
    const deciding = failing.find(({ property }) => property.id === stated?.breaks)?.violations[0]?.record;
    if (deciding !== undefined && deciding >= run.trace.length)
      mistakes.add(`schedule ${schedule}: no deciding record`);
    if (nearMiss !== undefined && ids.length > 0)
      mistakes.add(hintMistake(nearMiss, hintFor(lesson, manifests, results)));
  }
  if (stated !== undefined && ![...found.keys()].some((ids) => ids.split(' ').includes(stated.breaks)))
    mistakes.add(`${stated.breaks} holds in all ${seeds} schedules`);
  mistakes.delete('');
  return { variant, found, mistakes: [...mistakes] };
}

function isStated({ breaks, alsoBreaks, in: where }: Broken, broken: readonly string[]): boolean {
  const wanted = [breaks, ...alsoBreaks];
  if (where === 'some') return broken.every((id) => wanted.includes(id));
  return broken.length === wanted.length && wanted.every((id) => broken.includes(id));
}

function hintMistake({ hint }: NearMiss, given: number | undefined): string {
  return given === hint ? '' : `calls for hint ${given ?? 'none'}, not ${hint}`;
}
