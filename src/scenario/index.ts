// The scenario's door: one function everybody calls, and the words for what it takes and gives.
export type { ReadingOptions, RunOptions } from './begin.ts';
export { KeptRuns } from './kept-runs.ts';
export { lateCodeOf } from './late-code.ts';
export type { LateCode } from './late-code.ts';
export { formatDuration, parseDuration } from './duration.ts';
export { isScenario, meshModes, nodeCountOf, parseScenario, seedMax } from './format.ts';
export type { ParsedScenario, ScenarioSpec } from './format.ts';
export type { RunLimits, RunStop } from './limits.ts';
export type { Asking } from './operator.ts';
export { readManifests } from './read-manifests.ts';
export type { ReadManifests } from './read-manifests.ts';
export { Run } from './run.ts';
export { askTag } from './summary.ts';
export type { Summary } from './summary.ts';
export { unreadyOf } from './unready.ts';
export type { Unready } from './unready.ts';
