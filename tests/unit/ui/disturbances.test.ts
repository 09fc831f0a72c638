// What the page offers to disturb the world with: every intervention there is, for each kind of thing of the picture.
import { describe, expect, test } from 'vitest';
import type { Intervention } from '../../../src/scenario/port.ts';
import {
  disturbedAt,
  lastingFaults,
  linkChoices,
  linkOf,
  nodeChoices,
  podChoices,
  workloadChoices,
} from '../../../src/ui/panels/disturbances.ts';
import { interventions as en } from '../../../src/text/interventions/en.ts';
import { indexOf } from '../view/indexed.ts';
import { ambientShop } from '../view/standing-runs.ts';

/** One entry a kind: a kind that is missing here does not compile. */
const offered: Readonly<Record<Intervention['kind'], 'choice' | 'field' | 'undo'>> = {
  kill: 'choice',
  restart: 'choice',
  pause: 'choice',
  slow: 'choice',
  cordon: 'choice',
  uncordon: 'choice',
  drain: 'choice',
  lose: 'choice',
  reboot: 'choice',
  skew: 'choice',
  delay: 'choice',
  drop: 'choice',
  duplicate: 'choice',
  partition: 'choice',
  expire: 'choice',
  scale: 'choice',
  roll: 'choice',
  upgrade: 'field',
  condition: 'field',
  heal: 'undo',
};

const all = [
  ...podChoices('shop/web', undefined),
  ...workloadChoices('shop/web', 2),
  ...nodeChoices('node-1'),
  ...linkChoices(['shop/web', '*']),
];

describe('the page offers', () => {
  test.each(Object.entries(offered).filter(([, how]) => how === 'choice'))('%s', (kind) => {
    const words = all.flatMap(([word, intervention]) => (intervention.kind === kind ? [word] : []));
    expect(words.length).toBeGreaterThan(0);
    for (const word of words) expect(en[word]).not.toBe('');
  });

  test('no other number of replicas of what has one on every node', () => {
    expect(workloadChoices('istio-system/ztunnel', undefined).map(([word]) => word)).toEqual(['roll']);
  });

  test('the end of what lasts, and of nothing else', () => {
    const pause: Intervention = { kind: 'pause', workload: 'shop/web', container: undefined };
    const cut: Intervention = { kind: 'partition', between: ['shop/web', '*'] };
    const skew: Intervention = { kind: 'skew', node: 'node-1', by: -1 };
    const kill: Intervention = { kind: 'kill', workload: 'shop/web' };
    const done = [pause, cut, kill, skew];
    expect(lastingFaults(done)).toEqual(['pause shop/web', 'partition shop/web *', 'skew node-1']);
    expect(lastingFaults([...done, { kind: 'heal', what: 'pause shop/web' }])).toEqual([
      'partition shop/web *',
      'skew node-1',
    ]);
    expect(lastingFaults([...done, { kind: 'heal', what: 'all' }])).toEqual([]);
  });
});

const index = indexOf(ambientShop().run.trace);
const [web] = [...index.cluster.pods].find(([, { name }]) => name.startsWith('web-')) ?? [];
const way = [...index.connections.entries.values()].find(({ leg }) => leg.startsWith(`gate-out:${web}>gate-in:`));

describe('a mark of the picture', () => {
  test.each([
    ['a pod', `pod ${web}`, { kind: 'pod', pod: web }],
    ['a node', 'kubelet node-1', { kind: 'node', name: 'node-1' }],
    [
      'a way from a pod',
      `leg ${way?.leg}`,
      { kind: 'link', ends: [expect.stringMatching(/\/web-/), expect.stringMatching(/\/orders-/)] },
    ],
    ['nothing where there is no such pod', 'pod 999999', undefined],
    ['nothing where there is no such way', 'leg a:1>b:2', undefined],
    ['nothing where it is many things', 'group shop', undefined],
  ])('stands for %s', (_, mark, expected) => {
    expect(disturbedAt(index, mark, index.trace.length)).toEqual(expected);
  });

  test('a selected packet stands for the way it takes', () => {
    expect(linkOf(index, way?.packets[0])?.kind).toBe('link');
    expect(linkOf(index, undefined)).toBeUndefined();
  });
});
