import { describe, expect, test } from 'vitest';
import type { ReplicaSetScale } from '../../../src/kube/controllers/rolling-update.ts';
import { nextScales, proportionalScales, rolloutBounds } from '../../../src/kube/controllers/rolling-update.ts';
import type { DeploymentSpec, IntOrString } from '../../../src/manifests/index.ts';

describe('bounds of a rollout', () => {
  const cases: readonly (readonly [number, IntOrString, IntOrString, number, number])[] = [
    [3, '25%', '25%', 1, 0],
    [10, '25%', '25%', 3, 2],
    [4, '25%', '25%', 1, 1],
    [1, '25%', '25%', 1, 0],
    [5, 0, 1, 0, 1],
    [5, 0, '10%', 0, 1],
    [2, '100%', '100%', 2, 2],
  ];
  test.each(cases)(
    'of %i replicas with maxSurge %s and maxUnavailable %s are %i and %i',
    (replicas, maxSurge, maxUnavailable, surge, unavailable) => {
      expect(rolloutBounds({ maxSurge, maxUnavailable }, replicas)).toEqual({ surge, unavailable });
    },
  );
});

describe('a step of a rollout', () => {
  /** `new old` as desired/ready, and what each becomes. */
  const cases: readonly (readonly [string, number, string, string, string])[] = [
    ['the new ReplicaSet starts with what the surge allows', 3, '0/0', '3/3', 'new 1'],
    ['while the new pod is not ready nothing goes', 3, '1/0', '3/3', ''],
    ['a ready new pod lets an old one go', 3, '1/1', '3/3', 'old 2'],
    ['and then the next one may come', 3, '1/1', '2/2', 'new 2'],
    ['old pods that are not ready go first', 4, '0/0', '4/2', 'new 1, old 3'],
    ['at the end the old one is at zero', 3, '3/3', '1/1', 'old 0'],
    ['and nothing more happens', 3, '3/3', '0/0', ''],
    ['without old pods the new ReplicaSet simply has the replicas', 5, '3/3', '0/0', 'new 5'],
  ];
  test.each(cases)('%s', (_, replicas, fresh, old, expected) => {
    const spec = {
      replicas,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    } as DeploymentSpec;
    const set = (name: string, text: string) => {
      const [desired = 0, ready = 0] = text.split('/').map(Number);
      return { name, isNew: name === 'new', desired, replicas: desired, ready, terminating: 0, available: ready };
    };
    const scales = nextScales(spec, [set('old', old), set('new', fresh)]);
    expect([...scales].map(([name, count]) => `${name} ${count}`).join(', ')).toBe(expected);
  });
});

// Source: kubernetes/kubernetes@v1.34: pkg/controller/deployment/sync.go scale.
describe('a change of size', () => {
  /** Old ReplicaSets by age, then the new one: `desired/available`; the most pods until now; what each becomes. */
  test.each<[string, number, readonly string[], number, string]>([
    ['a single active ReplicaSet takes all', 5, ['3/3', '0/0'], 4, 'old0 5'],
    ['the newest takes all where none is active', 2, ['0/0', '0/0'], 0, 'new 2'],
    ['several grow in proportion, the largest by what rounding leaves', 15, ['8/8', '5/0'], 13, 'new 7, old0 12'],
    ['several shrink in proportion', 5, ['8/8', '5/0'], 13, 'new 3, old0 4'],
    ['of equal ones the newer grows first', 3, ['1/1', '1/1', '1/0'], 3, 'new 2, old0 1, old1 1'],
    ['down to zero all of them end', 0, ['3/3', '1/0'], 4, 'new 0, old0 0'],
    ['beside a new one that is complete the old ones end', 3, ['1/1', '3/3'], 4, 'old0 0'],
  ])('%s', (_, replicas, sizes, most, expected) => {
    const spec = {
      replicas,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    } as DeploymentSpec;
    const sets = sizes.map((text, index): ReplicaSetScale => {
      const [desired = 0, available = 0] = text.split('/').map(Number);
      const isNew = index === sizes.length - 1;
      const name = isNew ? 'new' : `old${index}`;
      return { name, isNew, desired, replicas: desired, ready: available, terminating: 0, available };
    });
    const scales = [...proportionalScales(spec, sets, most)].map(([name, count]) => `${name} ${count}`);
    expect(scales.toSorted().join(', ')).toBe(expected);
  });
});
