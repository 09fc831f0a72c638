// The steps of a lesson, and what an author is told when one of its files is wrong.

/** The way through every lesson, in this order. */
export const stepIds = ['question', 'predict', 'run', 'look', 'change', 'prove', 'explain'] as const;
export type StepId = (typeof stepIds)[number];

/** A mistake of a lesson's author, at its place. Line and column are 1-based. */
export interface LessonProblem {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly detail: string;
}
