import { isIPv4 } from 'node:net';
import { expect, test } from 'vitest';
import { nodeAddress, podAddress } from '../../../src/kube/kubelet/addresses.ts';

test('a thousand nodes and their pods have addresses, each its own', () => {
  const all = Array.from({ length: 1_000 }, (_, index) => index + 1).flatMap((node) => [
    nodeAddress(node),
    ...[0, 1, 252, 253, 505, 3_035].map((count) => podAddress(node, count)),
  ]);
  expect(all.filter((address) => !isIPv4(address))).toEqual([]);
  expect(new Set(all).size).toBe(all.length);
});

test('a small cluster has the addresses that kind gives', () => {
  expect([nodeAddress(1), podAddress(1, 0), podAddress(2, 1), podAddress(2, 253)]).toEqual([
    '172.18.0.2',
    '10.244.1.2',
    '10.244.2.3',
    '10.245.2.2',
  ]);
});
