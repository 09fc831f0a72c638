// Standing scenarios of ambient mode (tests/scenarios): the naive one breaks its property in every schedule, the fixed one in none.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readProperty } from '../../../src/explore/index.ts';
import { Run } from '../../../src/scenario/index.ts';
import '../provide-envoys.ts';

const read = (path: string): string => readFileSync(new URL(`../../scenarios/${path}`, import.meta.url), 'utf8');

describe.each([
  { id: 'ztunnel-roll', text: 'stream-never-cut:shop/web' },
  { id: 'certificate-expiry', text: 'no-failed-request:shop/web' },
])('$id: $text', ({ id, text }) => {
  test.each([
    { variant: 'naive', breaks: true },
    { variant: 'fixed', breaks: false },
  ])('$variant', ({ variant, breaks }) => {
    const property = readProperty(text);
    if (!('judge' in property)) throw new Error(`${text} is a property`);
    const manifests = [{ path: '1-shop.yaml', text: read(`${id}/${variant}/1-shop.yaml`) }];
    for (const seed of [1, 2]) {
      const run = new Run({ scenario: read(`${id}/${variant}/scenario.yaml`), manifests, seed });
      expect(run.info.diagnostics).toEqual([]);
      run.advance(run.info.duration);
      const { judged, violations } = property.judge(run.trace);
      expect(judged).toBeGreaterThan(0);
      expect(violations.length > 0, `seed ${seed}: ${JSON.stringify(violations[0])}`).toBe(breaks);
    }
  });
});
