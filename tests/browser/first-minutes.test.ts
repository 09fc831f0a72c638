// The first minutes in a real browser: what there is to do is said once, the tour goes on with what the reader does, and can be left.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { findAxeViolations, launchBrowser, openPage } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test('a newcomer is told what to do, is shown around on the real page, and is not asked again', async () => {
  await using opened = await openPage(browser, { isNewcomer: true });
  const { page } = opened;
  const bar = page.getByRole('region', { name: 'Tour' });
  const now = bar.getByRole('status');
  const outlined = page.locator('[data-toured]');
  const offer = page.locator('.why').getByRole('button', { name: 'Show me around' });
  await offer.click();
  await expect.poll(() => bar.evaluate((element) => element === document.activeElement)).toBe(true);
  await expect.poll(() => outlined.getAttribute('class')).toMatch(/\bplay\b/);

  // By keyboard, each step with what it says.
  await page.locator('.inspector .why .lines').waitFor();
  await page.keyboard.press('k');
  await page.getByRole('button', { name: 'Pause' }).waitFor();
  await page.keyboard.press('k');
  await expect.poll(() => now.innerText()).toMatch(/^Every line/);
  await outlined.getByRole('button').first().press('Enter');
  await expect.poll(() => now.innerText()).toMatch(/^This is why/);
  expect(await findAxeViolations(page)).toEqual([]);
  await outlined.press('Enter');
  await expect.poll(() => now.innerText()).toMatch(/^Here is that line/);
  await expect.poll(() => outlined.getAttribute('class')).toMatch(/\btext\b/);
  await bar.getByRole('button', { name: 'Next' }).press('Enter');
  await expect.poll(() => now.innerText()).toMatch(/^Apply it/);
  await page.keyboard.press('Escape');
  await bar.waitFor({ state: 'detached' });
  expect(await outlined.count()).toBe(0);

  // Once is enough; Help has it.
  await page.reload();
  await page.locator('.stage [data-pod]').first().waitFor();
  await page.keyboard.press('?');
  expect(await offer.count()).toBe(0);
  await page.getByRole('dialog').getByRole('button', { name: 'Show me around' }).click();
  await bar.waitFor();

  // One pane at a time: the way to the thing is outlined first.
  await page.setViewportSize({ width: 360, height: 720 });
  await bar.getByRole('button', { name: 'Next' }).click();
  await expect.poll(() => now.innerText()).toMatch(/^First open Inspector\./);
  await expect.poll(() => outlined.innerText()).toBe('Inspector');
  await outlined.click();
  await expect.poll(() => now.innerText()).toMatch(/^Every line/);
  expect(opened.problems()).toEqual([]);
});
