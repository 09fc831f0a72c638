// What a run says about a lesson: property by property for one trace, schedule by schedule for a proof, and the hint for what failed.
import type { Bound } from '../explore/index.ts';
import { runSchedule } from '../explore/index.ts';
import type { ManifestFile } from '../manifests/index.ts';
import { parseManifests } from '../manifests/index.ts';
import type { Run } from '../scenario/index.ts';
import type { Trace } from '../trace/index.ts';
import { changesBetween, describeChange, forbiddenChanges, includesChanges } from './changes.ts';
import type { Violation } from './checks/check.ts';
import { checks } from './checks/checks.ts';
import { manifestsOf } from './load.ts';
import type { MeasuredTable } from './measures/measure.ts';
import { measures } from './measures/measures.ts';
import type { HintLevel, Judgement, LessonScript, Measurement, NearMiss, Property } from './model/index.ts';

export interface PropertyResult {
  readonly property: Property;
  readonly holds: boolean;
  /** The deciding one first; empty if the property holds. */
  readonly violations: readonly Violation[];
}

/** Every property of a lesson over one trace, in the lesson's order. */
export function judge(lesson: LessonScript, trace: Trace): readonly PropertyResult[] {
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
  lesson: LessonScript,
  manifests: readonly ManifestFile[],
  bound: Bound = lesson.bound,
): Generator<ScheduleVerdict> {
  const source = { scenario: lesson.scenario, manifests };
  for (let schedule = 1; schedule <= bound.seeds; schedule += 1) {
    const run = runSchedule(source, schedule, bound.until);
    const results = judge(lesson, run.trace);
    yield { schedule, run, results, isSolved: isSolvedBy(results) };
  }
}

/** Whether every required property holds. */
function isSolvedBy(results: readonly PropertyResult[]): boolean {
  return results.every(({ property, holds }) => holds || property.severity === 'advised');
}

/**
 * The near miss that somebody with these manifests and these results has come to: who has made all of its changes (and maybe more)
 * and breaks the property it is about; the largest such. Undefined if it is none.
 */
function nearMissOf(
  lesson: LessonScript,
  manifests: readonly ManifestFile[],
  results: readonly PropertyResult[],
): NearMiss | undefined {
  const isBroken = (id: string): boolean => results.some(({ property, holds }) => property.id === id && !holds);
  const start = parseManifests(manifestsOf(lesson, 'start')).resources;
  const made = changesBetween(start, parseManifests(manifests).resources);
  const known = lesson.nearMisses
    .map((nearMiss) => ({
      nearMiss,
      changes: changesBetween(start, parseManifests(manifestsOf(lesson, nearMiss.folder)).resources),
    }))
    .filter(({ nearMiss, changes }) => isBroken(nearMiss.breaks) && includesChanges(made, changes))
    .sort((a, b) => b.changes.length - a.changes.length);
  return known[0]?.nearMiss;
}

/** The hint that helps now: that of the near miss, else that of the first property that fails. Undefined if nothing fails. */
export function hintFor(
  lesson: LessonScript,
  manifests: readonly ManifestFile[],
  results: readonly PropertyResult[],
): HintLevel | undefined {
  const first = results.find(({ holds }) => !holds);
  return first === undefined ? undefined : (nearMissOf(lesson, manifests, results)?.hint ?? first.property.hint);
}

/** Changes of the start that the lesson does not allow, in words. */
function forbiddenIn(lesson: LessonScript, manifests: readonly ManifestFile[]): readonly string[] {
  const start = parseManifests(manifestsOf(lesson, 'start')).resources;
  const changes = changesBetween(start, parseManifests(manifests).resources);
  return forbiddenChanges(changes, lesson.allowedEdits).map(describeChange);
}

/** What a run of these manifests came to, in words that the page can show. */
export function judgementOf(
  lesson: LessonScript,
  manifests: readonly ManifestFile[],
  run: Run,
  results: readonly PropertyResult[] = judge(lesson, run.trace),
): Judgement {
  return {
    properties: results.map(({ property, violations: [deciding] }) => ({
      id: property.id,
      violation:
        deciding === undefined
          ? undefined
          : { ...deciding, at: deciding.record === undefined ? run.simulated : run.trace.timeOf(deciding.record) },
    })),
    isSolved: isSolvedBy(results),
    forbidden: forbiddenIn(lesson, manifests),
    hint: hintFor(lesson, manifests, results),
    nearMiss: nearMissOf(lesson, manifests, results)?.folder,
  };
}

/** The table of one of the lesson's measurements over a trace. */
export function measure(measurement: Measurement, trace: Trace): MeasuredTable {
  const found = measures.find(({ id }) => id === measurement.measure);
  return found?.evaluate(trace, measurement.parameters) ?? { columns: [], rows: [] }; // loading has looked every measure up
}
