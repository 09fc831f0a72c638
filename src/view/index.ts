// The view room's door: a run held as an index, and pure models of everything a page shows of it.
export type { AnyEntityId } from '../kernel/index.ts';
export { formatInstant, formatSpan, formatSpeed, shorten, shortenPodNames, splitInstant } from './format.ts';
export { configCommand, configFreshness, configLines } from './config/config.ts';
export type { ConfigFreshness, ConfigLine, ConfigLines } from './config/config.ts';
export { levels } from './layout/card.ts';
export type { Level } from './layout/card.ts';
export type {
  Box,
  Column,
  GatePlace,
  GroupPlace,
  HeadPlace,
  InsidePlace,
  MachinePlace,
  PodPlace,
  Row,
} from './layout/grid.ts';
export { fittingLayout, layoutOf } from './layout/layout.ts';
export type { Layout } from './layout/layout.ts';
export type { Path } from './layout/path.ts';
export { aboutOf, everySubject, subjectOf } from './log/about.ts';
export type { LogSubject } from './log/about.ts';
export { isEverything, logGroups, logOnly, noFilter } from './log/filter.ts';
export type { LogFilter, LogGroup, LogOnly } from './log/filter.ts';
export { nextNotable, notableOf } from './log/notable.ts';
export type { Notable } from './log/notable.ts';
export { isFailure, LogSearch } from './log/search.ts';
export { appliedCounts, deletedBy } from './log/input-sentence.ts';
export { hasOrigin, originLabel } from './log/origin.ts';
export { choiceOf } from './log/choice.ts';
export type { Sentence, SentenceKey } from './log/say.ts';
export { sentenceOf } from './log/sentence.ts';
export { connectionEnds, podName } from './run/names.ts';
export type { ConnectionEntry, PodEntry, RequestEntry } from './run/entries.ts';
export { relatedRecords } from './run/related.ts';
export { RunIndex } from './run/run-index.ts';
export { stationOf } from './run/station-of.ts';
export { compareNames } from './run/station.ts';
export { cameraOf, canFit, zoomBy } from './scene/camera.ts';
export type { Camera, Zoom } from './scene/camera.ts';
export { closeUpOf, focusOf } from './scene/close-up.ts';
export type { CloseUp, SeenPart } from './scene/close-up.ts';
export { legsOfRecord } from './scene/held.ts';
export { keptAround, lastDialledOn, manifestOfPod, nextRequestOf } from './scene/kept.ts';
export { countedAt, knownUrls, openingInstant, tellingRecords } from './scene/moments.ts';
export { FORM, PacketFrame, SHAPE_MASK } from './scene/packet-frame.ts';
export { DENSE_FROM, packetsAt } from './scene/packets.ts';
export { recentFailures, recentFailureSpan } from './scene/recent-failures.ts';
export type { RecentFailure, RecentFailures } from './scene/recent-failures.ts';
export { recentRetries, recentRetrySpan, retryBadges } from './scene/recent-retries.ts';
export type { RecentRetries } from './scene/recent-retries.ts';
export { revisionOfPod } from './scene/revision.ts';
export { podSockets } from './scene/sockets.ts';
export type { PodSockets, SocketLine, SocketState } from './scene/sockets.ts';
export { trunkPlate } from './scene/trunk-plate.ts';
export type { TrunkPlate } from './scene/trunk-plate.ts';
export type { GroupGlyph } from './scene/group-glyph.ts';
export type { Bundle, LegGlyph, LegState } from './scene/leg-glyphs.ts';
export type { IstiodGlyph, RowGlyph } from './scene/mesh-glyphs.ts';
export type { PodCount } from './scene/pod-count.ts';
export type { ContainerGlyph, ContainerState, Gate, PodGlyph, PodState } from './scene/pod-glyph.ts';
export { KeptLooks, sceneAt, SceneMaker } from './scene/scene.ts';
export type { PodCard, SceneModel, WorkloadHead } from './scene/scene.ts';
export type { Lane } from './sequence/lanes.ts';
export { sequenceOfConnection, sequenceOfRecord, sequenceOfRequest } from './sequence/sequence.ts';
export type { Layer, SequenceModel, SequenceRow } from './sequence/sequence.ts';
export { requestOfRecord } from './run/story.ts';
export { courseOf, namesOfLine } from './timeline/course.ts';
export type { CourseLine } from './timeline/course.ts';
export { markersOf } from './timeline/flags.ts';
export type { Flag, Marker } from './timeline/flags.ts';
export type { Stretch } from './timeline/stretch.ts';
export { timelineOf } from './timeline/timeline.ts';
export type { Band, FailureGroup, TimelineModel } from './timeline/timeline.ts';
export { layersOfPacket } from './wire/layers.ts';
export type { WireLayer } from './wire/layers.ts';
export type { MessageLabel } from './wire/message.ts';
export {
  isSelected,
  labelsIn,
  laterPolicies,
  podsWithAdmitted,
  policiesCreatedBy,
  selectorIn,
} from './why/policy-reach.ts';
export type { Labels } from './why/policy-reach.ts';
export type { Recovery } from './why/recovery.ts';
export { decisionOutcome, originOf, whyOf } from './why/why.ts';
export type { DecisionView, HopOutcome, WhyHop, WhyLeg, WhyModel } from './why/why.ts';
export type { Culprit } from './why/culprit.ts';
export { measuresOf } from './why/measures.ts';
export type { Measure } from './why/measures.ts';
export type { Outcome } from './why/outcome.ts';
export { lifeAt, lifeOfRecord, livesOfPod } from './state/lives.ts';
export type { LifeStep, LifeView } from './state/lives.ts';
export { isActive, statechartOf, transitionsFrom } from './state/statechart.ts';
export type { StateBox, Statechart, TransitionArc } from './state/statechart.ts';
export { conditionsOf } from './objects/conditions.ts';
export type { ObjectCondition } from './objects/conditions.ts';
export { ageText, objectGroups, objectHistoryOf } from './objects/objects.ts';
export type { ObjectGroup, ObjectHistoryView, ObjectLine } from './objects/objects.ts';
