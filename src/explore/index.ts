// The room that looks at more than one schedule of a scenario.
export type { PodConnection } from './connections.ts';
export { connectionsBetweenPods, isData } from './connections.ts';
export type { Pod } from './pods.ts';
export { isAmong, podsOf } from './pods.ts';
export type { FromHelper, Helper, HelperListener, ToHelper } from './crew.ts';
export { Helpers } from './crew.ts';
export { defaultHorizon, findRace, helpToFind } from './find-race.ts';
export type { RaceAnswer, RaceQuestion } from './find-race.ts';
export { decodeLuck, encodeLuck } from './luck-text.ts';
export { propertyUsages, readProperty } from './properties.ts';
export type { Judgement, Property, UnreadableProperty, Violation, ViolationSentence } from './property.ts';
export { perform } from './perform.ts';
export type { Crew, Trial } from './pieces.ts';
export { alone } from './pieces.ts';
export { runSchedule } from './schedule.ts';
export type { Bound } from './schedule.ts';
export { search } from './search.ts';
export type { Subject } from './subject.ts';
export { defaultSearchBound } from './verdict.ts';
export type {
  Counterexample,
  ExplainedDeviation,
  Reach,
  SearchBound,
  SearchPhase,
  SearchProgress,
  Verdict,
} from './verdict.ts';
