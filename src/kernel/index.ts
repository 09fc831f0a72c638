// The kernel's door: virtual time, event queue, seeded streams, the xstate driver, world values, keyframes, choice points.
export { assert, assertNever, EngineError } from './assert.ts';
export { begin, settleSteps, stateName, transition } from './actor.ts';
export type { Life, Step, Transition } from './actor.ts';
export { enabled, recorded } from './chooser.ts';
export type { Chooser } from './chooser.ts';
export { GONE, NO_RECORD } from './context.ts';
export type {
  AnyEntityId,
  Context,
  EntityId,
  EntityType,
  Group,
  Intercepted,
  Message,
  RecordId,
  RecordRow,
  RecordSink,
  TimerId,
} from './context.ts';
export { delayFact, exactly, rank } from './delay.ts';
export type { DelayFact, DelaySpec, Rank } from './delay.ts';
export type { Fidelity } from './fidelity.ts';
export { Kernel } from './kernel.ts';
export type { Keyframe } from './keyframes.ts';
export type { Input, KernelOptions, StopReason } from './kernel.ts';
export { luckOf } from './luck.ts';
export type { Deviation, DrawnWait, Luck, Witness } from './luck.ts';
export { defineMachine } from './machine.ts';
export type { MachineConfig, MachineDefinition, MachineSpec } from './machine.ts';
export { PersistentMap } from './persistent-map.ts';
export { Occurrence, OccurrenceQueue } from './queue.ts';
export { finalise, hashText, mix, seed } from './random.ts';
export type { Purpose, Seed } from './random.ts';
export { after, instant, micros, millis, seconds, ZERO } from './time.ts';
export type { Instant, Micros } from './time.ts';
export type { MachineOutline, Outlinable, StateOutline, TransitionOutline } from './outline.ts';
export { outlineOf } from './outline.ts';
