// The explanation of a request that a policy denies: the reason is read without scrolling, the way to it by keyboard.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findAxeViolations, launchBrowser, openPage, type OpenedPage } from './page.ts';

const policy = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny-web, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  action: DENY
  rules:
  - from:
    - source: {principals: ["*/sa/web"]}
`;

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true });

/** The page with the policy among its manifests, on a request that it denied: found by what its ztunnel says of it. */
async function openDenied(viewport = { width: 1440, height: 900 }): Promise<OpenedPage> {
  const opened = await openPage(browser, { viewport });
  const { page } = opened;
  page.setDefaultTimeout(8_000);
  await page.locator('[data-pod]').first().waitFor({ timeout: 20_000 });
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'deny.yaml', mimeType: 'text/yaml', buffer: Buffer.from(policy) });
  await page.getByRole('button', { name: 'Restart', exact: true }).click();
  await page.getByRole('slider', { name: 'Timeline' }).focus();
  await page.keyboard.press('End');
  await tab(page, 'Log').click();
  await page.getByRole('searchbox').fill('explicitly denied by');
  await page.locator('.log .row').last().click({ timeout: 20_000 });
  await tab(page, 'Why').click();
  await page.locator('.verdict .link').waitFor();
  return opened;
}

describe('a request that a policy denies in ambient mode', () => {
  test('names the rule, its place and its line before anybody scrolls', async () => {
    await using opened = await openDenied();
    const { page } = opened;
    const verdict = page.locator('.verdict');
    await expect.poll(() => verdict.textContent()).toMatch(/O\d\s*ztunnel\s*denied.*DENY policy shop\/deny-web/s);
    expect(await verdict.locator('.link').textContent()).toMatch(/^deny\.yaml:\d+$/);
    const panel = await page.locator('.inspector .panel').boundingBox();
    for (const telling of [verdict.locator('.link'), page.locator('.steps > li.culprit .decision .link').first()]) {
      const box = await telling.boundingBox();
      expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual((panel?.y ?? 0) + (panel?.height ?? 0));
    }
    expect(await page.locator('.steps > li').count()).toBe(3);
    expect(await page.locator('.steps > li').last().getAttribute('class')).toContain('culprit');
    expect(await findAxeViolations(page)).toEqual([]);
    expect(opened.problems()).toEqual([]);
  });

  test('is walked through by arrow keys, and a message of its tunnel stays in its sequence', async () => {
    await using opened = await openDenied();
    const { page } = opened;
    const stations = page.locator('.steps .stop');
    await stations.first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await stations.nth(2).evaluate((station) => station === document.activeElement)).toBe(true);
    await page.keyboard.press('Home');
    expect(await stations.first().evaluate((station) => station === document.activeElement)).toBe(true);

    const title = page.locator('.inspector .title');
    const request = await title.textContent();
    await tab(page, 'Sequence').click();
    await page.locator('.message', { hasText: 'CONNECT' }).click();
    expect(await title.textContent()).toBe(request);
    await expect.poll(() => page.locator('.message', { hasText: '401' }).count()).toBe(1);
    expect(await page.locator('.message.selected').textContent()).toContain('CONNECT');
    const focused = (): Promise<string | null> => page.evaluate(() => document.activeElement?.textContent ?? null);
    for (let rows = 0; rows < 4 && !/401\s+HEADERS/.test((await focused()) ?? ''); rows += 1)
      await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.locator('.message.selected').textContent()).toContain('401');
    expect(await findAxeViolations(page)).toEqual([]);
    expect(opened.problems()).toEqual([]);
  });
});
