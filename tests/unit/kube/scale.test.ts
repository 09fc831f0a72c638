import { expect, test } from 'vitest';
import { apply, pods, records, runFor, world } from './harness.ts';
import { deployment, httpProbe, podSpec, server, service } from './manifests.ts';

/** What it costs to bring up a Deployment behind a Service. */
function cost(replicas: number) {
  const w = world({ nodes: 10 });
  const before = { handled: w.kernel.handled, records: w.trace.length };
  apply(w, [service('web'), deployment('web', podSpec([server('app')]), { replicas })]);
  runFor(w, 8);
  expect(pods(w).filter((line) => line.endsWith('ready'))).toHaveLength(replicas);
  const slices = records(w, 'object', before.records).filter((item) => item.resource === 'EndpointSlice').length;
  const settled = w.kernel.handled;
  runFor(w, 60);
  return {
    handled: settled - before.handled,
    records: w.trace.length - before.records,
    slices,
    idle: w.kernel.handled - settled,
  };
}

test('a thousand pods behind one Service cost ten times what a hundred do, and nothing once they run', () => {
  const [hundred, thousand] = [cost(100), cost(1_000)];
  expect(thousand.handled / hundred.handled).toBeLessThan(11);
  expect(thousand.records / hundred.records).toBeLessThan(11);
  expect(thousand.handled).toBeLessThan(30_000);
  // Each of the ten slices is written a few dozen times at the most, because changes are taken together.
  expect(thousand.slices).toBeLessThan(400);
  expect([hundred.idle, thousand.idle]).toEqual([0, 0]);
});

test('a probe every ten seconds costs about as many occurrences as its packets', () => {
  const w = world({ nodes: 3 });
  const probe = httpProbe({ initialDelaySeconds: 1 });
  apply(w, [deployment('web', podSpec([server('app', 8080, { readinessProbe: probe })]), { replicas: 100 })]);
  runFor(w, 30);
  const before = w.kernel.handled;
  runFor(w, 100);
  expect((w.kernel.handled - before) / (100 * 10)).toBeLessThan(12);
});
