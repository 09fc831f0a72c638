import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';

import { findAxeViolations, launchBrowser, openPage, takeScreenshot } from './page.ts';

describe('the start page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
  });

  for (const [language, theme] of [
    ['en', 'light'],
    ['ja', 'dark'],
  ] as const)
    test(`opens without an error and without an axe violation (${language}, ${theme})`, async () => {
      await using opened = await openPage(browser, { language, theme });
      await opened.page.waitForFunction(() => (document.querySelector('#app')?.childElementCount ?? 0) > 0);

      expect(await findAxeViolations(opened.page)).toEqual([]);
      expect(opened.problems()).toEqual([]);
    });

  for (const [width, height] of [
    [1440, 900],
    [390, 844],
  ] as const)
    test(`until its scripts are there a poster stands in its place, and nothing jumps (${width} pixels)`, async () => {
      const context = await browser.newContext({ viewport: { width, height } });
      // Somebody who has been here: a newcomer's welcome has room of its own on a phone.
      await context.addInitScript(() => localStorage.setItem('meshscope.tour.v1', '"known"'));
      const page = await context.newPage();
      let release = (): void => {};
      const released = new Promise<void>((resolve) => (release = resolve));
      await page.route(/assets\/ui-.*\.js$/, async (route) => {
        await released;
        await route.continue();
      });
      await page.goto(inject('pageUrl'), { waitUntil: 'commit' });
      await page.locator('.poster .wait').getByText('Loading the simulation').waitFor();
      expect(await findAxeViolations(page)).toEqual([]);
      expect(await page.locator('.unstarted').isVisible()).toBe(false);
      const poster = await Promise.all(
        ['.poster h1', '.poster .picture', '.poster .time'].map((part) => boxOf(page, part)),
      );
      release();
      await page.locator('[data-pod]').first().waitFor();
      const settled = await Promise.all(
        ['header', 'section.stage', 'section.transport'].map((part) => boxOf(page, part)),
      );
      for (const [at, box] of poster.entries())
        for (const [side, value] of box.entries()) expect(Math.abs(value - (settled[at]?.[side] ?? 0))).toBeLessThan(8);
      await context.close();
    });

  test.each([
    [1440, 900],
    [390, 844],
  ])(
    'what a lesson says first is read before the page is there, and stays where it is (%d pixels)',
    async (width, height) => {
      const context = await browser.newContext({ viewport: { width, height }, hasTouch: width < 900, locale: 'ja-JP' });
      const page = await context.newPage();
      let release = (): void => {};
      const released = new Promise<void>((resolve) => (release = resolve));
      await page.route(/assets\/ui-.*\.js$/, async (route) => {
        await released;
        await route.continue();
      });
      await page.goto(`${inject('pageUrl')}#/en/l/20-start-race`, { waitUntil: 'commit' });
      await page.locator('.words').getByText('asks orders for its configuration').waitFor();
      expect(await findAxeViolations(page)).toEqual([]);
      const before = await Promise.all(['h2', 'ol', 'article p >> nth=2'].map((part) => boxOf(page, `.words ${part}`)));
      release();
      await page.locator('.words').waitFor({ state: 'detached' });
      const after = await Promise.all(['h2', 'ol', 'article p >> nth=2'].map((part) => boxOf(page, `.lesson ${part}`)));
      expect(after).toEqual(before);
      await context.close();
    },
  );

  test('when a script cannot be read it says so in both languages', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route(/assets\/ui-.*\.js$/, (route) => route.abort());
    await page.goto(inject('pageUrl'), { waitUntil: 'load' });
    await page.locator('.unstarted').getByText('load the page again').waitFor();
    expect(await page.locator('.unstarted').innerText()).toMatch(/再読み込み/);
    expect(await findAxeViolations(page)).toEqual([]);
    await context.close();
  });

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

/** Left, top, width and height in CSS pixels. */
async function boxOf(page: Page, part: string): Promise<readonly number[]> {
  const { x = 0, y = 0, width = 0, height = 0 } = (await page.locator(part).boundingBox()) ?? {};
  return [x, y, width, height];
}
