// Random statecharts from a seed: nested and parallel states, guards, delays, eventless transitions, history, final states
// with their done events, entry and exit actions, transitions inward, outward, to themselves, to several regions, to nowhere.
import type { MachineDefinition } from '../../../src/kernel/index.ts';
import { defineMachine, delayFact, hashText, micros } from '../../../src/kernel/index.ts';

export interface Count {
  readonly n: number;
}
export interface Letter {
  readonly type: 'A' | 'B' | 'C' | 'D';
}
export const letters: readonly Letter[] = [{ type: 'A' }, { type: 'B' }, { type: 'C' }, { type: 'D' }];

/** A source of whole numbers in [0, bound), the same for the same seed. */
export function dice(seed: number): (bound: number) => number {
  let count = 0;
  return (bound) => (hashText(String(count++), seed) >>> 0) % bound;
}

type Kind = 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
interface Node {
  readonly id: string;
  readonly kind: Kind;
  readonly children: readonly [string, Node][];
  readonly config: Record<string, unknown>;
}

const delay = (name: string, min: number, max: number) =>
  delayFact({ name, min: micros(min), max: micros(max), source: 'test' });
const short = delay('test.short', 1, 10);
const long = delay('test.long', 50, 90);

/** A machine made by dice. May be refused by `defineMachine` (an eventless loop); then the caller takes the next seed. */
export function randomChart(seed: number): MachineDefinition<Count, Letter, string> {
  const roll = dice(seed);
  const root = grow(roll, 'chart', roll(4) === 0 ? 'parallel' : 'compound', 3);
  const nodes = flatten(root);
  for (const node of nodes) dress(roll, node, nodes);
  return defineMachine<Count, Letter, string>({
    id: 'chart',
    config: root.config,
    guards: {
      isEven: ({ n }) => n % 2 === 0,
      isSmall: ({ n }) => n < 6,
      isA: (_, event) => event.type === 'A',
      isThird: ({ n }, event) => (n + event.type.length) % 3 === 0,
    },
    updates: {
      add: ({ n }) => ({ n: n + 1 }),
      turn: ({ n }, event) => ({ n: (n * 3 + event.type.length) % 17 }),
      nothing: () => ({}),
    },
    effects: {
      say: ({ n }, event) => [`say ${n} ${event.type}`],
      twice: ({ n }, event) => [`one ${n} ${event.type}`, `two ${n}`],
      silent: () => [],
    },
    delays: { short, long, either: ({ n }) => (n % 2 === 0 ? short : long) },
  });
}

function grow(roll: (bound: number) => number, id: string, kind: Kind, depth: number): Node {
  const config: Record<string, unknown> = {};
  if (kind === 'final' || kind === 'parallel') config['type'] = kind;
  if (kind === 'history') {
    config['type'] = 'history';
    if (roll(2) === 0) config['history'] = 'deep';
  }
  const children: [string, Node][] = [];
  if (kind === 'compound' || kind === 'parallel') {
    const count = 2 + roll(kind === 'parallel' ? 2 : 3);
    for (let index = 0; index < count; index += 1) {
      const name = `s${index}`;
      children.push([name, grow(roll, `${id}.${name}`, kindOfChild(roll, kind, index, depth), depth - 1)]);
    }
    if (kind === 'compound') config['initial'] = 's0';
    config['states'] = Object.fromEntries(children.map(([name, child]) => [name, child.config]));
  }
  return { id, kind, children, config };
}

function kindOfChild(roll: (bound: number) => number, parent: Kind, index: number, depth: number): Kind {
  const deeper: Kind = depth > 0 && roll(2) === 0 ? (roll(3) === 0 ? 'parallel' : 'compound') : 'atomic';
  if (parent === 'parallel' || index === 0) return deeper;
  const pick = roll(8);
  return pick === 0 ? 'history' : pick <= 2 ? 'final' : deeper;
}

function flatten(node: Node): readonly Node[] {
  return [node, ...node.children.flatMap(([, child]) => flatten(child))];
}

/** Gives a state its actions and transitions. */
function dress(roll: (bound: number) => number, node: Node, nodes: readonly Node[]): void {
  if (node.kind === 'history') return;
  const { config } = node;
  if (roll(3) === 0) config['entry'] = actions(roll);
  if (roll(3) === 0) config['exit'] = actions(roll);
  if (roll(5) === 0) config['tags'] = ['tagged'];
  if (node.kind === 'final') return;
  const on: Record<string, unknown> = {};
  for (const { type } of letters) if (roll(3) > 0) on[type] = several(roll, node, nodes);
  config['on'] = on;
  if (roll(3) === 0) {
    const after: Record<string, unknown> = {};
    for (const name of ['short', 'long', 'either']) if (roll(2) === 0) after[name] = several(roll, node, nodes);
    config['after'] = after;
  }
  if (roll(6) === 0) config['always'] = { ...transition(roll, node, nodes), guard: 'isSmall', actions: ['add'] };
  if (node.kind !== 'atomic' && roll(2) === 0) config['onDone'] = several(roll, node, nodes);
}

function several(roll: (bound: number) => number, node: Node, nodes: readonly Node[]): unknown {
  const count = 1 + roll(3);
  return Array.from({ length: count }, () => transition(roll, node, nodes));
}

function transition(roll: (bound: number) => number, node: Node, nodes: readonly Node[]): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  const target = targetOf(roll, node, nodes);
  if (target !== undefined) result['target'] = target;
  if (roll(2) === 0) result['guard'] = ['isEven', 'isSmall', 'isA', 'isThird'][roll(4)];
  if (roll(2) === 0) result['actions'] = actions(roll);
  if (roll(4) === 0) result['reenter'] = true;
  return result;
}

function targetOf(
  roll: (bound: number) => number,
  node: Node,
  nodes: readonly Node[],
): string | readonly string[] | undefined {
  const pick = roll(8);
  if (pick === 0) return undefined;
  if (pick === 1) return `#${node.id}`;
  if (pick === 2) {
    const parallel = nodes.filter((other) => other.kind === 'parallel');
    const regions = parallel[roll(Math.max(1, parallel.length))]?.children.map(([, child]) => flatten(child)) ?? [];
    if (regions.length >= 2) return regions.slice(0, 2).map((region) => `#${region[roll(region.length)]!.id}`);
  }
  return `#${nodes[1 + roll(nodes.length - 1)]!.id}`;
}

function actions(roll: (bound: number) => number): string | readonly string[] {
  const names = ['add', 'turn', 'nothing', 'say', 'twice', 'silent'];
  const one = (): string => names[roll(names.length)]!;
  return roll(2) === 0 ? one() : [one(), one(), one()];
}
