// A lesson from its question to its proof, in a real browser: with the mouse, with the keyboard alone on a phone, in both languages.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';

import { findAxeViolations, launchBrowser, openPage } from './page.ts';

const route = (language: 'en' | 'ja'): string => `#/${language}/l/20-start-race`;
const button = (page: Page, name: string | RegExp) =>
  page.locator('.lesson').getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });

describe('a lesson', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test('is refuted as it starts, and proved once the app waits for its proxy', async () => {
    await using opened = await openPage(browser, { route: route('en'), viewport: { width: 1440, height: 900 } });
    const { page } = opened;
    await page.getByRole('heading', { name: 'The app starts before its proxy' }).waitFor();
    expect(await findAxeViolations(page)).toEqual([]);

    await button(page, 'Next: Predict').click();
    await page.getByRole('radio', { name: /It waits in the proxy/ }).check();
    await page.getByText('Not quite.').waitFor();
    await page.getByRole('radio', { name: /It is refused at once/ }).check();
    await page.getByText('Right.').first().waitFor();

    await button(page, 'Prove').click();
    await button(page, /^Prove in 50/).click();
    await page.getByText('In schedule 1 this does not hold:').waitFor();
    await button(page, /^Open this run/).click();
    await expect.poll(() => page.locator('.ledger').innerText()).toContain('seed 1');
    await page.getByRole('region', { name: 'Inspector' }).getByText('/config').first().waitFor();

    await button(page, 'Change').click();
    await page.getByText('does not hold').first().waitFor({ state: 'attached' });
    await page.getByLabel('Native sidecar for web').selectOption({ label: 'true' });
    await expect.poll(() => page.locator('.lesson .breaks').count()).toBe(0);
    expect(await findAxeViolations(page)).toEqual([]);

    await button(page, 'Prove').click();
    await button(page, 'Prove again').click();
    await page.getByText('Solved: everything holds in all 50 schedules').waitFor();
    // The picture still shows the run in which it did not hold.
    await button(page, 'Show the judged run').click();
    await expect.poll(() => button(page, 'Show the judged run').count()).toBe(0);
    await expect.poll(() => page.locator('.ledger').innerText()).not.toMatch(/seed 1\b/);

    await page.getByRole('button', { name: 'Lessons', exact: true }).first().click();
    const here = page
      .locator('dialog li')
      .filter({ has: page.getByRole('link', { name: 'The app starts before its proxy' }) });
    expect(await here.innerText()).toMatch(/You are here/);
    expect(await here.locator('.holds').count()).toBe(1);
    expect(await findAxeViolations(page)).toEqual([]);
    expect(opened.problems()).toEqual([]);
  });

  test('keeps what was typed and how far somebody was, and goes back to the sandbox without it', async () => {
    await using opened = await openPage(browser, { route: route('en'), viewport: { width: 1440, height: 900 } });
    const { page } = opened;
    await button(page, 'Change').click();
    await page.getByLabel('Native sidecar for web').selectOption({ label: 'true' });
    await page.reload();
    await page.getByRole('heading', { name: 'Let the app wait' }).waitFor();
    await expect.poll(() => page.getByLabel('Native sidecar for web').inputValue()).toBe('1');

    await page.getByRole('button', { name: 'Lessons', exact: true }).first().click();
    await page.getByRole('link', { name: 'Back to the sandbox' }).click();
    await page.locator('.mode').getByText('Ambient').waitFor();
    expect(await page.locator('.lesson').count()).toBe(0);
    expect(await page.locator('.manifests').innerText()).not.toContain('nativeSidecar');
    expect(opened.problems()).toEqual([]);
  });

  test('can be done on a phone, in Japanese, with forms alone', async () => {
    await using opened = await openPage(browser, {
      route: route('ja'),
      language: 'ja',
      theme: 'dark',
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    const { page } = opened;
    await page.getByRole('heading', { name: 'アプリがプロキシより先に起動する' }).waitFor();
    await button(page, '変更').tap();
    expect(await findAxeViolations(page)).toEqual([]);
    await page.getByLabel('プロキシの起動まで web を待たせる').selectOption({ index: 1 });
    await expect.poll(() => page.locator('.lesson .breaks').count()).toBe(0);
    await button(page, '証明').tap();
    await button(page, /50 通り/).tap();
    await page.getByText('解決：50 通り').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(opened.problems()).toEqual([]);
  });

  test('that is not there is said, and the sandbox stands in its place', async () => {
    await using opened = await openPage(browser, { route: '#/en/l/99-nowhere' });
    await opened.page.getByText('The lesson 99-nowhere is not here').waitFor();
    await opened.page.locator('.stage [data-pod]').first().waitFor();
    expect(opened.problems()).toEqual([]);
  });
});
