// How an entity with a machine takes a step: the transition, its record, its commands, its timers.
import type { AnyEntityId, Context, Life, MachineDefinition, Message } from '../kernel/index.ts';
import { begin, settleSteps, stateName, transition } from '../kernel/index.ts';
import { recordCause } from './record.ts';

/** An entity's value with a machine's life in it. */
interface Living<C extends object> {
  readonly life: Life<C>;
}

/** Begins a life; its first commands are carried out by `perform`. */
export function beginLife<C extends object, E extends Message, X>(
  ctx: Context,
  machine: MachineDefinition<C, E, X>,
  context: C,
  perform: (command: X) => void,
): Life<C> {
  const first = begin(machine, context);
  recordState(ctx, ctx.self, { machine: machine.id, from: '', to: stateName(first.snapshot), event: 'begin' });
  return settleSteps(ctx, { timers: {} }, first, perform);
}

/** One step of an entity's machine. `perform` carries out each command on the value so far. */
export function stepLife<C extends object, E extends Message, X, V extends Living<C>>(
  ctx: Context,
  machine: MachineDefinition<C, E, X>,
  value: V,
  event: E,
  perform: (value: V, command: X) => V,
): V {
  const result = transition(machine, value.life.snapshot, event);
  const from = stateName(value.life.snapshot);
  const to = stateName(result.snapshot);
  if (from !== to) recordState(ctx, ctx.self, { machine: machine.id, from, to, event: eventName(event.type) });
  let next = value;
  const life = settleSteps(ctx, value.life, result, (command) => {
    next = perform(next, command);
  });
  return { ...next, life };
}

function recordState(
  ctx: Context,
  entity: AnyEntityId,
  fields: { machine: string; from: string; to: string; event: string },
): void {
  recordCause(ctx, 'state', { entity, ...fields });
}

/** xstate names a delay's event `xstate.after.DELAY.MACHINE.STATE`; people read `after DELAY`. */
function eventName(type: string): string {
  const [, after] = type.split('xstate.after.');
  return after === undefined ? type : `after ${after.split('.')[0] ?? ''}`;
}
