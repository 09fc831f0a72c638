import { describe, expect, test } from 'vitest';
import { layoutOf, RunIndex, type PodPlace } from '../../../src/view/index.ts';
import { pathThrough, pointAlong } from '../../../src/view/layout/path.ts';
import { NONE, RunBuilder, type BuiltPod } from './run-builder.ts';
import { indexOf, part, wholeSlice } from './indexed.ts';
import { ambientShop } from './standing-runs.ts';

/** A run in which each workload has a pod on each of three nodes and calls the workloads named. */
function callGraph(calls: Readonly<Record<string, readonly string[]>>): RunIndex {
  const run = new RunBuilder();
  const machines = ['node-1', 'node-2', 'node-10'].map((name) => run.node(name, ''));
  const pods = new Map<string, readonly BuiltPod[]>();
  for (const workload of Object.keys(calls))
    pods.set(
      workload,
      machines.map((node) => run.pod(`${workload}-${node.name}`, { workload, node })),
    );
  for (const [caller, callees] of Object.entries(calls)) {
    for (const callee of callees) {
      for (const from of pods.get(caller)!) {
        for (const to of pods.get(callee)!) {
          run.connect({
            from: { process: from.app, netns: from.netns, address: from.address },
            to: { process: to.app, netns: to.netns, address: to.address, port: 80 },
            link: 'network',
            span: 300,
          });
        }
      }
    }
  }
  return indexOf(run.trace);
}

const names = (index: RunIndex, pins = {}): readonly string[] =>
  layoutOf(index, { pins }).columns.map((column) => column.workloads.map((key) => key.slice(5)).join('+'));

describe('columns', () => {
  test('follow the calls, callers left of the called', () => {
    expect(names(callGraph({ mysql: [], payments: ['mysql'], web: ['orders'], orders: ['payments'] }))).toEqual([
      'web',
      'orders',
      'payments',
      'mysql',
    ]);
  });

  test('hold workloads of equal depth together', () => {
    expect(names(callGraph({ page: ['details', 'reviews'], details: [], reviews: ['ratings'], ratings: [] }))).toEqual([
      'page',
      'details+reviews',
      'ratings',
    ]);
  });

  test('do not turn in circles', () => {
    expect(names(callGraph({ a: ['b'], b: ['c'], c: ['a'] }))).toEqual(['a', 'b', 'c']);
    expect(names(callGraph({ front: ['a'], a: ['b'], b: ['a'] }))).toEqual(['front', 'a', 'b']);
  });

  test('leave those who neither call nor are called on the right', () => {
    expect(names(callGraph({ alone: [], web: ['orders'], orders: [] }))).toEqual(['web', 'orders', 'alone']);
  });

  test('obey pins before calls', () => {
    const index = callGraph({ web: ['orders'], orders: [], report: ['orders'] });
    expect(names(index, { 'shop/web': [0, 1], 'shop/report': [0, 0], 'shop/orders': [1, 0] })).toEqual([
      'report+web',
      'orders',
    ]);
    expect(names(index, { 'shop/orders': [0, 0], 'shop/web': [3, 0], 'shop/report': [2, 0] })).toEqual([
      'orders',
      'report',
      'web',
    ]);
  });

  test('stand left of whatever is pinned and called, so that gateways and waypoints come before what they serve', () => {
    const calls = { web: ['waypoint'], waypoint: ['orders'], orders: ['payments'], payments: [] };
    const index = callGraph({ ...calls, gateway: ['web'] });
    const pins = { 'shop/web': [0, 0], 'shop/orders': [1, 0] } as const;
    expect(names(index, pins)).toEqual(['gateway', 'web', 'waypoint', 'orders', 'payments']);
    // A second proxy on the same way has its own place on it too.
    const longer = callGraph({ ...calls, waypoint: ['egress'], egress: ['orders'] });
    expect(names(longer, pins)).toEqual(['web', 'waypoint', 'egress', 'orders', 'payments']);
    // Pins that turn a way round are obeyed.
    expect(names(longer, { ...pins, 'shop/web': [2, 0] })).toEqual(['orders', 'web+payments', 'waypoint', 'egress']);
  });
});

