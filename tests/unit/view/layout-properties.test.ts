// What every layout keeps to, whatever calls whom: nothing overlaps, no line runs through a pod, equal runs lie equally, and newcomers
// push nobody out of his column.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fittingLayout,
  layoutOf,
  levels,
  sceneAt,
  type Box,
  type Layout,
  type RunIndex,
} from '../../../src/view/index.ts';
import { pointAlong } from '../../../src/view/layout/path.ts';
import { indexOf } from './indexed.ts';
import { RunBuilder, type BuiltPod } from './run-builder.ts';

interface Plan {
  /** Pods of each workload, by name. */
  readonly sizes: readonly number[];
  /** Caller and called, as places in `sizes`. */
  readonly calls: readonly (readonly [number, number])[];
  readonly nodes: number;
  readonly mesh: 'none' | 'sidecar';
}

const NAMES = ['web', 'orders', 'payments', 'productpage-v1', 'reviews-v2', 'ratings', 'a', 'recommendation-service'];

const plans: fc.Arbitrary<Plan> = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: NAMES.length }),
  calls: fc.array(fc.tuple(fc.nat(NAMES.length - 1), fc.nat(NAMES.length - 1)), { maxLength: 12 }),
  nodes: fc.integer({ min: 1, max: 4 }),
  mesh: fc.constantFrom('none', 'sidecar'),
});

/** `extra`: another pod of this workload, made last. */
function build({ sizes, calls, nodes, mesh }: Plan, extra?: string): RunIndex {
  const run = new RunBuilder();
  const machines = Array.from({ length: nodes }, (_, at) => run.node(`node-${at + 1}`, 'zone-a'));
  const containers = mesh === 'sidecar' ? ['istio-proxy', 'app'] : ['app'];
  const podOf = (workload: string, at: number): BuiltPod =>
    run.pod(`${workload}-7d9f8b6c5-x${at}vnq`, { workload, node: machines[at % machines.length]!, containers });
  const pods = sizes.map((size, at) => Array.from({ length: size }, (_, one) => podOf(NAMES[at]!, one)));
  for (const [caller, called] of calls) {
    for (const from of pods[caller] ?? []) {
      for (const to of pods[called] ?? []) {
        if (from === to) continue;
        run.connect({
          from: { process: from.app, netns: from.netns, address: from.address },
          to: { process: to.app, netns: to.netns, address: to.address, port: 80 },
          link: 'network',
          span: 300,
        });
      }
    }
  }
  if (extra !== undefined) podOf(extra, 9);
  return indexOf(run.trace);
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Pixels of a character of 12 px in the mono face, and of a bold one of 14 px. */
const MONO = 7.3;
const BOLD = 8;

/** Everything that is written outside of cards, and the cards. */
function labelled(layout: Layout): readonly (Box & { readonly what: string })[] {
  return [
    ...(layout.istiod === undefined ? [] : [{ ...layout.istiod, what: 'istiod' }]),
    ...layout.heads.map((head) => ({
      what: `head ${head.workload}`,
      x: head.x,
      y: head.y - 12,
      width: head.width,
      height: head.isOneLine ? 16 : 32,
    })),
    ...layout.rows.flatMap((row) => [
      {
        what: `name ${row.name}`,
        x: row.x + 14,
        y: row.y + 12,
        width: Math.min(12, row.name.length) * BOLD,
        height: 15,
      },
      {
        what: `zone ${row.name}`,
        x: row.x + 14,
        y: row.y + 29,
        width: Math.min(12, row.zone.length) * MONO,
        height: 13,
      },
      ...(row.kubelet === undefined ? [] : [{ ...row.kubelet, what: `kubelet ${row.name}` }]),
    ]),
    ...[...layout.pods.values()].map((place) => ({ ...place, what: `pod ${place.pod}` })),
    ...layout.groups.map((place) => ({ ...place, what: `group ${place.key}` })),
  ];
}

describe.each(levels)('a layout of %s', (level) => {
  test('has no two labels or cards on top of each other', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const boxes = labelled(layoutOf(build(plan), { level }));
        boxes.forEach((a, at) => {
          for (const b of boxes.slice(at + 1)) expect(overlap(a, b), `${a.what} on ${b.what}`).toBe(false);
        });
      }),
      { numRuns: 60 },
    );
  });

  test('leads no connection through a card that it does not belong to, nor out of the picture', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        const index = build(plan);
        const layout = layoutOf(index, { level });
        const cards = [
          ...[...layout.pods.values()].map((place) => ({ ...place, pods: [place.pod] })),
          ...layout.groups,
        ];
        for (const [key, path] of layout.legs) {
          const leg = index.legs.get(key)!;
          const ends = [leg.from, leg.to].flatMap((place) => ('pod' in place ? [place.pod] : []));
          const others = cards.filter((card) => !card.pods.some((pod) => ends.includes(pod)));
          for (let share = 0; share <= 1; share += 0.02) {
            const { x, y } = pointAlong(path, share, { x: 0, y: 0 });
            expect(x >= 0 && x <= layout.width && y >= 0 && y <= layout.height, `${key} leaves the picture`).toBe(true);
            const hit = others.find((box) => x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height);
            expect(hit, `${key} at ${x},${y}`).toBeUndefined();
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  test('is the same for the same run', () => {
    fc.assert(
      fc.property(plans, (plan) => {
        expect(layoutOf(build(plan), { level })).toEqual(layoutOf(build(plan), { level }));
      }),
      { numRuns: 30 },
    );
  });

  test('keeps everybody in his column when a pod is added, of a workload that is there or of a new one', () => {
    fc.assert(
      fc.property(plans, fc.constantFrom('web', 'newcomer'), (plan, extra) => {
        const before = layoutOf(build(plan), { level }).columns.map((column) => column.workloads);
        const after = layoutOf(build(plan, extra), { level }).columns.map((column) => column.workloads);
        const columnOf = (columns: typeof before, key: string): number =>
          columns.findIndex((workloads) => workloads.includes(key));
        for (const key of before.flat()) expect(columnOf(after, key), key).toBe(columnOf(before, key));
      }),
      { numRuns: 60 },
    );
  });
});

describe('the level that fits', () => {
  const index = build({ sizes: [3, 3, 2], calls: [[0, 1], [1, 2]], nodes: 3, mesh: 'sidecar' }); // prettier-ignore
  const levelIn = (width: number, height: number): string =>
    fittingLayout(index, {
      pins: {},
      level: 'auto',
      fits: (size) => size.width <= width && size.height <= height,
    }).level;

  test('is the most detailed one for which there is room', () => {
    expect(levelIn(1_000, 500)).toBe('containers');
    expect(levelIn(1_000, 330)).toBe('pods');
    expect(levelIn(360, 500)).toBe('services');
  });

  test('obeys a choice whatever the room', () => {
    const layout = fittingLayout(index, { pins: {}, level: 'containers', fits: () => false });
    expect(layout.level).toBe('containers');
  });

  test('draws namespaces where there are very many workloads, and every pod is in one of them', () => {
    const run = new RunBuilder();
    const node = run.node('node-1', '');
    for (let at = 0; at < 130; at += 1) run.pod(`w${at}-1`, { workload: `w${at}`, node, namespace: `team-${at % 3}` });
    const many = indexOf(run.trace);
    const scene = sceneAt(many, layoutOf(many), many.trace.length);
    expect(scene.groups.map((group) => group.namespace)).toEqual(['team-0', 'team-1', 'team-2']);
    expect(scene.groups.reduce((sum, group) => sum + group.count.ready, 0)).toBe(130);
    expect(scene.count.ready).toBe(130);
  });
});
