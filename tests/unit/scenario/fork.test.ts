// A run that leaves another, a run that settles, and worlds that are brought up once.
import { describe, expect, test } from 'vitest';

import { parseTarget } from '../../../src/host/index.ts';
import { seed } from '../../../src/kernel/index.ts';
import type { RunOptions } from '../../../src/scenario/index.ts';
import { Run } from '../../../src/scenario/index.ts';
import { recordToLine } from '../../../src/trace/index.ts';
import '../provide-envoys.ts';

const apps = ['a', 'b']
  .map(
    (name) => `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec: {selector: {app: ${name}}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: app, image: example/app, ports: [{containerPort: 8080}]}]}
`,
  )
  .join('---\n');
const base = { path: 'apps.yaml', text: apps };
const deny = {
  path: 'deny.yaml',
  text: `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: nobody, namespace: shop}
spec: {}
`,
};
const second = 1_000_000;
const modes = ['none', 'sidecar', 'ambient'] as const;
const target = parseTarget('http://b/')!;

const begun = (options: Partial<RunOptions> = {}): Run => new Run({ scenario: '', manifests: [base], ...options });
const lines = (run: Run): string[] =>
  Array.from({ length: run.trace.length }, (_, id) => recordToLine(run.trace, run.trace.get(id)));
const asking = { from: 'shop/a', target, count: 1, method: 'GET', headers: [] };
/** Asks once and waits for all that comes of it. */
function answerOf(run: Run): string | undefined {
  run.ask(run.simulated, asking);
  expect(run.settle()).toBe(true);
  return [...run.trace.select(['response'])].at(-1)?.result;
}

describe.each(modes)('a fork (%s)', (mesh) => {
  test('goes its own way: it and its origin are each as if the other were not', () => {
    const origin = begun({ mesh });
    expect(origin.settle()).toBe(true);
    const there = origin.simulated;
    const denied = origin.fork();
    const asked = origin.fork();
    denied.apply(there, [base, deny]);
    expect(denied.settle()).toBe(true);
    expect(answerOf(asked)).toBe('200');
    expect(answerOf(denied)).toBe({ none: '200', sidecar: '403', ambient: 'reset' }[mesh]);
    expect(answerOf(origin)).toBe('200');
    expect(origin.trace.hash()).toBe(asked.trace.hash());

    const alone = begun({ mesh });
    alone.settle();
    alone.apply(alone.simulated, [base, deny]);
    alone.settle();
    answerOf(alone);
    expect(lines(denied)).toEqual(lines(alone));
    expect(denied.trace.hash()).toBe(alone.trace.hash());
    for (const [run, same] of [
      [denied, alone],
      [origin, asked],
    ] as const) {
      run.seek(there - second);
      same.seek(there - second);
      run.advance(there + 20 * second);
      same.advance(there + 20 * second);
      expect(run.trace.hash()).toBe(same.trace.hash());
    }
  });

  test('a world brought up for another run is as good as one brought up anew', () => {
    for (const chooser of [{ kind: 'default' }, { kind: 'shaken', seed: seed(5) }] as const) {
      const [first, again] = [begun({ mesh, chooser }), begun({ mesh, chooser })];
      // Where keyframes lie changes nothing but the world that is shared.
      const anew = begun({ mesh, chooser, keyframeEvery: 1_234 });
      for (const run of [first, again, anew]) run.advance(15 * second);
      expect(again.trace.hash()).toBe(first.trace.hash());
      expect(lines(anew)).toEqual(lines(first));
    }
  });
});

test('a fork keeps what is still to come by itself, and the limits', () => {
  const scenario = `apiVersion: meshscope.dev/v1
kind: Scenario
metadata: {name: s}
spec: {interventions: [{at: 8s, kill: shop/a}], markers: [{at: 9s, name: late}]}
`;
  const origin = begun({ scenario, limits: { records: 400 } });
  origin.advance(5 * second);
  const fork = origin.fork();
  fork.apply(5 * second, [base, deny]);
  for (const run of [origin, fork]) run.advance(10 * second);
  expect([...fork.trace.select(['marker'])].map(({ name }) => name)).toEqual(['late']);
  expect([...fork.trace.select(['input'])].map(({ action }) => action)).toEqual(
    expect.arrayContaining(['apply', 'kill']),
  );
  fork.ask(fork.simulated, { ...asking, count: 300 });
  fork.settle();
  expect(fork.stop?.message).toBe('run-too-many-records');
  expect(fork.fork().stop).toEqual(fork.stop);
  expect(origin.stop).toBeUndefined();
});

describe('settling', () => {
  test('ends at an instant after which only periodic things happen, so all proxies have what was pushed last', () => {
    const run = begun({ mesh: 'sidecar' });
    expect(run.settle()).toBe(true);
    expect(run.isSettled).toBe(true);
    const kinds = (from: number): string[] => [
      ...new Set([...run.trace.select(['push', 'pod', 'object', 'configured'], from)].map(({ kind }) => kind)),
    ];
    expect(kinds(0)).toEqual(expect.arrayContaining(['push', 'pod', 'object', 'configured']));
    const { length } = run.trace;
    run.advance(run.simulated + 30 * second);
    expect(kinds(length)).toEqual([]);
  });

  test('gives up at its limit: 60 s, or what is given', () => {
    const scenario = `apiVersion: meshscope.dev/v1
kind: Scenario
metadata: {name: s}
spec: {markers: [{at: 100s, name: late}]}
`;
    const run = begun({ scenario });
    expect(run.settle(3 * second)).toBe(false);
    expect(run.simulated).toBe(3 * second);
    expect(run.settle()).toBe(false);
    expect(run.simulated).toBe(63 * second);
    expect(run.settle()).toBe(true);
    expect(run.simulated).toBe(100 * second);
  });

  test('keeps to the limits of a run', () => {
    const crowd = {
      path: 'crowd.yaml',
      text: `apiVersion: batch/v1
kind: Job
metadata: {name: crowd}
spec: {completions: 400, parallelism: 400, template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}
`,
    };
    const run = begun({ manifests: [crowd], limits: { records: 500 } });
    expect(run.settle()).toBe(false);
    expect(run.stop?.message).toBe('run-too-many-records');
    expect(run.trace.length).toBeLessThan(3_000);
  });
});
