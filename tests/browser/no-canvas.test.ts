// A browser that paints no canvas: the page says so, and everything can still be found out.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { findAxeViolations, launchBrowser, openPage } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

for (const language of ['en', 'ja'] as const)
  test(`without a canvas the stage, the course, the log and the reasons are there (${language})`, async () => {
    await using opened = await openPage(browser, {
      language,
      viewport: { width: 1440, height: 900 },
      hasNoCanvas: true,
    });
    const { page } = opened;
    await page.locator('svg [data-pod]').first().waitFor();
    const alert = page.getByRole('alert');
    await alert.getByText(language === 'en' ? 'paints no canvas' : 'Canvas を使えない').waitFor();
    expect(await findAxeViolations(page)).toEqual([]);

    await alert.getByRole('button').first().click();
    await alert.waitFor({ state: 'detached' });
    const course = page.getByRole('tabpanel').getByRole('listitem');
    await course.first().waitFor();
    expect(await course.count()).toBeGreaterThan(5);

    await page.getByRole('button', { name: language === 'en' ? 'Play' : '再生', exact: true }).click();
    await page.getByRole('button', { name: language === 'en' ? 'Pause' : '一時停止', exact: true }).click();
    await page.locator('.failures button, [data-failure]').first().click();
    await page.locator('.inspector [role=tab]').first().click();
    await page.locator('.verdict .failed').waitFor();
    await page.locator('.inspector [role=tab]').nth(3).click();
    await page.getByRole('log').getByRole('button').first().waitFor();
    expect(opened.problems()).toEqual([]);
  });
