// The view room's door: a run held as an index, and pure models of everything a page shows of it.
export type { AnyEntityId } from '../kernel/index.ts';
export { formatInstant, formatSpan, formatSpeed, podLabel, shorten, splitInstant } from './format.ts';
export type { Box, Column, PodPlace, Row } from './layout/grid.ts';
export { layoutOf } from './layout/layout.ts';
export type { Layout, Level } from './layout/layout.ts';
export type { Path } from './layout/path.ts';
export { logGroups, logOf } from './log/log.ts';
export type { LogFilter, LogGroup, LogList } from './log/log.ts';
export { originLabel, sentenceOf } from './log/sentence.ts';
export type { Sentence, SentenceKey } from './log/sentence.ts';
export { podName } from './run/names.ts';
export type { ConnectionEntry, PodEntry, RequestEntry } from './run/entries.ts';
export { relatedRecords } from './run/related.ts';
export { RunIndex } from './run/run-index.ts';
export { legsOfRecord } from './scene/held.ts';
export { countedAt, knownUrls, openingInstant, tellingRecords } from './scene/moments.ts';
export { FORM, PacketFrame, packetsAt, SHAPE_MASK } from './scene/packets.ts';
export { sceneAt } from './scene/scene.ts';
export type {
  Bundle,
  ContainerGlyph,
  ContainerState,
  Gate,
  LegGlyph,
  LegState,
  PodGlyph,
  PodState,
  RowGlyph,
  SceneModel,
} from './scene/scene.ts';
export type { Lane } from './sequence/lanes.ts';
export { sequenceOfConnection, sequenceOfRecord, sequenceOfRequest } from './sequence/sequence.ts';
export type { SequenceModel, SequenceRow } from './sequence/sequence.ts';
export { timelineOf } from './timeline/timeline.ts';
export type { Stretch, TimelineModel } from './timeline/timeline.ts';
export type { MessageLabel } from './wire/message.ts';
export { whyOf } from './why/why.ts';
export type { DecisionView, WhyModel, WhyStep } from './why/why.ts';
