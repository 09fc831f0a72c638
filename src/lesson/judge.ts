// What a run says about a lesson: property by property for one trace, schedule by schedule for a proof, and the hint for what failed.
import type { Bound } from '../explore/index.ts';
import { runSchedule } from '../explore/index.ts';
import type { ManifestFile } from '../manifests/index.ts';
import { parseManifests } from '../manifests/index.ts';
import type { Run } from '../scenario/index.ts';
import type { Trace } from '../trace/index.ts';
import { changesBetween, includesChanges } from './changes.ts';
import type { Violation } from './checks/check.ts';
import { checks } from './checks/checks.ts';
import { manifestsOf } from './load.ts';
import type { MeasuredTable } from './measures/measure.ts';
import { measures } from './measures/measures.ts';
import type { HintLevel, Lesson, Measurement, Property } from './model/index.ts';

export interface PropertyResult {
  readonly property: Property;
  readonly holds: boolean;
  /** The deciding one first; empty if the property holds. */
  readonly violations: readonly Violation[];
}

/** Every property of a lesson over one trace, in the lesson's order. */
export function judge(lesson: Lesson, trace: Trace): readonly PropertyResult[] {
  return lesson.properties.map((property) => {
    const check = checks.find(({ id }) => id === property.check);
    const violations = check?.evaluate(trace, property.parameters) ?? []; // loading has looked every check up
    return { property, holds: violations.length === 0, violations };
  });
}

/** A schedule that was run to the bound, and what came of it. */
export interface ScheduleVerdict {
  readonly schedule: number;
  readonly run: Run;
  readonly results: readonly PropertyResult[];
  /** Whether every required property holds. */
  readonly isSolved: boolean;
}

/**
 * Runs manifests in every schedule of the lesson's bound, one at each step of the iteration, so that a page can show how far it is.
 * Solved means that every verdict is; the first that is not is the counterexample to open.
 */
export function* prove(
  lesson: Lesson,
  manifests: readonly ManifestFile[],
  bound: Bound = lesson.bound,
): Generator<ScheduleVerdict> {
  const source = { scenario: lesson.scenario, manifests };
  for (let schedule = 1; schedule <= bound.seeds; schedule += 1) {
    const run = runSchedule(source, schedule, bound.until);
    const results = judge(lesson, run.trace);
    const isSolved = results.every(({ property, holds }) => holds || property.severity === 'advised');
    yield { schedule, run, results, isSolved };
  }
}

/**
 * The hint that helps somebody with these manifests and these results; undefined if nothing fails. Who has made all the changes of a
 * near miss (and maybe more) gets its hint, the largest such near miss first; anybody else the hint of the first property that fails.
 */
export function hintFor(
  lesson: Lesson,
  manifests: readonly ManifestFile[],
  results: readonly PropertyResult[],
): HintLevel | undefined {
  const failing = results.filter(({ holds }) => !holds).map(({ property }) => property);
  const [first] = failing;
  if (first === undefined) return undefined;
  const start = parseManifests(manifestsOf(lesson, 'start')).resources;
  const made = changesBetween(start, parseManifests(manifests).resources);
  const known = lesson.nearMisses
    .map((nearMiss) => ({
      nearMiss,
      changes: changesBetween(start, parseManifests(manifestsOf(lesson, nearMiss.folder)).resources),
    }))
    .filter(
      ({ nearMiss, changes }) => failing.some(({ id }) => id === nearMiss.breaks) && includesChanges(made, changes),
    )
    .sort((a, b) => b.changes.length - a.changes.length);
  return known[0]?.nearMiss.hint ?? first.hint;
}

/** The table of one of the lesson's measurements over a trace. */
export function measure(measurement: Measurement, trace: Trace): MeasuredTable {
  const found = measures.find(({ id }) => id === measurement.measure);
  return found?.evaluate(trace, measurement.parameters) ?? { columns: [], rows: [] }; // loading has looked every measure up
}
