// The form of a machine: what its configuration may say. A mistake here is a bug in our own code, so each is an assertion
// that names the place. xstate itself ignores unknown keys and resolves unknown names to nothing.
import type { AnyStateNode } from 'xstate';
import { assert } from './assert.ts';

/** The names a configuration may refer to. */
export interface Names {
  readonly guards: object;
  readonly actions: object;
  readonly delays: object;
}

const nodeKeys = ['id', 'type', 'initial', 'states', 'on', 'always', 'after', 'onDone', 'entry', 'exit', 'history', 'target', 'tags', 'meta', 'description']; // prettier-ignore
const transitionKeys = ['target', 'guard', 'actions', 'reenter', 'meta', 'description'];

/** Checks one state and those inside it. `where` names it in messages: `pod.running.ready`. */
export function checkNode(where: string, node: unknown, names: Names): void {
  const { initial, states, on, always, after, onDone, entry, exit } = checkKeys(where, node, nodeKeys);
  assert(initial === undefined || typeof initial === 'string', `${where}: initial is the name of a state`);
  checkActions(`${where}.entry`, entry, names);
  checkActions(`${where}.exit`, exit, names);
  checkTransitions(`${where}.always`, always, names);
  checkTransitions(`${where}.onDone`, onDone, names);
  for (const [event, transitions] of entriesOf(`${where}.on`, on)) {
    assert(!event.includes('*'), `${where}.on.${event}: no wildcard events`);
    checkTransitions(`${where}.on.${event}`, transitions, names);
  }
  for (const [delay, transitions] of entriesOf(`${where}.after`, after)) {
    assert(Object.hasOwn(names.delays, delay), `${where}.after.${delay}: a delay is a named delay fact`);
    checkTransitions(`${where}.after.${delay}`, transitions, names);
  }
  for (const [name, child] of entriesOf(`${where}.states`, states)) checkNode(`${where}.${name}`, child, names);
}

/** Checks that no chain of unguarded eventless transitions leads back to its start. A guarded one is stopped when it runs. */
export function checkLoops(id: string, root: AnyStateNode): void {
  const done = new Set<AnyStateNode>();
  const visit = (node: AnyStateNode, path: readonly AnyStateNode[]): void => {
    assert(!path.includes(node), `${id}: eventless transitions come to an end at ${node.id}`);
    if (done.has(node)) return;
    for (const next of eventlessFrom(node)) visit(next, [...path, node]);
    done.add(node);
  };
  const visitAll = (node: AnyStateNode): void => {
    visit(node, []);
    Object.values(node.states).forEach(visitAll);
  };
  visitAll(root);
}

/** The states whose eventless transitions are taken for certain after an unguarded one of `node`. */
function eventlessFrom(node: AnyStateNode): readonly AnyStateNode[] {
  const entered = new Set<AnyStateNode>();
  for (const transition of node.always ?? []) {
    if (transition.guard !== undefined) continue;
    for (const target of transition.target ?? [node]) {
      for (let outer: AnyStateNode | undefined = target; outer !== undefined; outer = outer.parent) entered.add(outer);
      enter(target, entered);
    }
  }
  return [...entered].filter((other) => other.always?.some((transition) => transition.guard === undefined));
}

/** Adds the states that entering `node` enters with it. */
function enter(node: AnyStateNode, entered: Set<AnyStateNode>): void {
  entered.add(node);
  const children =
    node.type === 'parallel' ? Object.values(node.states) : node.type === 'compound' ? node.initial.target : [];
  for (const child of children) enter(child, entered);
}

function checkTransitions(where: string, transitions: unknown, names: Names): void {
  for (const transition of [transitions].flat()) {
    if (transition === undefined || typeof transition === 'string') continue;
    const { guard, actions } = checkKeys(where, transition, transitionKeys);
    const isDefined = guard === undefined || (typeof guard === 'string' && Object.hasOwn(names.guards, guard));
    assert(isDefined, `${where}: guard ${nameOf(guard)} is a named guard`);
    checkActions(`${where}.actions`, actions, names);
  }
}

function checkActions(where: string, actions: unknown, names: Names): void {
  if (actions === undefined) return;
  for (const action of [actions].flat()) {
    const isDefined = typeof action === 'string' && Object.hasOwn(names.actions, action);
    assert(isDefined, `${where}: action ${nameOf(action)} is a named update or effect`);
  }
}

/** The fields of an object that has no others. */
function checkKeys(where: string, value: unknown, keys: readonly string[]): Readonly<Record<string, unknown>> {
  const entries = entriesOf(where, value);
  for (const [key] of entries) assert(keys.includes(key), `${where}: no ${key}`);
  return Object.fromEntries(entries);
}

function entriesOf(where: string, value: unknown): readonly (readonly [string, unknown])[] {
  if (value === undefined) return [];
  assert(typeof value === 'object' && value !== null && !Array.isArray(value), `${where} is a plain object`);
  return Object.entries(value);
}

function nameOf(value: unknown): string {
  return typeof value === 'string' ? value : `(inline ${typeof value})`;
}
