// The main job by keyboard alone: pause, find the failing request, read whose doing it is, go to its manifest line, change it, apply.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { launchBrowser, openPage } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

/** Presses a key until the focus is on something; how often it took. */
async function pressUntil(page: Page, key: string, selector: string, most = 60): Promise<number> {
  for (let presses = 0; presses <= most; presses += 1) {
    const isThere = await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector);
    if (isThere) return presses;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not reach ${selector}`);
}

const label = (page: Page): Promise<string | null> =>
  page.evaluate(
    () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? null,
  );

test('from the opening to an applied change without a pointer', async () => {
  await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 } });
  const { page } = opened;
  await page.locator('[role=slider]:not([aria-valuenow="0"])').first().waitFor();

  // Play, and pause again.
  await page.keyboard.press('k');
  await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
  await page.keyboard.press('k');
  await page.getByRole('button', { name: 'Play', exact: true }).waitFor();

  // Back from main event to main event until one is a failure.
  await page.keyboard.press('Home');
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('n');
    if (await page.locator('.verdict .failed').isVisible()) break;
  }
  await page.locator('.verdict .failed').waitFor();

  // Into the explanation, and through a link to the manifest line behind it.
  await pressUntil(page, 'F6', '[data-region=inspector]');
  await pressUntil(page, 'Tab', '.inspector .link.mono');
  const line = await label(page);
  await page.keyboard.press('Enter');
  await page.locator(`.manifests [data-file="${line?.split(':')[0] ?? ''}"][aria-selected=true]`).waitFor();

  // Into the text, which becomes Monaco; a change; applied from where one writes; out again by Escape.
  await pressUntil(page, 'F6', '[data-region=manifests]');
  await pressUntil(page, 'Tab', '.manifests [role=tab][aria-selected=true]');
  await pressUntil(page, 'Tab', 'textarea.mono, .native-edit-context, .monaco-editor textarea');
  await page.locator('.monaco-editor .view-line').first().waitFor();
  await pressUntil(page, 'Tab', '.native-edit-context, .monaco-editor textarea', 20);
  await page.keyboard.press('Control+End');
  await page.keyboard.type('# by keyboard');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('status').getByText('Applied at').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');

  // Out of the page's last part by Tab: nobody is held.
  await pressUntil(page, 'F6', '[data-region=transport]');
  expect(opened.problems()).toEqual([]);
});

test('R asks first when a pod was killed by hand, and Escape leaves everything as it was', async () => {
  await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 } });
  const { page } = opened;
  await page.locator('[role=slider]:not([aria-valuenow="0"])').first().waitFor();
  const clock = (): Promise<string | null> => page.getByRole('slider').first().getAttribute('aria-valuenow');
  const at = await clock();

  await pressUntil(page, 'Tab', 'svg [data-pod]');
  await page.keyboard.press('Shift+F10');
  await page.getByRole('menu').waitFor();
  await page.getByRole('menuitem', { name: /Kill/ }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('is killed').waitFor();

  await page.keyboard.press('r');
  const dialog = page.getByRole('dialog', { name: 'Restart' });
  await dialog.getByText('1 pod killed').waitFor();
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  expect(await clock()).toBe(at);

  await page.keyboard.press('r');
  await dialog.getByRole('button', { name: 'Restart' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('starts again').waitFor();
  // With nothing to lose nobody is asked.
  await page.keyboard.press('r');
  await page.waitForTimeout(200);
  expect(await dialog.count()).toBe(0);
  expect(opened.problems()).toEqual([]);
});
