// What istioctl's analyzers say, in a real browser: beside the other problems, marked in the text, with a link to Istio's page, in
// the language in use, and gone once it is mended.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { findAxeViolations, launchBrowser, openPage } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const lost = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: lost, namespace: shop}
spec:
  hosts: [web]
  gateways: [front]
  http: [{route: [{destination: {host: web}}]}]
`;

const pane = (page: Page) => page.locator('section.manifests');
const english = 'There is no Gateway “front”.';
const japanese = 'Gateway「front」がありません。';

async function openFile(page: Page, name: string, text: string): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/yaml', buffer: Buffer.from(text) });
  await pane(page)
    .getByRole('tab', { name: new RegExp(`^${name}`) })
    .waitFor();
}

test('a Gateway that nobody has is told of at its line, with Istio’s code and a link to its page', async () => {
  await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 } });
  const { page } = opened;
  await page.locator('.stage [data-pod]').first().waitFor({ timeout: 20_000 });
  await openFile(page, 'lost.yaml', lost);

  const problem = pane(page).locator('li', { hasText: english });
  await problem.waitFor({ timeout: 20_000 });
  expect(await problem.getByRole('button', { name: 'lost.yaml:6:14' }).count()).toBe(1);
  const link = problem.getByRole('link', { name: 'IST0101' });
  expect(await link.getAttribute('href')).toBe('https://istio.io/latest/docs/reference/config/analysis/ist0101/');
  expect(await findAxeViolations(page)).toEqual([]);

  // Monaco takes over when somebody goes to the text.
  await page.locator('#file-text textarea').first().focus();
  await page.locator('.monaco-editor .squiggly-error').first().waitFor({ timeout: 20_000 });
  expect(opened.problems()).toEqual([]);
});

test('it is told in Japanese, and in the other language once that is chosen', async () => {
  await using opened = await openPage(browser, { language: 'ja', viewport: { width: 1440, height: 900 } });
  const { page } = opened;
  await page.locator('.stage [data-pod]').first().waitFor({ timeout: 20_000 });
  await openFile(page, 'lost.yaml', lost);
  await pane(page).locator('li', { hasText: japanese }).waitFor({ timeout: 20_000 });
  await page.locator('select').filter({ hasText: 'English' }).first().selectOption({ label: 'English' });
  await pane(page).locator('li', { hasText: english }).waitFor({ timeout: 20_000 });
  expect(opened.problems()).toEqual([]);
});

test('it is gone once the Gateway is there', async () => {
  await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 } });
  const { page } = opened;
  await page.locator('.stage [data-pod]').first().waitFor({ timeout: 20_000 });
  await openFile(page, 'lost.yaml', lost);
  await pane(page).locator('li', { hasText: english }).waitFor({ timeout: 20_000 });
  const gateway = `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: front, namespace: shop}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}
`;
  await openFile(page, 'front.yaml', gateway);
  await pane(page).locator('li', { hasText: english }).waitFor({ state: 'detached', timeout: 20_000 });
});
