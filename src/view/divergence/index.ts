// The door of comparing two runs: fetched when somebody lays one beside another, not with the page.
export { firstDivergence } from './divergence.ts';
export type { Divergence } from './divergence.ts';
export { firstOtherAnswer } from './other-answer.ts';
export type { OtherAnswer } from './other-answer.ts';
