// The shop in three worlds: what its picture holds while payments refuses a request, level by level.
// Expected results change only by `npx vitest run --project unit tests/unit/view/shops.test.ts -u`, and are read before they are kept.

import { describe, expect, test } from 'vitest';
import {
  layoutOf,
  levels,
  recentFailures,
  recentFailureSpan,
  SceneMaker,
  type RunIndex,
} from '../../../src/view/index.ts';
import { describeScene } from './describe.ts';
import { indexOf } from './indexed.ts';
import { ambientShop } from './standing-runs.ts';
import { plainShop, sidecarShop } from './standing-shops.ts';

const plain = plainShop();
const sidecar = sidecarShop();
const ambient = ambientShop();
const worlds: readonly { readonly name: string; readonly index: RunIndex; readonly at: number }[] = [
  { name: 'none', index: indexOf(plain.run.trace), at: plain.refusedAt },
  { name: 'sidecar', index: indexOf(sidecar.run.trace), at: sidecar.refusedAt },
  {
    name: 'ambient',
    index: indexOf(ambient.run.trace),
    at: ambient.run.trace.timeOf(ambient.requests.failed) + 40,
  },
];

for (const { name, index, at } of worlds) {
  describe(`the shop in ${name}`, () => {
    for (const level of levels) {
      test(`at the level of ${level}`, async () => {
        await expect(describeScene(index, at, level)).toMatchFileSnapshot(`golden/shop-${name}-${level}.txt`);
      });
    }
  });
}

describe('a scene made step by step', () => {
  test.each(worlds)('is the scene made anew, forwards, backwards and in leaps ($name)', ({ index }) => {
    const layout = layoutOf(index);
    const maker = new SceneMaker(index, layout);
    const { length } = index.trace;
    for (const cursor of [0, length, 40, 41, 42, length - 1, 60, 61, 30, 200, 199, 300]) {
      expect(maker.at(cursor)).toEqual(new SceneMaker(index, layout).at(cursor));
    }
  });

  test.each(worlds)('keeps what no record has touched as the very same object ($name)', ({ index }) => {
    const maker = new SceneMaker(index, layoutOf(index));
    const before = maker.at(index.trace.length);
    const after = maker.at(index.trace.length - 1);
    expect(after.pods.every((pod, at) => pod === before.pods[at])).toBe(true);
    expect(after.cards.every((card, at) => card === before.cards[at])).toBe(true);
  });
});

describe('what has just failed', () => {
  const [{ index: none } = worlds[0]!, { index: meshed } = worlds[1]!] = worlds;
  const end = (index: RunIndex): number => index.trace.timeOf(index.trace.length - 1);
  const recent = (index: RunIndex, t: number) => recentFailures(index, recentFailureSpan(index, t, index.cursorAt(t)));
  const byName = (index: RunIndex, t: number) =>
    [...recent(index, t).pods].map(([pod, { text }]) => `${index.cluster.pods.get(pod)?.station} ${text}`);

  test.each([none, meshed])('marks the pod that refused, with code and count', (index) => {
    expect(byName(index, end(index))).toEqual(['P2 403 ×3']);
  });

  test.each([none, meshed])('marks the way to it, between pods', (index) => {
    const [leg] = [...recent(index, end(index)).legs.keys()];
    expect(index.legs.get(leg!)?.to).toMatchObject({ pod: [...recent(index, end(index)).pods.keys()][0] });
  });

  test('is forgotten after a second', () => {
    expect(byName(none, end(none) + 1_100_000)).toEqual([]);
  });

  test('has not happened before it happens', () => {
    const first = none.trace.timeOf(none.requests.failures[0]!);
    expect(byName(none, first - 1)).toEqual([]);
    expect(byName(none, first)).toEqual(['P2 403']);
  });
});

describe('revisions', () => {
  const { index } = worlds[1]!;
  const scene = new SceneMaker(index, layoutOf(index)).at(index.trace.length);

  test("istiod's badge shows the last push as soon as it has happened", () => {
    const pushes = index.revisions.pushes;
    expect(index.revisions.pushedAt(pushes[1]!)).toBe(1);
    expect(index.revisions.pushedAt(pushes[1]! + 1)).toBe(2);
    expect(index.picture.ids, 'a push changes the picture').toContain(pushes[1]);
    expect(scene.istiod?.revision).toBe(2);
  });

  test('a proxy that lags behind the others of its kind is marked', () => {
    const names = [...scene.behind].map((pod) => index.cluster.pods.get(pod)?.name);
    expect(names).toEqual(['mysql-0']);
  });
});
