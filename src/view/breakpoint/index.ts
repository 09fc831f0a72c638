// The door of breakpoints: fetched when somebody sets one, not with the page.
export { conditionOfRecord, isSameCondition, occasions, subjectsOf } from './condition.ts';
export type { BreakCondition, Occasion } from './condition.ts';
export { BreakSearch } from './search.ts';
