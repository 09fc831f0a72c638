// One authoring form for every state machine: plain xstate configuration with named references, pure guards and updates,
// effects that return typed commands, delays that are named delay facts. xstate is the single source of truth for what a
// transition is; this file hands it the implementations and refuses what could not be drawn, tested or replayed.
import type { AnyStateMachine } from 'xstate';
import { assign, createMachine } from 'xstate';
import { assert } from './assert.ts';
import type { Message } from './context.ts';
import type { DelayFact } from './delay.ts';
import { checkLoops, checkNode } from './machine-form.ts';

/** A machine's configuration: xstate's own form, as data. Actions and guards are names; `after` keys are delay names. */
export type MachineConfig = Readonly<Record<string, unknown>>;

export interface MachineSpec<C extends object, E extends Message, X> {
  /** Stable id, `room.thing`; also the title of its statechart. */
  readonly id: string;
  readonly config: MachineConfig;
  readonly guards?: Readonly<Record<string, (context: C, event: E) => boolean>>;
  /** What changes in the context: returns the changed fields. */
  readonly updates?: Readonly<Record<string, (context: C, event: E) => Partial<C>>>;
  /** What the world is told: returns commands that the entity's type carries out, in order. */
  readonly effects?: Readonly<Record<string, (context: C, event: E) => readonly X[]>>;
  readonly delays?: Readonly<Record<string, DelayFact | ((context: C, event: E) => DelayFact)>>;
}

export interface MachineDefinition<
  C extends object = object,
  E extends Message = Message,
  X = unknown,
> extends MachineSpec<C, E, X> {
  /** The xstate machine. Delays are resolved as ordinals into `delaysAsked`. */
  readonly machine: AnyStateMachine;
}

/** Where the delays asked for during one transition are collected; the driver owns and clears it. */
export const delaysAsked: DelayFact[] = [];

/** Steps of one transition before it counts as endless: raised `done` events and eventless transitions. */
const MICROSTEPS_MAX = 1_000;

/** What xstate calls an implementation with. */
interface Given {
  readonly context: unknown;
  readonly event: unknown;
}
type Implementations = Parameters<typeof createMachine>[1];

/**
 * Makes a machine. Asserts its form: known keys only, every action, guard and delay named and defined, no invoke or spawn,
 * no wildcard event, no eventless loop; so at most one timer is pending per state and delay.
 */
export function defineMachine<C extends object, E extends Message, X>(
  spec: MachineSpec<C, E, X>,
): MachineDefinition<C, E, X> {
  const { guards = {}, updates = {}, effects = {}, delays = {} } = spec;
  for (const name of Object.keys(updates)) {
    assert(!Object.hasOwn(effects, name), `${spec.id}: ${name} is an update or an effect, not both`);
  }
  checkNode(spec.id, spec.config, { guards, actions: { ...updates, ...effects }, delays });
  const implementations = {
    actions: {
      ...mapValues(updates, (update) =>
        assign((given: Given) => update(given.context as C, given.event as E) as never),
      ),
      ...mapValues(effects, () => () => undefined), // the driver runs effects itself, in xstate's order
    },
    guards: mapValues(guards, (guard) => (given: Given) => guard(given.context as C, given.event as E)),
    delays: mapValues(delays, (delay) => (given: Given) => {
      const fact = typeof delay === 'function' ? delay(given.context as C, given.event as E) : delay;
      return delaysAsked.push(fact) - 1;
    }),
  };
  const config = {
    ...spec.config,
    id: spec.id,
    context: ({ input }: { input: unknown }) => input,
    options: { maxIterations: MICROSTEPS_MAX },
  };
  // The casts hand xstate typed functions of the same (context, event) that it calls them with.
  const machine = createMachine(config as never, implementations as unknown as Implementations) as unknown;
  checkLoops(spec.id, (machine as AnyStateMachine).root);
  return { ...spec, machine: machine as AnyStateMachine };
}

function mapValues<T, R>(table: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [name, change(value)]));
}
