// Invariants I44 and I45: what a disruption budget holds back and what it does not, and how far a rolling update goes.
import { describe, expect, test } from 'vitest';
import { Run } from '../../../../src/scenario/index.ts';
import '../../provide-envoys.ts';

const second = 1_000_000;

function deployment(replicas: number, image: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: "${image}", ports: [{containerPort: 8080}]}]}
`;
}

function play(
  manifests: readonly string[],
  spec: object,
  extras: Readonly<Record<string, string>>,
  until: number,
  seed = 7,
): Run {
  const scenario = JSON.stringify({ apiVersion: 'meshscope.dev/v1', kind: 'Scenario', metadata: { name: 's' }, spec });
  const run = new Run({
    scenario,
    manifests: manifests.map((text, index) => ({ path: `${index}.yaml`, text })),
    extras: Object.entries(extras).map(([path, text]) => ({ path, text })),
    seed,
  });
  expect(run.info.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  run.advance(until * second);
  return run;
}

describe('I44: a budget of one pod that may be away', () => {
  const budget = `apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: default}
spec: {maxUnavailable: 0, selector: {matchLabels: {app: web}}}
`;
  const nodes = [{ name: 'node-1' }, { name: 'node-2' }];
  const gone = (run: Run, from: number): readonly string[] =>
    [...run.trace.select(['object'])]
      .filter(({ at, verb, resource }) => at >= from && verb === 'deleted' && resource === 'Pod')
      .map(({ name }) => name);

  test('refuses an eviction with 429 and changes nothing', () => {
    const spec = { mesh: 'none', nodes, interventions: [{ at: '10s', drain: 'node-1' }] };
    const run = play([deployment(4, 'web:1'), budget], spec, {}, 30);
    const refused = [...run.trace.select(['object'])].filter(
      ({ verb, resource }) => verb === 'rejected' && resource === 'Pod',
    );
    expect(refused.length).toBeGreaterThan(0);
    for (const { status } of refused) expect(status).toContain('429 Too Many Requests');
    expect(gone(run, 10 * second)).toEqual([]);
  });

  test('holds nothing against a node that is lost: after five minutes its pods are to go, and others take their place', () => {
    const spec = { mesh: 'none', nodes, interventions: [{ at: '10s', lose: 'node-1' }] };
    const run = play([deployment(4, 'web:1'), budget], spec, {}, 400);
    const created = [...run.trace.select(['object'])].filter(
      ({ at, verb, resource }) => at >= 10 * second && verb === 'created' && resource === 'Pod',
    );
    expect(created.length).toBe(2);
    expect(Math.min(...created.map(({ at }) => at))).toBeGreaterThan(300 * second);
  });
});

describe('I45: a rolling update', () => {
  test.each([
    [3, 1, 0],
    [4, 1, 1],
    [7, 2, 1],
    [10, 3, 2],
  ])('of %i replicas has at most %i more and at most %i not available', (replicas, surge, unavailable) => {
    // The Deployment counts what its ReplicaSets are to have; each of them follows when it hears of it.
    const lag = second / 10;
    for (const seed of [1, 2, 3]) {
      const spec = { mesh: 'none', interventions: [{ at: '15s', apply: 'next.yaml' }] };
      const run = play([deployment(replicas, 'web:1')], spec, { 'next.yaml': deployment(replicas, 'web:2') }, 60, seed);
      const ready = new Set<string>();
      const alive = new Set<string>();
      let least = Infinity;
      let most = 0;
      let since = Infinity;
      let longest = 0;
      for (const record of run.trace.select(['object', 'pod'])) {
        const { kind, name } = record;
        if (!name.startsWith('web-')) continue;
        if (kind === 'pod' && record.ready && alive.has(name)) ready.add(name);
        if (kind === 'object' && record.resource === 'Pod' && record.actor === 'replicaset-controller') {
          // It makes pods, and changes one only by deleting it.
          if (record.verb === 'created') alive.add(name);
          else for (const pods of [alive, ready]) pods.delete(name);
        }
        if (record.at < 15 * second) continue;
        least = Math.min(least, ready.size);
        most = Math.max(most, alive.size);
        if (alive.size <= replicas + surge) since = Infinity;
        else since = Math.min(since, record.at);
        longest = Math.max(longest, record.at - since);
      }
      expect(least).toBe(replicas - unavailable);
      expect(most).toBeGreaterThanOrEqual(replicas + surge);
      expect(longest).toBeLessThan(lag);
    }
  });
});
