// The race finder in a real browser: from a property to the run that breaks it, by a link to the same run, and away from a search
// that takes too long.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';

import { findAxeViolations, launchBrowser, openPage } from './page.ts';

const figures = (page: Page): Promise<string> => page.locator('.ledger').innerText();
const subject = (page: Page): Promise<string> => page.getByRole('region', { name: 'Inspector' }).innerText();

describe('the race finder', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test('finds the delay after which an answer is late, opens that run, and a link shows the same', async () => {
    await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 } });
    const { page } = opened;
    await page.locator('.stage [data-pod]').first().waitFor();
    await page.keyboard.press('u');
    const dialog = page.locator('dialog');
    await dialog
      .getByRole('combobox', { name: 'What must hold' })
      .selectOption({ label: 'Every request is answered in time' });
    await dialog.getByRole('button', { name: 'Find', exact: true }).click();
    await dialog.getByText('Fill in what is marked').waitFor();
    await dialog.getByRole('textbox', { name: 'within' }).fill('6ms');
    await dialog.getByRole('combobox', { name: 'from', exact: true }).selectOption('shop/report');
    await dialog.getByRole('button', { name: 'Find', exact: true }).click();
    await dialog.getByText('One unlucky delay is enough:').waitFor();
    expect(await dialog.innerText()).toContain('got an answer later than 6 ms');
    expect(await findAxeViolations(page)).toEqual([]);
    const href = await dialog.getByRole('link', { name: 'Link to this run' }).getAttribute('href');
    await dialog.getByRole('button', { name: /^Open the failing run where it is decided/ }).click();
    await page.getByText('An unlucky run: 1 wait comes out otherwise').waitFor();
    await expect.poll(() => subject(page)).toContain('HBONE');
    await expect.poll(() => subject(page)).not.toContain('Asking the engine');
    const [saw, counted] = [await subject(page), await figures(page)];

    await using linked = await openPage(browser, { route: href ?? '', viewport: { width: 1440, height: 900 } });
    await linked.page.getByText('An unlucky run: 1 wait comes out otherwise').waitFor();
    await expect.poll(() => subject(linked.page)).toBe(saw);
    await expect.poll(() => figures(linked.page)).toBe(counted);
    await linked.page.locator('.notice').getByRole('button', { name: 'Restart' }).click();
    await expect.poll(() => linked.page.locator('.notice').innerText()).not.toContain('unlucky');
    expect([...opened.problems(), ...linked.problems()]).toEqual([]);
  });

  test('is cancelled at once, on a phone, in Japanese; a link that cannot be read is said', async () => {
    await using opened = await openPage(browser, {
      route: '#/ja/~nonsense',
      language: 'ja',
      theme: 'dark',
      viewport: { width: 390, height: 844 },
      hasTouch: true,
    });
    const { page } = opened;
    await page.getByText('リンクにある実行の指定を読み取れません').waitFor();
    await page.locator('.clock').tap();
    await page.getByRole('button', { name: '競合を探す …' }).tap();
    const dialog = page.locator('dialog');
    await dialog
      .getByRole('combobox', { name: '成り立つべきこと' })
      .selectOption({ label: 'コンテナーが再起動しない' });
    await dialog.getByRole('button', { name: '探す', exact: true }).tap();
    await dialog
      .getByText(/待ち時間を一つずつ/)
      .first()
      .waitFor({ state: 'attached' });
    await dialog.getByRole('button', { name: '中止' }).tap();
    await dialog.locator('.verdict').getByText('で中止しました').waitFor();
    expect(await findAxeViolations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(opened.problems()).toEqual([]);
  });
});
