// The driver: runs one transition of an xstate machine as a pure call, with one reused inert scope (about four times the
// speed of the public `transition()`, which builds a throw-away actor each time). A contract test compares both on every machine.
// Effects come back as commands in xstate's own order; delays become timers; cancels take them back.
import type { AnyMachineSnapshot } from 'xstate';
import { assert } from './assert.ts';
import type { Context, EntityId, Message, TimerId } from './context.ts';
import type { DelayFact } from './delay.ts';
import type { MachineDefinition } from './machine.ts';
import { delaysAsked } from './machine.ts';

/** A machine's life as a world value: xstate's snapshot and the timers it waits for (id -> timer). */
export interface Life<C extends object = object> {
  readonly snapshot: Omit<AnyMachineSnapshot, 'context'> & { readonly context: C };
  readonly timers: Readonly<Record<string, TimerId>>;
}

/** What a transition asks for, in xstate's order. */
export type Step<X> =
  | { readonly kind: 'command'; readonly command: X }
  | { readonly kind: 'start'; readonly id: string; readonly delay: DelayFact; readonly event: Message }
  | { readonly kind: 'cancel'; readonly id: string };

export interface Transition<C extends object, X> {
  readonly snapshot: Life<C>['snapshot'];
  readonly steps: readonly Step<X>[];
}

interface ExecutedAction {
  readonly type: string;
  readonly info: { readonly context: unknown; readonly event: unknown };
  readonly params: unknown;
}

let executed: ExecutedAction[] = [];
const doNothing = (): undefined => undefined;
const inertScope = {
  self: {},
  id: '',
  sessionId: '',
  defer: doNothing,
  logger: doNothing,
  stopChild: doNothing,
  emit: doNothing,
  system: { _sendInspectionEvent: doNothing },
  actionExecutor: (action: ExecutedAction): void => {
    executed.push(action);
  },
};

/** The first snapshot of a machine whose context is `context`, and what entering it asks for. */
export function begin<C extends object, E extends Message, X>(
  definition: MachineDefinition<C, E, X>,
  context: C,
): Transition<C, X> {
  executed = [];
  delaysAsked.length = 0;
  const snapshot = definition.machine.getInitialSnapshot(inertScope as never, context);
  return finish(definition, snapshot);
}

/** One macrostep. Pure: neither argument is changed. */
export function transition<C extends object, E extends Message, X>(
  definition: MachineDefinition<C, E, X>,
  snapshot: Life<NoInfer<C>>['snapshot'],
  event: E,
): Transition<C, X> {
  executed = [];
  delaysAsked.length = 0;
  const next = definition.machine.transition(snapshot as AnyMachineSnapshot, event, inertScope as never); // made by xstate
  return finish(definition, next);
}

function finish<C extends object, E extends Message, X>(
  definition: MachineDefinition<C, E, X>,
  snapshot: AnyMachineSnapshot,
): Transition<C, X> {
  assert(snapshot.status !== 'error', `${definition.id}: a transition does not throw (${String(snapshot.error)})`);
  const steps: Step<X>[] = [];
  for (const action of executed) {
    if (action.type === 'xstate.raise') {
      const { event, id, delay } = action.params as { event: Message; id?: string; delay?: number };
      if (delay === undefined) continue; // raised within this macrostep, and over
      const fact = delaysAsked[delay];
      assert(fact !== undefined, `${definition.id}: ${event.type} waits for a delay fact`);
      steps.push({ kind: 'start', id: id ?? event.type, delay: fact, event });
    } else if (action.type === 'xstate.cancel') {
      const params = action.params as string | { sendId: string };
      steps.push({ kind: 'cancel', id: typeof params === 'string' ? params : params.sendId });
    } else {
      const effect = definition.effects?.[action.type];
      assert(effect !== undefined, `${definition.id}: ${action.type} is an effect`);
      // xstate calls with the context and event it holds for this machine
      for (const command of effect(action.info.context as C, action.info.event as E))
        steps.push({ kind: 'command', command });
    }
  }
  return { snapshot: snapshot as Life<C>['snapshot'], steps };
}

/** Carries out a transition's steps: commands by `perform`, timers as queue entries sent to `ctx.self`. */
export function settleSteps<C extends object, X>(
  ctx: Context,
  life: { readonly timers: Life['timers'] },
  result: Transition<C, X>,
  perform: (command: X) => void,
): Life<C> {
  let timers = life.timers;
  for (const step of result.steps) {
    switch (step.kind) {
      case 'command':
        perform(step.command);
        break;
      case 'start': {
        const running = timers[step.id];
        if (running !== undefined) ctx.cancel(running);
        timers = { ...timers, [step.id]: ctx.timer(step.delay, ctx.self as EntityId<Message>, step.event) };
        break;
      }
      case 'cancel': {
        const running = timers[step.id];
        if (running !== undefined) ctx.cancel(running);
        timers = without(timers, step.id);
        break;
      }
    }
  }
  const isOver = result.snapshot.status === 'done';
  assert(!isOver || Object.keys(timers).length === 0, 'a machine that is done waits for nothing');
  return { snapshot: result.snapshot, timers };
}

function without(timers: Life['timers'], id: string): Life['timers'] {
  if (!(id in timers)) return timers;
  return Object.fromEntries(Object.entries(timers).filter(([key]) => key !== id));
}

/** The active state as text, `running.ready`; parallel regions joined by `+`. For records and views. */
export function stateName(snapshot: Pick<AnyMachineSnapshot, 'value'>): string {
  return nameOf(snapshot.value as StateValue);
}

type StateValue = string | { readonly [key: string]: StateValue };
function nameOf(value: StateValue): string {
  if (typeof value === 'string') return value;
  return Object.entries(value)
    .map(([key, child]) =>
      typeof child === 'object' && Object.keys(child).length === 0 ? key : `${key}.${nameOf(child)}`,
    )
    .join('+');
}
