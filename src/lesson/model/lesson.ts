// What a lesson is once its files are read. Plain data: the page loads it without the engine, and it crosses to the worker as it is.
import type { StepId } from './steps.ts';
import type { LessonText } from './text.ts';

export const lessonLanguages = ['en', 'ja'] as const;
export type LessonLanguage = (typeof lessonLanguages)[number];

/** A file of a lesson. `path` is relative to the lesson's folder; nothing is read from a disk here. */
export interface LessonFile {
  readonly path: string;
  readonly text: string;
}

/** From vague to explicit: 1 says where to look, 2 why it is so, 3 what to change. */
export type HintLevel = 1 | 2 | 3;

/** What has to hold in every schedule. Its words are in the texts under its id. */
export interface Property {
  readonly id: string;
  /** Name of a check in lesson/checks. */
  readonly check: string;
  /** As the check's schema wants them; parsed again where the check runs. */
  readonly parameters: unknown;
  /** `required`: without it the lesson is not solved. `advised`: said, but not asked for. */
  readonly severity: 'required' | 'advised';
  /** The first hint a learner gets whose manifests break this property first. */
  readonly hint: HintLevel;
}

/** A number the text shows, measured from the run at hand. `{{id}}` on a line of its own stands for it. */
export interface Measurement {
  readonly id: string;
  /** Name of a measure in lesson/measures. */
  readonly measure: string;
  readonly parameters: unknown;
}

/** An object of the cluster; `*` in a name or namespace stands for any. */
export interface ObjectName {
  readonly kind: string;
  /** '' for kinds without a namespace. */
  readonly namespace: string;
  readonly name: string;
}

export type ObjectPath = readonly (string | number)[];

/** A place of the manifests that may differ from the start: the value at `path` and everything below; an empty path is the whole object. */
export interface AllowedEdit {
  readonly object: ObjectName;
  readonly path: ObjectPath;
}

/** One value, or a list or mapping of them. */
export type FormValue = string | number | boolean | null | readonly FormValue[] | { readonly [key: string]: FormValue };

/** An edit without an editor, for phones. `null` means that the field is absent. */
export interface Form {
  readonly id: string;
  readonly object: ObjectName;
  readonly path: ObjectPath;
  readonly control:
    | { readonly kind: 'select'; readonly options: readonly FormValue[] }
    | { readonly kind: 'slider'; readonly min: number; readonly max: number; readonly step: number };
}

/** What is wrong with manifests. */
export interface Broken {
  /** The property it is about. */
  readonly breaks: string;
  /** Other properties that break along with it; all remaining ones hold. */
  readonly alsoBreaks: readonly string[];
  /** `some`: a race. It breaks in one schedule of the bound at least, with some of the others or without; the rest come out well. */
  readonly in: 'every' | 'some';
}

/** A wrong answer that people give, and what must come of it. */
export interface NearMiss extends Broken {
  readonly folder: string;
  /** The hint that answers it. */
  readonly hint: HintLevel;
}

/** A moment of the scenario that a speaker stops at; `step` is the lesson's step it belongs to. */
export interface Marker {
  readonly name: string;
  readonly step: StepId;
}

/** A lesson without its words: what is judged, and what is edited. */
export interface LessonScript {
  /** Name of its folder; never reused. */
  readonly id: string;
  readonly order: number;
  readonly prerequisites: readonly string[];
  readonly properties: readonly Property[];
  readonly measurements: readonly Measurement[];
  /** Schedules in which the properties are proved, and how long each runs in microseconds. */
  readonly bound: { readonly seeds: number; readonly until: number };
  /** Where the run stands when somebody opens the lesson, in microseconds, more than 0: everybody is ready, and nothing has given the answer away. */
  readonly opens: number;
  readonly allowedEdits: readonly AllowedEdit[];
  readonly forms: readonly Form[];
  readonly start: Broken;
  readonly nearMisses: readonly NearMiss[];
  readonly markers: readonly Marker[];
  /** Rule ids of the decisions that the lesson's claim rests on, as in text/reasons. */
  readonly facts: readonly string[];
  /** Text of scenario.yaml. */
  readonly scenario: string;
  /** Complete manifests by folder: `start`, `solution`, `alt-1`, ..., `near-miss-1`, ... */
  readonly variants: ReadonlyMap<string, readonly LessonFile[]>;
}

export interface Lesson extends LessonScript {
  readonly texts: Readonly<Record<LessonLanguage, LessonText>>;
}

/** Folders with a right answer that is not the shown solution. */
export function alternatives(lesson: LessonScript): readonly string[] {
  return [...lesson.variants.keys()].filter((folder) => folder.startsWith('alt-'));
}
