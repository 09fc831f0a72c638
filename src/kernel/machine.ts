// One authoring form for every state machine: plain xstate configuration with named references, pure guards and updates,
// effects that return typed commands, delays that are named delay facts. xstate is the single source of truth for what a
// transition is; this file only checks the form and hands xstate its implementations.
import type { AnyStateMachine } from 'xstate';
import { assign, setup } from 'xstate';
import { assert } from './assert.ts';
import type { Message } from './context.ts';
import type { DelayFact } from './delay.ts';

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

export interface MachineDefinition<C extends object = object, E extends Message = Message, X = unknown> extends MachineSpec<C, E, X> {
  /** The xstate machine. Delays are resolved as ordinals into `delaysAsked`. */
  readonly machine: AnyStateMachine;
}

/** Where the delays asked for during one transition are collected; the driver owns and clears it. */
export const delaysAsked: DelayFact[] = [];

const forbiddenKeys: readonly string[] = ['invoke', 'spawn'];

/** Makes a machine. Asserts its form: named references only, all defined, no invoke, no wildcard, no absolute delays. */
export function defineMachine<C extends object, E extends Message, X>(spec: MachineSpec<C, E, X>): MachineDefinition<C, E, X> {
  const { guards = {}, updates = {}, effects = {}, delays = {} } = spec;
  checkForm(spec.id, spec.config, { guards, actions: { ...updates, ...effects }, delays }, []);
  for (const name of Object.keys(updates)) assert(!(name in effects), `${spec.id}: ${name} is an update or an effect, not both`);
  // The casts below hand xstate typed functions of the same (context, event) it calls them with.
  const actions: Record<string, unknown> = {};
  for (const [name, update] of Object.entries(updates)) {
    actions[name] = assign(({ context, event }: { context: unknown; event: unknown }) => update(context as C, event as E) as never);
  }
  for (const name of Object.keys(effects)) actions[name] = () => undefined; // the driver runs effects itself, in xstate's order
  const guardImpl: Record<string, unknown> = {};
  for (const [name, guard] of Object.entries(guards)) {
    guardImpl[name] = ({ context, event }: { context: unknown; event: unknown }) => guard(context as C, event as E);
  }
  const delayImpl: Record<string, unknown> = {};
  for (const [name, delay] of Object.entries(delays)) {
    delayImpl[name] = ({ context, event }: { context: unknown; event: unknown }) => {
      const fact = typeof delay === 'function' ? delay(context as C, event as E) : delay;
      return delaysAsked.push(fact) - 1;
    };
  }
  const machine = setup({ actions: actions as never, guards: guardImpl as never, delays: delayImpl as never }).createMachine({
    id: spec.id,
    context: ({ input }: { input: unknown }) => input,
    ...spec.config,
  } as never) as unknown as AnyStateMachine;
  return { ...spec, machine };
}

interface Names {
  readonly guards: object;
  readonly actions: object;
  readonly delays: object;
}

function checkForm(id: string, node: unknown, names: Names, path: readonly string[]): void {
  const where = `${id}.${path.join('.')}`;
  assert(typeof node !== 'function', `${where}: no inline functions`);
  if (Array.isArray(node)) {
    node.forEach((child: unknown, index) => {
      checkForm(id, child, names, [...path, String(index)]);
    });
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  for (const [key, child] of Object.entries(node)) {
    assert(!forbiddenKeys.includes(key), `${where}: no ${key}`);
    assert(key !== '*', `${where}: no wildcard events`);
    if (key === 'actions' || key === 'entry' || key === 'exit') {
      for (const name of [child].flat()) assert(typeof name === 'string' && name in names.actions, `${where}: action ${String(name)} is defined`);
    } else if (key === 'guard') {
      assert(typeof child === 'string' && child in names.guards, `${where}: guard ${String(child)} is defined`);
    } else if (key === 'after') {
      for (const delay of Object.keys(child as object)) assert(delay in names.delays, `${where}: delay ${delay} is a named fact`);
    }
    checkForm(id, child, names, [...path, key]);
  }
}
