import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stationOf } from '../../../src/view/index.ts';
import { Stations } from '../../../src/view/run/station.ts';
import { indexOf } from './indexed.ts';
import { ambientShop } from './standing-runs.ts';

const LATER_US = 2_000_000;

function codesOf(pods: readonly { readonly workload: string; readonly name: string; readonly at: number }[]): string[] {
  const stations = new Stations();
  for (const { workload, name, at } of pods) stations.add(workload, { name, at });
  return pods.map(({ workload, name }) => stations.code(workload, name));
}

describe('stations', () => {
  test('are letters of the workload and a number in order of appearance', () => {
    const pods = ['shop/web', 'shop/web', 'shop/reviews-v1', 'shop/ratings', 'shop/ratings', 'other/web'];
    expect(codesOf(pods.map((workload, at) => ({ workload, name: `pod-${String(at)}`, at: at * LATER_US })))).toEqual([
      'W1',
      'W2',
      'R1',
      'RA1',
      'RA2',
      'WE1',
    ]);
  });

  test('go by name among pods and workloads that appear together, however chance ordered them', () => {
    const pods = ['shop/ratings/b', 'shop/web/z', 'shop/reviews/c', 'shop/web/a', 'shop/web/m'].map((path) => {
      const [namespace = '', workload = '', name = ''] = path.split('/');
      return { workload: `${namespace}/${workload}`, name, at: 70_000 };
    });
    const codes = new Map(pods.map(({ name }, at) => [name, codesOf(pods)[at]]));
    const reversed = pods.toReversed();
    expect(codes).toEqual(new Map([['b', 'R1'], ['z', 'W3'], ['c', 'RE1'], ['a', 'W1'], ['m', 'W2']])); // prettier-ignore
    for (const [at, { name }] of reversed.entries()) expect(codesOf(reversed)[at]).toBe(codes.get(name));
  });

  test('are different for different pods, and nobody who comes later changes them', () => {
    const workload = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,6}$/);
    fc.assert(
      fc.property(fc.array(workload, { minLength: 1, maxLength: 60 }), (workloads) => {
        const pods = workloads.map((name, at) => ({
          workload: `shop/${name}`,
          name: `pod-${String(at)}`,
          at: at * LATER_US,
        }));
        const codes = codesOf(pods);
        expect(new Set(codes).size).toBe(codes.length);
        const half = codesOf(pods.slice(0, Math.ceil(pods.length / 2)));
        expect(codes.slice(0, half.length)).toEqual(half);
      }),
    );
  });

  test('name the mesh too: ztunnel by its node, istiod', () => {
    const index = indexOf(ambientShop().run.trace);
    const codes = [...index.cluster.pods.values()].map((pod) => stationOf(index, pod.entity));
    expect(codes.slice(0, 4)).toEqual(['CP', 'Z1', 'Z2', 'Z3']);
    expect(codes.slice(4).toSorted()).toEqual(['M1', 'O1', 'O2', 'O3', 'P1', 'P2', 'W1', 'W2', 'W3']);
  });

  test('are given again alike after a run was cut back', () => {
    const { trace } = ambientShop().run;
    const index = indexOf(trace);
    const codes = (): readonly string[] => [...index.cluster.pods.values()].map((pod) => pod.station);
    const before = codes();
    const cut = [...index.cluster.pods.values()][8]!.first;
    const slice = structuredClone(trace.slice(0, { texts: 0, data: 0, entities: 0 }));
    index.truncate(cut);
    expect(codes()).toHaveLength(8);
    index.receive(slice);
    expect(codes()).toEqual(before);
  });
});
