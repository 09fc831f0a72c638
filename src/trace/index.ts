// The trace's door: what can be observed, where it is kept, and its stable text forms.
export { dateOf, timestampOf } from './calendar.ts';
export type { Explanation, Reason, Rejected } from './decision.ts';
export { causeChain, recordToJson, recordToLine } from './format.ts';
export type { DecisionInput, Fields, MaybeOrigin, Origin, RecordKind, TraceRecord } from './kinds.ts';
export { kindNames } from './kinds.ts';
export { beginLife, stepLife } from './life.ts';
export type { HeaderList, Http2Frame, HttpRequestHead, HttpResponseHead, TlsMessage, WireMessage } from './message.ts';
export { record, recordCause, traceTime } from './record.ts';
export type { EntityName, TraceSlice } from './store.ts';
export { fieldsByKind, Trace } from './store.ts';
