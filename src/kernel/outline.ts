// A machine's statechart as plain data, read from its xstate definition: what is drawn, and what may cross to another thread.
import type { AnyStateNode } from 'xstate';
import type { DelayFact } from './delay.ts';
import type { MachineDefinition } from './machine.ts';

export interface TransitionOutline {
  /** What it waits for: an event, a delay, the end of the states inside, or nothing. */
  readonly cause: 'event' | 'delay' | 'done' | 'always';
  /** The event's type or the delay's name; '' for the others. */
  readonly name: string;
  readonly guard?: string;
  /** Paths of the states it leads to; none when it only acts. */
  readonly targets: readonly string[];
  /** Of a delay with one window: microseconds, and where it is written down. */
  readonly delay?: { readonly fact: string; readonly min: number; readonly max: number; readonly source: string };
}

export interface StateOutline {
  /** From the root, with dots: `stopping.term`; '' for the root. */
  readonly path: string;
  readonly name: string;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final';
  /** Path of the state entered first; of a compound state only. */
  readonly initial?: string;
  readonly states: readonly StateOutline[];
  readonly transitions: readonly TransitionOutline[];
}

/** A machine as it is drawn. The root's path is ''. */
export interface MachineOutline {
  readonly id: string;
  readonly root: StateOutline;
}

/** What a definition must show of itself to be outlined, whatever its context and events are. */
export type Outlinable = Pick<MachineDefinition, 'id' | 'machine'> & {
  readonly delays?: Readonly<Record<string, unknown>>;
};

const AFTER = 'xstate.after.';
const DONE = 'xstate.done.state.';

export function outlineOf(definition: Outlinable): MachineOutline {
  return { id: definition.id, root: stateOutline(definition.machine.root, definition) };
}

function stateOutline(node: AnyStateNode, definition: Outlinable): StateOutline {
  const first = node.type === 'compound' ? node.initial.target[0] : undefined;
  return {
    path: pathOf(node),
    name: node.key,
    kind: node.type === 'history' ? 'atomic' : node.type,
    ...(first === undefined ? {} : { initial: pathOf(first) }),
    states: Object.values(node.states).map((child) => stateOutline(child, definition)),
    transitions: transitionsOf(node, definition),
  };
}

function transitionsOf(node: AnyStateNode, { delays = {} }: Outlinable): readonly TransitionOutline[] {
  const outlines: TransitionOutline[] = [];
  for (const [type, transitions] of node.transitions) {
    for (const { guard, target } of transitions) {
      const [cause, name] = causeOf(type);
      const fact = cause === 'delay' ? delays[name] : undefined;
      outlines.push({
        cause,
        name,
        ...(typeof guard === 'string' ? { guard } : {}),
        targets: (target ?? []).map(pathOf),
        ...(isFact(fact) ? { delay: { fact: fact.name, min: fact.min, max: fact.max, source: fact.source } } : {}),
      });
    }
  }
  for (const { guard, target } of node.always ?? [])
    outlines.push({
      cause: 'always',
      name: '',
      ...(typeof guard === 'string' ? { guard } : {}),
      targets: (target ?? []).map(pathOf),
    });
  return outlines;
}

/** xstate names a delay's event `xstate.after.DELAY.MACHINE.STATE`, and the end of a state `xstate.done.state.STATE`. */
function causeOf(type: string): readonly [TransitionOutline['cause'], string] {
  if (type.startsWith(AFTER)) return ['delay', type.slice(AFTER.length).split('.')[0] ?? ''];
  return type.startsWith(DONE) ? ['done', ''] : ['event', type];
}

function pathOf(node: AnyStateNode): string {
  return node.path.join('.');
}

/** Delays that depend on the context are functions: they have no window of their own. */
function isFact(delay: unknown): delay is DelayFact {
  return typeof delay === 'object' && delay !== null && 'min' in delay;
}
