// Worlds side by side in a real browser: one workload in several meshes, one time, where they first differ, and the ledger of each.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from 'playwright-core';

import { findAxeViolations, launchBrowser, openPage } from './page.ts';

describe('worlds side by side', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test('show one workload in three meshes at one time, go to the first difference, and leave for one of them', async () => {
    await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 } });
    const { page } = opened;
    await page.locator('.stage [data-pod]').first().waitFor();
    await page.getByRole('button', { name: 'Side by side' }).click();
    const dialog = page.getByRole('dialog', { name: 'One workload, side by side' });
    await dialog.getByRole('checkbox', { name: 'No mesh' }).check();
    await expect.poll(() => dialog.getByRole('region', { name: /^(No mesh|Sidecar|Ambient) / }).count()).toBe(3);

    const slider = dialog.getByRole('slider', { name: 'Time of all worlds' });
    await dialog.getByRole('button', { name: 'Go there' }).first().waitFor();
    await slider.focus();
    await page.keyboard.press('End');
    const row = dialog.getByRole('row', { name: /^Connections per request/ });
    await expect.poll(() => row.getByRole('cell').allInnerTexts()).toEqual(['1', '3', '3']);
    expect(
      await dialog
        .getByRole('row', { name: /^Encrypted on the way/ })
        .getByRole('cell')
        .allInnerTexts(),
    ).toEqual(['0 %', '100 %', '100 %']);

    await dialog.getByRole('button', { name: 'Go there' }).first().press('Enter');
    await expect.poll(async () => Number(await slider.getAttribute('aria-valuenow'))).toBeLessThan(5);
    expect(await findAxeViolations(page)).toEqual([]);

    await dialog
      .getByRole('region', { name: /^Sidecar / })
      .getByRole('button', { name: 'Show this world alone' })
      .click();
    await expect.poll(() => page.getByRole('radio', { name: 'Sidecar' }).isChecked()).toBe(true);
    expect(opened.problems()).toEqual([]);
  });
});
