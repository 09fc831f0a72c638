import { describe, expect, test } from 'vitest';
import type { Chooser } from '../../../src/kernel/index.ts';
import { finalise, instant, seed } from '../../../src/kernel/index.ts';
import type { WorldOptions } from './harness.ts';
import { isKind } from '../../../src/manifests/index.ts';
import { hashState } from '../../../src/kernel/state-hash.ts';
import { objects, pods, runFor, world } from './harness.ts';
import { container, deployment, httpProbe, job, podSpec, server, service, statefulSet } from './manifests.ts';

const probed = podSpec([server('app', 8080, { readinessProbe: httpProbe({ initialDelaySeconds: 1 }) })], {
  initContainers: [container('proxy', { restartPolicy: 'Always' }), container('setup')],
});
const manifests = [
  service('web'),
  deployment('web', probed, { replicas: 2 }),
  statefulSet('db', podSpec([server('app')]), { replicas: 2 }),
  job('once', podSpec([container('task')])),
];
const behaviours: WorldOptions['behaviours'] = { setup: { exitAfter: 200 }, task: { exitAfter: 200 } };

/** What became of the manifests, without what luck decides. */
function outcome(options: WorldOptions) {
  const w = world({ ...options, behaviours, manifests, begins: 'raw' });
  runFor(w, 120);
  return {
    pods: pods(w).map((line) => line.replace(/^(web|once)-[^ ]*/, '$1')),
    complete: objects(w, 'Job').map(({ status }) => status?.kind === 'Job' && status.result === 'complete'),
    endpoints: objects(w, 'EndpointSlice').flatMap(({ resource }) =>
      isKind(resource, 'EndpointSlice') ? resource.endpoints.map((endpoint) => endpoint.conditions.ready) : [],
    ),
  };
}
const expected = {
  pods: ['db-0 Running ready', 'db-1 Running ready', 'once Succeeded', 'web Running ready', 'web Running ready'],
  complete: [true],
  endpoints: [true, true],
};

describe('whatever the luck, the outcome is the same', () => {
  test.each([1, 2, 3, 4, 5])('with seed %i', (number) => {
    expect(outcome({ seed: number })).toEqual(expected);
  });

  test.each([11, 12, 13])('with ties shaken by %i', (number) => {
    expect(outcome({ chooser: { kind: 'shaken', seed: seed(number) } })).toEqual(expected);
  });

  test.each([21, 22, 23])('with anything that is possible happening next, chosen by %i', (number) => {
    let asked = number;
    const chooser: Chooser = {
      kind: 'explore',
      choose: (candidates) => {
        asked += 1;
        return (finalise(asked) >>> 0) % candidates.length;
      },
    };
    expect(outcome({ chooser })).toEqual(expected);
  });
});

test('seeking back and forth equals running straight', () => {
  const straight = world({ behaviours, manifests, begins: 'raw' });
  runFor(straight, 20);
  const sought = world({ behaviours, manifests, begins: 'raw' });
  runFor(sought, 20);
  for (const time of [15_000_000, 3_000_000, 9_000_000]) sought.kernel.seek(instant(time));
  sought.kernel.seek(straight.kernel.now);
  expect(sought.trace.hash()).toBe(straight.trace.hash());
  expect(hashState(sought.kernel.state())).toBe(hashState(straight.kernel.state()));
});
