// In ambient mode a policy with a selector comes too late for connections that are open. The page says so where one would wonder.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { launchBrowser, openPage } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const POLICY = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny-web, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  action: DENY
  rules: [{from: [{source: {principals: ["*/sa/web"]}}]}]
`;

test('an Apply says which open connections a policy passes by, and Why says it of a request on one', async () => {
  await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 } });
  const { page } = opened;
  await page.locator('[role=slider]:not([aria-valuenow="0"])').first().waitFor();
  const text = page.locator('.manifests textarea.mono');
  await text.fill(`${await text.inputValue()}---\n${POLICY}`);
  await page.keyboard.press('Control+Enter');
  const status = page.locator('.notice [role=status]');
  await expect
    .poll(() => status.textContent(), { timeout: 15_000 })
    .toMatch(/shop\/deny-web has a selector.*\d+ connections? open now/);

  // A later request from web to orders rides on a connection that was let in before.
  await page.getByRole('slider').first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.getByRole('tab', { name: 'Log', exact: true }).click();
  await page.locator('.inspector input[type=search], .inspector input.field').first().fill('asks GET http://orders');
  await page
    .locator('.inspector')
    .getByText(/^\d+ events?$/)
    .waitFor(); // the search is through
  await page.getByRole('log').getByRole('button').last().click();
  await page.getByRole('tab', { name: 'Why' }).click();
  await page
    .locator('[data-not-reaching]')
    .getByText(/deny-web came at .*after this connection was let in/)
    .waitFor();
  expect(opened.problems()).toEqual([]);
});
