import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stationOf } from '../../../src/view/index.ts';
import { Stations } from '../../../src/view/run/station.ts';
import { indexOf } from './indexed.ts';
import { ambientShop } from './standing-runs.ts';

describe('stations', () => {
  test('are letters of the workload and a number in order of appearance', () => {
    const stations = new Stations();
    const codes = ['shop/web', 'shop/web', 'shop/reviews-v1', 'shop/ratings', 'shop/ratings', 'other/web'];
    expect(codes.map((workload) => stations.next(workload))).toEqual(['W1', 'W2', 'R1', 'RA1', 'RA2', 'WE1']);
  });

  test('are different for different pods, and nobody who comes later changes them', () => {
    const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,6}$/);
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 60 }), (names) => {
        const stations = new Stations();
        const codes = names.map((workload) => stations.next(`shop/${workload}`));
        expect(new Set(codes).size).toBe(codes.length);
        const again = new Stations();
        const half = names.slice(0, Math.ceil(names.length / 2)).map((workload) => again.next(`shop/${workload}`));
        expect(codes.slice(0, half.length)).toEqual(half);
      }),
    );
  });

  test('name the mesh too: ztunnel by its node, istiod', () => {
    const index = indexOf(ambientShop().run.trace);
    const codes = [...index.cluster.pods.values()].map((pod) => stationOf(index, pod.entity));
    expect(codes).toEqual(['CP', 'Z1', 'Z2', 'Z3', 'W1', 'W2', 'W3', 'O1', 'O2', 'O3', 'P1', 'P2', 'M1']);
  });

  test('are given again alike after a run was cut back', () => {
    const { trace } = ambientShop().run;
    const index = indexOf(trace);
    const codes = (): readonly string[] => [...index.cluster.pods.values()].map((pod) => pod.station);
    const before = codes();
    const cut = [...index.cluster.pods.values()][8]!.first;
    const slice = structuredClone(trace.slice(0, { texts: 0, data: 0, entities: 0 }));
    index.truncate(cut);
    expect(codes()).toEqual(before.slice(0, 8));
    index.receive(slice);
    expect(codes()).toEqual(before);
  });
});
