import { expect, test } from 'vitest';

import { defineMachine, delayFact, micros, outlineOf } from '../../../src/kernel/index.ts';
import { isActive, statechartOf, transitionsFrom } from '../../../src/view/index.ts';
import { kubeMachines } from '../../../src/kube/index.ts';
import { controlPlaneMachines, meshSystems } from '../../../src/mesh/index.ts';

const boot = delayFact({ name: 'test.boot', min: micros(5), max: micros(9), source: 'a test' });
const life = outlineOf(
  defineMachine<object, { readonly type: 'go' | 'stop' }, string>({
    id: 'test.life',
    config: {
      initial: 'off',
      states: {
        off: { on: { go: 'on' } },
        on: {
          initial: 'booting',
          on: { stop: 'off' },
          states: { booting: { after: { boot: 'steady' } }, steady: { on: { go: 'booting' } } },
        },
        gone: { type: 'final' },
      },
    },
    delays: { boot },
  }),
);

test('states stand in one row in their order, those inside another within its box', () => {
  const { leaves, boxes, width, height } = statechartOf(life);
  expect(leaves.map(({ path }) => path)).toEqual(['off', 'on.booting', 'on.steady', 'gone']);
  expect(leaves.map(({ x }) => x)).toEqual(leaves.map(({ x }) => x).toSorted((a, b) => a - b));
  expect(new Set(leaves.map(({ y }) => y)).size).toBe(1);
  const [box] = boxes;
  for (const leaf of leaves.filter(({ path }) => path.startsWith('on.'))) {
    expect(leaf.x).toBeGreaterThan(box?.x ?? Infinity);
    expect(leaf.x + leaf.width).toBeLessThan((box?.x ?? 0) + (box?.width ?? 0));
  }
  for (const { x, y, width: w, height: h } of [...leaves, ...boxes]) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(x + w).toBeLessThanOrEqual(width);
    expect(y + h).toBeLessThanOrEqual(height);
  }
});

test('forward transitions run above the row, backward ones below it', () => {
  const { arcs, leaves } = statechartOf(life);
  const row = leaves[0]?.y ?? 0;
  const sides = arcs.map(({ from, to, lane }) => `${from} > ${to} ${lane < row ? 'above' : 'below'}`);
  expect(sides.toSorted()).toEqual([
    'off > on above',
    'on > off below',
    'on.booting > on.steady above',
    'on.steady > on.booting below',
  ]);
});

test('what may be taken from a state: its own transitions first, then those of what holds it', () => {
  const names = transitionsFrom(life, 'on.booting').map(({ from, cause, name }) => `${from}: ${cause} ${name}`);
  expect(names).toEqual(['on.booting: delay boot', 'on: event stop']);
  expect(isActive('on', 'on.booting')).toBe(true);
  expect(isActive('on.steady', 'on.booting')).toBe(false);
  expect(isActive('a', 'b.x+a.y')).toBe(true);
});

const machines = [...kubeMachines, ...controlPlaneMachines, ...meshSystems.flatMap((system) => system.machines)];

test.each(machines.map((machine) => [machine.id, machine] as const))(
  '%s: no two states overlap, and only arcs to one state share a place',
  (_, machine) => {
    const { leaves, arcs } = statechartOf(machine);
    for (const [at, a] of leaves.entries())
      for (const b of leaves.slice(at + 1)) expect(a.x + a.width <= b.x || b.x + b.width <= a.x).toBe(true);
    for (const [at, a] of arcs.entries())
      for (const b of arcs.slice(at + 1)) {
        const isApart = Math.max(a.x1, a.x2) < Math.min(b.x1, b.x2) || Math.max(b.x1, b.x2) < Math.min(a.x1, a.x2);
        expect(a.to === b.to || a.lane !== b.lane || isApart).toBe(true);
      }
  },
);
