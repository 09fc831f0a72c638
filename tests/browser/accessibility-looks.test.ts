// Telling screens on a phone, on a projector and in forced colours, judged by axe in both languages: no violation.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { DARK, FORCED_COLORS, judgeAll, PHONE, telling, WIDE } from './judged-screens.ts';
import { launchBrowser } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test('axe finds nothing on a phone, light and dark', { timeout: 60_000 }, async () => {
  expect(await judgeAll(browser, telling, PHONE, DARK)).toEqual([]);
});

test('axe finds nothing in forced colours', { timeout: 60_000 }, async () => {
  expect(await judgeAll(browser, telling, WIDE, FORCED_COLORS)).toEqual([]);
});

test('axe finds nothing on a projector', { timeout: 60_000 }, async () => {
  expect(await judgeAll(browser, telling, { ...WIDE, settings: { theme: 'projector' } })).toEqual([]);
});
