// The contract of the driver: on every machine it answers as xstate's public, pure calls do. Each room puts its machines
// through `contract`; random charts go through the same comparison.
import type { AnyMachineSnapshot } from 'xstate';
import { initialTransition, transition as publicTransition } from 'xstate';
import { expect } from 'vitest';
import type { Life, MachineDefinition, Message, Step, Transition } from '../../../src/kernel/index.ts';
import { begin, transition } from '../../../src/kernel/index.ts';
import { delaysAsked } from '../../../src/kernel/machine.ts';

type Snapshot = Life['snapshot'];
/** The result of a step of any machine. */
type AnyTransition = Pick<Transition<never, unknown>, 'steps'> & { readonly snapshot: Snapshot };
/** A machine whose context, events and commands the comparison need not know. */
type AnyDefinition = MachineDefinition<never, never>;

export interface ContractResult {
  /** Different snapshots reached, by value, context and history. */
  readonly states: number;
  /** Transitions compared. */
  readonly steps: number;
}

const STATES_MAX = 2_000;

/**
 * Compares the driver with xstate's `initialTransition` and `transition` on every state reachable from the given contexts by
 * the given events and by the machine's own delays, breadth first, at most 2,000 states. Fails the test on a difference:
 * value, context, status, history, tags and output; effects in order with what they saw; timers started and cancelled.
 */
export function contract<C extends object, E extends Message, X>(
  definition: MachineDefinition<C, E, X>,
  contexts: readonly C[],
  events: readonly E[],
): ContractResult {
  const machine = definition as unknown as AnyDefinition; // the comparison hands back only what it was given
  const seen = new Set<string>();
  const queue: { readonly snapshot: Snapshot; readonly waiting: ReadonlyMap<string, Message> }[] = [];
  const visit = (result: AnyTransition, waiting: ReadonlyMap<string, Message>): void => {
    const next = timersAfter(waiting, result);
    const key = JSON.stringify([describeSnapshot(result.snapshot), [...next.keys()].toSorted(byCodeUnit)]);
    if (seen.has(key) || seen.size >= STATES_MAX) return;
    seen.add(key);
    queue.push({ snapshot: result.snapshot, waiting: next });
  };
  let steps = 0;
  for (const context of contexts) visit(compareBegin(machine, context), new Map());
  for (const { snapshot, waiting } of queue) {
    for (const event of [...events, ...waiting.values()]) {
      steps += 1;
      visit(compareTransition(machine, snapshot, event), waiting);
    }
  }
  return { states: seen.size, steps };
}

/** One start by the driver, compared with xstate's own. */
export function compareBegin(definition: AnyDefinition, context: object): AnyTransition {
  const frozen = freeze(structuredClone(context));
  delaysAsked.length = 0;
  const [snapshot, actions] = initialTransition(definition.machine, frozen);
  const expected = { snapshot: describeSnapshot(snapshot), steps: stepsOf(definition, actions) };
  const actual = begin(definition, frozen as never);
  expect({ snapshot: describeSnapshot(actual.snapshot), steps: actual.steps }).toEqual(expected);
  return actual;
}

/** One transition by the driver, compared with xstate's own. */
export function compareTransition(definition: AnyDefinition, before: Snapshot, event: Message): AnyTransition {
  freeze(before.context);
  const was = describeSnapshot(before);
  delaysAsked.length = 0;
  const [snapshot, actions] = publicTransition(definition.machine, before as AnyMachineSnapshot, event);
  const expected = { snapshot: describeSnapshot(snapshot), steps: stepsOf(definition, actions) };
  const actual = transition(definition, before as never, event as never);
  expect({ snapshot: describeSnapshot(actual.snapshot), steps: actual.steps }).toEqual(expected);
  expect(describeSnapshot(before)).toEqual(was);
  return actual;
}

/** The events of the timers that wait after a transition: none when the machine is done. */
export function timersAfter(
  waiting: ReadonlyMap<string, Message>,
  result: AnyTransition,
): ReadonlyMap<string, Message> {
  const next = new Map(waiting);
  for (const step of result.steps) {
    if (step.kind === 'start') next.set(step.id, step.event);
    if (step.kind === 'cancel') next.delete(step.id);
  }
  if (result.snapshot.status === 'done') expect([...next.keys()]).toEqual([]);
  return next;
}

type Described = 'value' | 'context' | 'status' | 'output' | 'error' | 'tags' | '_nodes' | 'historyValue' | 'children';

/** What makes a snapshot: everything that can influence a later transition or be seen by a view. */
function describeSnapshot(snapshot: Pick<AnyMachineSnapshot, Described>): object {
  const history = Object.entries(snapshot.historyValue as Readonly<Record<string, readonly { readonly id: string }[]>>);
  return {
    value: snapshot.value as unknown,
    context: snapshot.context as unknown,
    status: snapshot.status,
    output: snapshot.output as unknown,
    error: snapshot.error,
    tags: [...snapshot.tags],
    nodes: snapshot._nodes.map((node) => node.id),
    history: history.map(([id, nodes]) => [id, nodes.map((node) => node.id)]),
    children: Object.keys(snapshot.children as object),
  };
}

interface PublicAction {
  readonly type: string;
  readonly info: { readonly context: unknown; readonly event: unknown };
  readonly params: unknown;
}

/** The driver's steps as they follow from the actions that the public call lists. */
function stepsOf(definition: AnyDefinition, actions: readonly unknown[]): readonly Step<unknown>[] {
  return (actions as readonly PublicAction[]).flatMap((action): readonly Step<unknown>[] => {
    if (action.type === 'xstate.raise') {
      const { event, id, delay } = action.params as { event: Message; id: string; delay?: number };
      return delay === undefined ? [] : [{ kind: 'start', id, delay: delaysAsked[delay]!, event }];
    }
    if (action.type === 'xstate.cancel') {
      const sendId = action.params as string | { readonly sendId: string };
      return [{ kind: 'cancel', id: typeof sendId === 'string' ? sendId : sendId.sendId }];
    }
    const commands = definition.effects![action.type]!(action.info.context as never, action.info.event as never);
    return commands.map((command): Step<unknown> => ({ kind: 'command', command }));
  });
}

/** A guard, update or effect that writes to its context throws. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
