import { describe, expect, test } from 'vitest';
import { nextScales, rolloutBounds } from '../../../src/kube/controllers/rolling-update.ts';
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
      return { name, isNew: name === 'new', desired, replicas: desired, ready, available: ready };
    };
    const scales = nextScales(spec, [set('old', old), set('new', fresh)]);
    expect([...scales].map(([name, count]) => `${name} ${count}`).join(', ')).toBe(expected);
  });
});
