// The door of the metrics: fetched when somebody opens their panel, not with the page.
export { connectionMetrics } from './connections.ts';
export type { ConnectionMetrics, ConnectionRow, OpenStep } from './connections.ts';
export { counterText, CounterReader } from './counters.ts';
export type { CounterLine, StandardMetric } from './counters.ts';
export { latencyHistogram, requestMetrics, stepOf } from './requests.ts';
export type { Bucket, RequestMetrics, RequestRow, Step, Window } from './requests.ts';
export { counters, SampleReader } from './samples.ts';
export type { Counter, Reported, Reporter, Sample } from './samples.ts';
