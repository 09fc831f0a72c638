import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keptAround, layoutOf, sceneAt, type RunIndex, type SceneModel } from '../../../src/view/index.ts';
import { RunBuilder } from './run-builder.ts';
import { indexOf } from './indexed.ts';

const sceneOf = (index: RunIndex): SceneModel => sceneAt(index, layoutOf(index), index.trace.length);

describe('the count of ready pods', () => {
  test('leaves out completed pods, like the command line, and keeps failed ones', () => {
    const run = new RunBuilder();
    const node = run.node('node-1', '');
    run.pod('web-1', { workload: 'web', node });
    const job = run.pod('report-1', { workload: 'report', node });
    run.write('pod', { ...job.base, node: node.node, phase: 'Succeeded', ready: false });
    const broken = run.pod('orders-1', { workload: 'orders', node });
    run.write('pod', { ...broken.base, node: node.node, phase: 'Failed', ready: false });

    const scene = sceneOf(indexOf(run.trace));
    expect(scene.count).toEqual({ ready: 1, expected: 2, completed: 1 });
    expect(scene.heads.map(({ name, count }) => [name, count.ready, count.expected, count.completed])).toEqual([
      ['web', 1, 1, 0],
      ['report', 0, 0, 1],
      ['orders', 0, 1, 0],
    ]);
  });
});

describe('the heads of the columns', () => {
  test('stand one below the other where workloads share a column, above the first row', () => {
    const run = new RunBuilder();
    const node = run.node('node-1', '');
    for (const workload of ['web', 'report', 'cron']) run.pod(`${workload}-1`, { workload, node });
    const layout = layoutOf(indexOf(run.trace));
    expect(layout.columns).toHaveLength(1);
    expect(layout.heads.map((head) => head.workload)).toEqual(['shop/web', 'shop/report', 'shop/cron']);
    const baselines = layout.heads.map((head) => head.y);
    baselines.slice(1).forEach((y, at) => expect(y - baselines[at]!).toBeGreaterThanOrEqual(16));
    expect(layout.rows[0]!.y).toBeGreaterThan(baselines.at(-1)!);
  });
});

describe('what does not fade', () => {
  test('is the selected pod while it is there, and everything once it is gone', () => {
    const run = new RunBuilder();
    const node = run.node('node-1', '');
    run.pod('web-1', { workload: 'web', node });
    const selected = run.pod('web-2', { workload: 'web', node });
    const before = run.trace.length;
    run.write('pod', { ...selected.base, node: node.node, phase: 'Gone', ready: false });
    const index = indexOf(run.trace);
    const keptAt = (cursor: number) =>
      keptAround(sceneAt(index, layoutOf(index), cursor), { held: new Set(), pod: selected.pod }, index);
    expect([...(keptAt(before)?.pods ?? [])]).toEqual([selected.pod]);
    expect(keptAt(index.trace.length)).toBeUndefined();
  });
});

describe("a pod's card", () => {
  test('has room for its label and its count together', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,28}[a-z0-9]$/);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 40 }), (names) => {
        const run = new RunBuilder();
        const node = run.node('node-1', '');
        names.forEach((pod, at) => run.pod(`${pod}-${at}`, { workload: pod, node }));
        for (const { pod, label, count, place } of sceneOf(indexOf(run.trace)).cards) {
          expect(label).not.toBe('');
          const taken = pod.station.length + 1 + label.length + (count === '' ? 0 : 1 + count.length);
          expect(taken).toBeLessThanOrEqual(place.characters);
        }
      }),
      { numRuns: 40 },
    );
  });
});
