// Every screen and state in English, judged by axe: no violation. The other language is judged beside it.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { screens } from '../tools/screens.ts';
import { judgeAll, PHONE, telling, WIDE } from './judged-screens.ts';
import { launchBrowser } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const language = 'en';

test('axe finds nothing on any screen: light', { timeout: 120_000 }, async () => {
  expect(await judgeAll(browser, screens, { ...WIDE, language, theme: 'light' })).toEqual([]);
});

test('axe finds nothing on a phone: light', { timeout: 60_000 }, async () => {
  expect(await judgeAll(browser, telling, { ...PHONE, language, theme: 'light' })).toEqual([]);
});

test.each([
  ['dark', { theme: 'dark' }],
  ['projector', { settings: { theme: 'projector' } }],
] as const)('axe finds nothing on telling screens: %s', { timeout: 60_000 }, async (_, options) => {
  expect(await judgeAll(browser, telling, { ...WIDE, language, ...options })).toEqual([]);
});
