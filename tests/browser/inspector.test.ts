// The inspector's looks into the engine: the machines of what is selected, and the API server's objects.

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

test('State draws the machines of a pod, lights the active state, and leads back in time', async () => {
  await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 } });
  const { page } = opened;
  page.setDefaultTimeout(10_000);
  await page.locator('svg [data-pod]').first().click();
  await page.getByRole('tab', { name: 'State' }).click();
  const chart = page.getByRole('img', { name: /^Statechart of kube\.pod; active state: running$/ });
  await chart.waitFor();
  expect(await page.locator('.leaf.active').count()).toBe(1);
  expect(await page.locator('.next').textContent()).toContain('delete');

  // Every step taken can be gone back to; the chart shows that instant.
  await page.locator('.history button').last().click();
  await page.getByRole('img', { name: /active state: sandbox$/ }).waitFor();

  const lives = page.getByRole('radiogroup', { name: 'State machines' });
  await lives.getByRole('radio').first().focus();
  await page.keyboard.press('ArrowRight');
  await page.getByRole('img', { name: /^Statechart of kube\.container/ }).waitFor();
  expect(await findAxeViolations(page)).toEqual([]);
  expect(opened.problems()).toEqual([]);
});

test('Objects lists what kubectl would at the instant shown, and opens one as YAML with its line', async () => {
  await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 } });
  const { page } = opened;
  page.setDefaultTimeout(10_000);
  await page.locator('svg [data-pod]').first().waitFor();
  await page.getByRole('tab', { name: 'Objects' }).click();
  await page.getByRole('button', { name: 'mysql-0', exact: true }).click();
  const yaml = page.locator('.detail pre');
  await expect.poll(() => yaml.textContent()).toMatch(/^apiVersion: v1\nkind: Pod\n/);
  await expect.poll(() => yaml.textContent()).toContain('phase: Running');
  await page.getByRole('button', { name: /^mysql\.yaml:\d+$/ }).click();
  await page.locator('.held-line, textarea').first().waitFor();
  expect(await findAxeViolations(page)).toEqual([]);

  // At the start nothing of the manifests is there yet.
  await page.getByRole('slider', { name: /timeline/i }).focus();
  await page.keyboard.press('Home');
  await page.getByText('It does not exist at this instant.').waitFor();

  await page.getByRole('searchbox', { name: 'Search objects' }).fill('istiod deployment');
  await expect
    .poll(() => page.locator('.list caption').allTextContents())
    .toEqual([expect.stringMatching(/^Deployment/)]);
  expect(opened.problems()).toEqual([]);
});
