// The conversation between the page and those who judge a lesson, who have a worker of their own: the run on the page goes on meanwhile.
// An answer carries the request it belongs to; a newer request ends the one before.
import type { HintLevel, LessonFile, LessonScript } from './lesson.ts';
import type { SentenceKey } from './sentences/en.ts';

/** What is judged: the learner's manifests. */
interface Question {
  readonly request: number;
  readonly lesson: LessonScript;
  readonly manifests: readonly LessonFile[];
}

export type ToJudge =
  /** In the one schedule that the page shows as well. */
  | (Question & { readonly type: 'judge' })
  /** In every schedule of the lesson's bound. */
  | (Question & { readonly type: 'prove' })
  | { readonly type: 'stop' };

/** A property that is broken, and where. */
export interface JudgedViolation {
  readonly sentence: SentenceKey;
  readonly params: Readonly<Record<string, string | number>>;
  /** Of the run that was judged; undefined when something did not happen at all. */
  readonly record: number | undefined;
  /** Microseconds of that run: the record's instant, or the end of what was judged. */
  readonly at: number;
}

export interface JudgedProperty {
  readonly id: string;
  /** The deciding one; undefined if the property holds. */
  readonly violation: JudgedViolation | undefined;
}

export interface ShownTable {
  readonly columns: readonly SentenceKey[];
  readonly rows: readonly {
    readonly label: SentenceKey;
    readonly params?: Readonly<Record<string, string | number>>;
    readonly values: readonly number[];
    readonly example: number | undefined;
  }[];
}

/** What one schedule came to. */
export interface Judgement {
  readonly properties: readonly JudgedProperty[];
  readonly isSolved: boolean;
  /** The hint that helps now; undefined if nothing fails. */
  readonly hint: HintLevel | undefined;
  /** Changes that the lesson does not allow, as `Kind/namespace/name field`: with them nothing is solved. */
  readonly forbidden: readonly string[];
  /** The folder of the near miss that these manifests are, if they are one. */
  readonly nearMiss: string | undefined;
}

export type FromJudge =
  | {
      readonly type: 'judged';
      readonly request: number;
      readonly judgement: Judgement;
      /** By measurement id. */
      readonly tables: Readonly<Record<string, ShownTable>>;
    }
  | { readonly type: 'proving'; readonly request: number; readonly done: number; readonly of: number }
  /** Every required property holds in all schedules, each run for `until` microseconds. */
  | { readonly type: 'proved'; readonly request: number; readonly schedules: number; readonly until: number }
  /** The first schedule in which one does not. */
  | { readonly type: 'refuted'; readonly request: number; readonly schedule: number; readonly judgement: Judgement }
  | { readonly type: 'failed'; readonly request: number; readonly message: string };
