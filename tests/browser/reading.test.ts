// What one reads beside the picture: what is simplified, in which words decisions and transitions are told, how large the text is.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { launchBrowser, openPage } from './page.ts';
import { openScene } from './scene.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const panel = (page: Page, at: number): Promise<void> => page.locator('.inspector [role=tab]').nth(at).click();

test('a caution mark opens the ledger at the row that says what is simplified', async () => {
  await using opened = await openScene(browser);
  const { page } = opened;
  await page.locator('.lines button').nth(1).click();
  await page.locator('[data-caution="net.delays"]').click();
  const row = page.getByRole('dialog').locator('.held');
  await row.getByText('Delays are drawn').waitFor();
  expect(await row.getAttribute('id')).toBe('fidelity/net.delays');
  expect(opened.problems()).toEqual([]);
});

test('what a proxy holds leads to the manifest line behind it, and a link opens the ledger at a rule', async () => {
  await using opened = await openScene(browser);
  const { page } = opened;
  await panel(page, 6);
  const config = page.getByRole('tabpanel');
  await config.getByText('services', { exact: true }).click();
  await config.getByRole('searchbox').fill('shop orders');
  await config.getByRole('button', { name: 'orders', exact: true }).click();
  await config.locator('pre').getByText('hostname: orders.shop.svc.cluster.local').waitFor();
  await config.getByText('istioctl ztunnel-config service').waitFor();
  await config.locator('.origin .link').click();
  await page.locator('.manifests [role=tab][aria-selected=true]', { hasText: 'orders.yaml' }).waitFor();

  await page.evaluate(() => (location.hash = '#fidelity/ztunnel.outbound.by-service'));
  const row = page.getByRole('dialog').locator('.held');
  await row.getByText('upstream cases').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => new URL(page.url()).hash).toBe('');
  expect(opened.problems()).toEqual([]);
});

test('in Japanese decisions and transitions are told in Japanese, names as they are', async () => {
  await using opened = await openScene(browser, { language: 'ja' });
  const { page } = opened;
  await page.locator('input[name=mesh-mode][value=sidecar]').check({ force: true });
  await page.locator('[data-pod]').first().waitFor();
  await panel(page, 3);
  await page.locator('.inspector input[type=search], .inspector input.field').first().fill('外向き');
  await page.getByRole('log').getByText('ルート設定').first().waitFor();

  await page.locator('[data-pod]').first().click();
  await panel(page, 2);
  await page.locator('.chart svg').waitFor();
  const tips = await page.locator('.chart .arc title').allTextContents();
  expect(tips.length).toBeGreaterThan(0);
  expect(tips.filter((tip) => /\b(after [A-Za-z]|always|done)\b/.test(tip))).toEqual([]);
  expect(opened.problems()).toEqual([]);
});

test('Monaco’s text is as large as the page’s: half as large again for the back row', async () => {
  await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 } });
  const { page } = opened;
  const size = (): Promise<string> =>
    page.locator('.monaco-editor .view-lines').evaluate((lines) => getComputedStyle(lines).fontSize);
  await page.locator('.manifests textarea.mono').focus();
  await page.locator('.monaco-editor .view-line').first().waitFor();
  expect(await size()).toBe('12px');
  await page.getByLabel('Theme').selectOption('projector');
  await expect.poll(size).toBe('18px');
  await page.getByLabel('Theme').selectOption('light');
  await expect.poll(size).toBe('12px');
});
