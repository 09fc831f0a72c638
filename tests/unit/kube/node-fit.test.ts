import { describe, expect, test } from 'vitest';
import type { PodSpec } from '../../../src/manifests/index.ts';
import { misfitsOf, selectsNode } from '../../../src/kube/node-fit.ts';
import { apply, pods, records, runFor, world } from './harness.ts';
import { container, pod, podSpec } from './manifests.ts';

const node = { name: 'node-1', zone: 'a', region: 'region-1', kubelet: '1.34.0' };
const mismatch = "node(s) didn't match Pod's node affinity/selector";
const asking = (resources: { requests?: Record<string, string>; limits?: Record<string, string> }): PodSpec =>
  podSpec([container('app', { resources })]);

describe('a node', () => {
  test.each<[string, PodSpec, string | undefined]>([
    ['takes a pod that asks for nothing', podSpec([container('app')]), undefined],
    [
      'carries kubernetes.io/os',
      podSpec([container('app')], { nodeSelector: { 'kubernetes.io/os': 'linux' } }),
      undefined,
    ],
    [
      'carries the old label beta.kubernetes.io/os too',
      podSpec([container('app')], {
        nodeSelector: { 'beta.kubernetes.io/os': 'linux', 'beta.kubernetes.io/arch': 'amd64' },
      }),
      undefined,
    ],
    ['is no Windows node', podSpec([container('app')], { nodeSelector: { 'kubernetes.io/os': 'windows' } }), mismatch],
    [
      'never runs out of CPU',
      asking({ requests: { cpu: '64', memory: '1Ti', 'ephemeral-storage': '1Gi' } }),
      undefined,
    ],
    ['has no GPU', asking({ limits: { 'nvidia.com/gpu': '1' } }), 'Insufficient nvidia.com/gpu'],
    ['has no huge pages', asking({ requests: { 'hugepages-2Mi': '64Mi' } }), 'Insufficient hugepages-2Mi'],
    ['has as many GPUs as none', asking({ limits: { 'nvidia.com/gpu': '0' } }), undefined],
  ])('%s', (_, spec, expected) => {
    expect(misfitsOf(spec, node)).toEqual(expected === undefined ? [] : [expected]);
  });

  test('is chosen for a DaemonSet by its labels alone', () => {
    expect(selectsNode(asking({ limits: { 'nvidia.com/gpu': '1' } }), node)).toBe(true);
  });
});

test('a pod that no node can hold stays Pending, and its Event counts why', () => {
  const w = world();
  apply(w, [pod('train', asking({ limits: { 'nvidia.com/gpu': '1' } }))]);
  runFor(w, 5);
  expect(pods(w)).toEqual(['train -']);
  expect(records(w, 'event').find(({ reason }) => reason === 'FailedScheduling')?.message).toBe(
    '0/3 nodes are available: 3 Insufficient nvidia.com/gpu.',
  );
});