describe('the layout', () => {
  test('puts nodes in the order of their numbers', () => {
    expect(layoutOf(callGraph({ web: [] })).rows.map((row) => row.name)).toEqual(['node-1', 'node-2', 'node-10']);
  });

  test('is the same for the same trace, and for more of it once every workload has called', () => {
    const { trace } = ambientShop().run;
    const whole = wholeSlice(trace);
    const early = new RunIndex();
    early.receive(part(whole, 0, whole.count - 10));
    expect(layoutOf(indexOf(trace)).pods).toEqual(layoutOf(indexOf(trace)).pods);
    expect(layoutOf(early).pods).toEqual(layoutOf(indexOf(trace)).pods);
  });

  for (const calls of [
    { web: ['orders'], orders: ['payments', 'mysql'], payments: ['mysql', 'orders'], mysql: [] },
    { page: ['details', 'reviews', 'ratings'], details: [], reviews: ['ratings', 'page'], ratings: [] },
    { a: ['a', 'b'], b: ['a'] },
  ]) {
    test(`leads no connection through a pod: ${JSON.stringify(calls)}`, () => {
      const index = callGraph(calls);
      const layout = layoutOf(index);
      const places = [...layout.pods.values()];
      for (const a of places) for (const b of places) expect(a === b || isApart(a, b)).toBe(true);
      for (const leg of index.legs.entries.values()) {
        const path = layout.legs.get(leg.key);
        if (path === undefined || !('pod' in leg.from) || !('pod' in leg.to) || leg.from.pod === leg.to.pod) continue;
        const others = places.filter(
          (place) => place.pod !== (leg.from as { pod: number }).pod && place.pod !== (leg.to as { pod: number }).pod,
        );
        for (let share = 0; share <= 1; share += 0.01) {
          const { x, y } = pointAlong(path, share, { x: 0, y: 0 });
          expect(x).toBeGreaterThan(0);
          expect(x).toBeLessThan(layout.width);
          expect(
            others.some(
              (place) => x > place.x && x < place.x + place.width && y > place.y && y < place.y + place.height,
            ),
            `${leg.key} at ${share}`,
          ).toBe(false);
        }
      }
    });
  }

  test('gives the place of a pod that is gone to the next of its workload', () => {
    const run = new RunBuilder();
    const node = run.node('node-1', '');
    const first = run.pod('web-1', { workload: 'web', node });
    run.write('pod', { ...first.base, node: node.node, phase: 'Gone', ready: false });
    const second = run.pod('web-2', { workload: 'web', node });
    const layout = layoutOf(indexOf(run.trace));
    expect(layout.pods.get(second.pod)!.y).toBe(layout.pods.get(first.pod)!.y);
  });

  test('keeps pods that no node has taken in a row of their own', () => {
    const run = new RunBuilder();
    run.node('node-1', '');
    const pod = run.entity('pod/shop/lonely');
    run.write('pod', {
      pod,
      namespace: 'shop',
      name: 'lonely',
      workload: 'lonely',
      node: NONE,
      phase: 'Pending',
      ready: false,
      address: '',
    });
    const layout = layoutOf(indexOf(run.trace));
    expect(layout.rows.map((row) => row.name)).toEqual(['node-1', '']);
    expect(layout.pods.get(pod)!.row).toBe(1);
  });

  test('of an empty cluster has no columns and no size to stumble over', () => {
    const layout = layoutOf(new RunIndex());
    expect(layout.columns).toEqual([]);
    expect(layout.width).toBeGreaterThan(0);
    expect(layout.height).toBeGreaterThan(0);
  });
});

describe('a path', () => {
  const path = pathThrough([
    { x: 0, y: 0 },
    { x: 50, y: 0 },
    { x: 100, y: 0 },
    { x: 100, y: 60 },
    { x: 180, y: 60 },
  ]);

  test('starts and ends where it was told to', () => {
    expect(pointAlong(path, 0, { x: 9, y: 9 })).toEqual({ x: 0, y: 0 });
    expect(pointAlong(path, 1, { x: 9, y: 9 })).toEqual({ x: 180, y: 60 });
    expect(pointAlong(path, -1, { x: 9, y: 9 })).toEqual({ x: 0, y: 0 });
  });

  test('is walked without leaps: equal shares are equal ways', () => {
    let before = pointAlong(path, 0, { x: 0, y: 0 });
    for (let share = 0.01; share <= 1; share += 0.01) {
      const here = pointAlong(path, share, { x: 0, y: 0 });
      expect(Math.hypot(here.x - before.x, here.y - before.y)).toBeLessThanOrEqual(path.length * 0.0101);
      before = here;
    }
  });

  test('bends are rounded, points in line are left out', () => {
    expect(path.d).toBe('M0 0L91 0Q100 0 100 9L100 51Q100 60 109 60L180 60');
  });
});

function isApart(a: PodPlace, b: PodPlace): boolean {
  return a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
}
