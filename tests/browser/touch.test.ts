// The main job on a phone by touch: play and pause, find the failing request, read why, see its manifest line, change it, apply.

import type { Browser, Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { findAxeViolations, launchBrowser, openPage } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

/** A finger's reach: at least 24 pixels each way, 44 in one. */
async function isWithinReach(target: Locator): Promise<boolean> {
  const box = await target.boundingBox();
  return box !== null && Math.min(box.width, box.height) >= 24 && Math.max(box.width, box.height) >= 44;
}

for (const language of ['en', 'ja'] as const)
  test(`a failing request, its reason and its line are found by touch, and a change is applied (${language})`, async () => {
    await using opened = await openPage(browser, {
      language,
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    const { page } = opened;
    const part = (at: number): Locator => page.locator('.page > nav button').nth(at);
    await page.locator('[role=slider]:not([aria-valuenow="0"])').first().waitFor();

    const play = page.locator('.transport .play');
    expect(await isWithinReach(play)).toBe(true);
    await play.tap();
    await play.tap();

    const failure = page.locator('.failures button').first();
    expect(await isWithinReach(failure)).toBe(true);
    await failure.tap();
    await part(1).tap();
    await page.locator('.verdict .failed').waitFor();
    expect(await findAxeViolations(page)).toEqual([]);

    // Whatever line its way went by: the pane of the manifests comes to the front, with the file open.
    const link = page.locator('.inspector .link.mono').first();
    const name = ((await link.textContent()) ?? '').split(':')[0] ?? '';
    await link.tap();
    await page.locator(`.manifests [data-file="${name}"][aria-selected=true]`).waitFor();

    const text = page.locator('.manifests textarea.mono');
    await text.tap();
    await text.fill(`${await text.inputValue()}\n# by touch\n`);
    await page.locator('.manifests .button.primary').tap();
    await page.getByRole('status').filter({ hasText: /\S/ }).waitFor();

    await part(0).tap();
    await page.locator('svg [data-pod], svg [data-group]').first().waitFor();
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(sideways).toBeLessThanOrEqual(0);
    expect(opened.problems()).toEqual([]);
  });
