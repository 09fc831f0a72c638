import { describe, expect, test } from 'vitest';
import { courseOf, markersOf, notableOf, timelineOf } from '../../../src/view/index.ts';
import { indexOf } from './indexed.ts';
import { RunBuilder } from './run-builder.ts';
import { ambientShop } from './standing-runs.ts';

const shop = indexOf(ambientShop().run.trace);

/** A run in which a request fails at each of these instants, in milliseconds. */
function runFailingAt(...instants: readonly number[]) {
  const run = new RunBuilder();
  const node = run.node('node-1', 'a');
  const pod = run.pod('web-1', { workload: 'web', namespace: 'shop', node, containers: ['web'], program: 'web' });
  for (const at of instants) {
    run.wait(at * 1_000 - run.now);
    const request = run.write('request', {
      process: pod.app,
      netns: pod.netns,
      protocol: 'http',
      method: 'GET',
      url: 'http://orders/',
      source: '',
      tag: '',
    });
    run.write('response', { request, result: '503', status: 503, ok: false, latency: 1 as never, detail: '' });
  }
  return indexOf(run.trace);
}

describe('the diamonds on the timeline', () => {
  const index = runFailingAt(1_000, 1_200, 1_400, 5_000);
  const stretch = { from: 0, to: 10_000_000 };

  for (const width of [200, 320, 555, 900, 901, 1600]) {
    test(`hold every failure at ${width} pixels, and lie far enough apart to be hit`, () => {
      const { failures } = timelineOf(index, { stretch, width, markers: [] });
      expect(failures.flatMap(({ ids }) => ids)).toEqual(index.requests.failures);
      for (const [at, mark] of failures.entries())
        expect(mark.x - (failures[at - 1]?.x ?? -24)).toBeGreaterThanOrEqual(24);
    });
  }

  test('say from when to when their failures happened', () => {
    const { failures } = timelineOf(index, { stretch, width: 320, markers: [] });
    expect(failures.map(({ from, to, ids }) => [from, to, ids.length])).toEqual([
      [1_000_000, 1_400_000, 3],
      [5_000_000, 5_000_000, 1],
    ]);
  });
});

describe('bands and flags', () => {
  const run = new RunBuilder();
  run.write('input', { action: 'apply', subject: 'web.yaml', detail: '15 created' });
  run.wait(2_000_000);
  run.write('input', { action: 'apply', subject: 'AuthorizationPolicy shop/deny-web', detail: '1 created' });
  run.wait(1_000_000);
  run.write('input', { action: 'apply', subject: 'web.yaml', detail: '16 unchanged' });
  run.wait(6_800_000);
  run.write('input', { action: 'kill', subject: 'shop/web-1', detail: '' });
  run.write('marker', { name: 'the end' });
  const index = indexOf(run.trace);
  const frame = { stretch: { from: 0, to: 10_000_000 }, width: 500, markers: [{ at: 9_800_000, name: 'the end' }] };

  test('a band is named after the apply that changed something; what happened at 0 is the first', () => {
    expect(timelineOf(index, frame).bands).toEqual([
      { x: 0, width: 100, revision: 1, subject: '' },
      { x: 100, width: 400, revision: 2, subject: 'AuthorizationPolicy shop/deny-web' },
    ]);
  });

  test('a flag is named where there is room, to the left at the end of the strip', () => {
    const flags = timelineOf(index, frame).flags.map(({ name, label, side }) => [name, label, side]);
    expect(flags).toEqual([
      ['apply', 'apply', 'right'],
      ['apply', 'apply', 'right'],
      ['kill shop/web-1', 'kill shop/web-1', 'left'],
      ['the end', '', 'right'],
    ]);
  });

  test('a name to the left ends where the name before it does', () => {
    const markers = [
      { at: 4_300_000, name: 'web-starts-again' },
      { at: 9_300_000, name: 'end-of-proof' },
    ];
    const { flags } = timelineOf(indexOf(new RunBuilder().trace), { ...frame, width: 358, markers });
    expect(flags.map(({ label, side }) => [label, side])).toEqual([
      ['web-starts-again', 'right'],
      ['end-of-…', 'left'],
    ]);
  });

  test('a marker that the scenario names and the run records is one', () => {
    expect(markersOf(index, frame.markers)).toEqual([{ at: 9_800_000, name: 'the end' }]);
  });
});

describe('the course of a run', () => {
  test('holds every main event once, in order of time', () => {
    const ids = Array.from({ length: shop.trace.length }, (_, id) => id).filter(
      (id) => notableOf(shop, id) !== undefined,
    );
    const lines = courseOf(shop);
    expect(lines.flatMap((line) => line.ids).toSorted((a, b) => a - b)).toEqual(ids);
    expect(lines.length).toBeLessThan(ids.length);
    for (const line of lines) expect(line.to).toBeGreaterThanOrEqual(line.from);
  });

  test('tells failures that follow each other in one line, and those after a pause in another', () => {
    const lines = courseOf(runFailingAt(1_000, 1_200, 1_400, 9_000)).filter(({ kind }) => kind === 'failure');
    expect(lines.map(({ ids }) => ids.length)).toEqual([3, 1]);
  });
});
