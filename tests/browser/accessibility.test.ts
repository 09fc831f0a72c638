// Every screen and state, English in light and Japanese in dark, judged by axe: no violation. Other looks are judged beside it.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { screens } from '../tools/screens.ts';
import { DARK, judgeAll, WIDE } from './judged-screens.ts';
import { launchBrowser } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test('axe finds nothing on any screen, light and dark', { timeout: 120_000 }, async () => {
  expect(await judgeAll(browser, screens, WIDE, DARK)).toEqual([]);
});
