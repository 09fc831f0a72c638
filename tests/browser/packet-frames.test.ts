// The stage's painter draws every packet of a crowded instant, in a real browser. What a frame takes is `npm run bench`'s affair.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { measureFramesIn } from './frame-page.ts';
import { launchBrowser, openPage } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

test('five thousand packets are drawn in every frame', async () => {
  await using opened = await openPage(browser, { viewport: { width: 1280, height: 720 } });
  const [figures] = await measureFramesIn(opened.page, [5_000]);
  expect(figures?.packets).toBeGreaterThanOrEqual(5_000);
});
