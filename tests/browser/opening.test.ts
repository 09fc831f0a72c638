import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findAxeViolations, launchBrowser, openPage, takeScreenshot } from './page.ts';

describe('the start page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  for (const language of ['en', 'ja'] as const) {
    for (const theme of ['light', 'dark'] as const) {
      test(`opens without an error and without an axe violation (${language}, ${theme})`, async () => {
        await using opened = await openPage(browser, { language, theme });
        await opened.page.waitForFunction(() => (document.querySelector('#app')?.childElementCount ?? 0) > 0);

        expect(await findAxeViolations(opened.page)).toEqual([]);
        expect(opened.problems()).toEqual([]);
      });
    }
  }

  test('a script from elsewhere is refused by its policy, and the test would notice', async () => {
    await using opened = await openPage(browser);
    await opened.page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "taken over"';
      document.head.append(script);
    });

    await expect.poll(() => opened.problems().some((problem) => problem.startsWith('policy: script-src'))).toBe(true);
    expect(await opened.page.title()).not.toBe('taken over');
  });

  test('a screenshot shows Japanese in a real font', async () => {
    await using opened = await openPage(browser, { language: 'ja' });
    await opened.page.evaluate(() => document.body.append('網を流れる一つのパケット'));
    const picture = await takeScreenshot(opened.page);
    expect(picture.byteLength).toBeGreaterThan(1000);

    // A missing glyph is drawn as a narrow box; a real one fills its square.
    const width = await opened.page.evaluate(() => {
      const context = document.createElement('canvas').getContext('2d');
      if (context === null) return 0;
      context.font = '100px "Noto Sans JP"';
      return context.measureText('網').width;
    });
    expect(width).toBe(100);
  });
});
