// The room that looks at more than one schedule of a scenario.
export { runSchedule } from './schedule.ts';
export type { Bound } from './schedule.ts';
