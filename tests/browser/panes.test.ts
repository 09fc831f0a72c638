// The panes around the stage: how high the inspector is, and that no file tab is out of reach.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { launchBrowser, openPage } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const heightOf = async (page: Page): Promise<number> =>
  (await page.locator('section.inspector').boundingBox())?.height ?? 0;

describe("the inspector's height", () => {
  test('gives a tall screen more of the explanation than a low one', async () => {
    await using low = await openPage(browser, { viewport: { width: 1440, height: 700 } });
    await using tall = await openPage(browser, { viewport: { width: 1440, height: 1080 } });
    const share = async (page: Page): Promise<number> => (await heightOf(page)) / (page.viewportSize()?.height ?? 1);
    expect(await share(tall.page)).toBeGreaterThan((await share(low.page)) + 0.1);
  });

  test('follows the arrow keys and the pointer, and is kept over a reload', async () => {
    await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 } });
    const { page } = opened;
    const bar = page.getByRole('separator');
    const usual = await heightOf(page);
    await bar.focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => heightOf(page)).toBeGreaterThan(usual + 20);

    const box = await bar.boundingBox();
    if (box === null) throw new Error('the separator is not on screen');
    await page.mouse.move(box.x + 200, box.y);
    await page.mouse.down();
    await page.mouse.move(box.x + 200, box.y - 100, { steps: 4 });
    await page.mouse.up();
    const dragged = await heightOf(page);
    expect(dragged).toBeGreaterThan(usual + 100);

    await page.reload();
    await expect.poll(async () => Math.abs((await heightOf(page)) - dragged)).toBeLessThan(2);
    await bar.focus();
    await page.keyboard.press('Home');
    await expect.poll(() => heightOf(page)).toBeLessThan(usual);
    await page.keyboard.press('Enter');
    await expect.poll(() => heightOf(page)).toBeGreaterThan(usual * 2);
    await page.keyboard.press('Enter');
    await expect.poll(async () => Math.abs((await heightOf(page)) - usual)).toBeLessThan(2);
    expect(opened.problems()).toEqual([]);
  });
});

describe('the file tabs', () => {
  test('say that there are more than fit, and bring the open one into view', async () => {
    await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 } });
    const { page } = opened;
    await page.locator('.manifests .strip .after').waitFor();
    expect(await page.locator('.manifests .strip .before').count()).toBe(0);

    await page.locator('[data-file]').first().focus();
    await page.keyboard.press('ArrowLeft');
    const last = page.locator('[data-file]').last();
    expect(await last.getAttribute('aria-selected')).toBe('true');
    await page.locator('.manifests .strip .before').waitFor();
    await expect.poll(() => page.locator('.manifests .strip .after').count()).toBe(0);
    const [tab, strip] = [await last.boundingBox(), await page.locator('.manifests .strip').boundingBox()];
    expect((tab?.x ?? 0) + (tab?.width ?? Infinity)).toBeLessThanOrEqual((strip?.x ?? 0) + (strip?.width ?? 0) + 1);

    await page.locator('.manifests .strip .before').click();
    await page.locator('.manifests .strip .after').waitFor();
    expect(opened.problems()).toEqual([]);
  });
});
