// Every screen and state in Japanese, judged by axe: no violation. The other language is judged beside it.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { screens } from '../tools/screens.ts';
import { DARK, FORCED_COLORS, judgeAll, PHONE, telling, WIDE } from './judged-screens.ts';
import { launchBrowser } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const language = 'ja';

test('axe finds nothing on any screen, light and dark', { timeout: 120_000 }, async () => {
  expect(await judgeAll(browser, screens, { ...WIDE, language }, [DARK])).toEqual([]);
});

test('axe finds nothing on a phone, light and dark', { timeout: 60_000 }, async () => {
  expect(await judgeAll(browser, telling, { ...PHONE, language }, [DARK])).toEqual([]);
});

test('axe finds nothing on telling screens: forced colours', { timeout: 60_000 }, async () => {
  expect(await judgeAll(browser, telling, { ...WIDE, language }, [FORCED_COLORS])).toEqual([]);
});
