// What is kept between looks at a growing run is true, and is the very same while nothing has changed.

import { describe, expect, test } from 'vitest';
import { KeptLooks, layoutOf, RunIndex, sceneAt, SceneMaker } from '../../../src/view/index.ts';
import { gatewayRun } from './gateway-run.ts';
import { indexOf, part, wholeSlice } from './indexed.ts';
import { ambientShop } from './standing-runs.ts';
import { sidecarShop } from './standing-shops.ts';

const traces = { ambient: ambientShop().run.trace, sidecar: sidecarShop().run.trace, gateway: gatewayRun().run.trace };
const PARTS = 9;

for (const [name, trace] of Object.entries(traces)) {
  describe(`a run that grows, ${name}`, () => {
    test('looks as if it had been there at once, from every earlier instant too', () => {
      const whole = wholeSlice(trace);
      const index = new RunIndex();
      const kept = new KeptLooks(index);
      for (let at = 0; at < PARTS; at += 1) {
        const [from, to] = [at, at + 1].map((share) => Math.floor((trace.length * share) / PARTS)) as [number, number];
        index.receive(part(whole, from, to));
        const layout = layoutOf(index);
        const maker = new SceneMaker(index, layout, kept);
        for (const cursor of [to, Math.floor(to / 2), from, to])
          expect(maker.at(cursor)).toEqual(sceneAt(index, layout, cursor));
      }
    });

    test('keeps the parts of a picture in which nothing has changed', () => {
      const index = indexOf(trace);
      const maker = new SceneMaker(index, layoutOf(index));
      const end = trace.length;
      const [before, after] = [maker.at(end - 1), maker.at(end)];
      if (before.pods.every((pod, at) => pod === after.pods[at])) expect(after.cards).toBe(before.cards);
      expect(maker.at(end).bundles).toBe(after.bundles);
      expect(maker.at(end).pods).toBe(after.pods);
    });
  });
}
