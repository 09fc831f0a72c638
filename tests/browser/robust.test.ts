// What can go wrong around the page: the simulation dies, storage is full or forbidden, two tabs edit at once, the network goes,
// the browser is too old. Each time a sentence, nothing lost, a way on.

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

import { killWorkers } from '../tools/screens.ts';
import { launchBrowser, openPage, reportProblems } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const SETTINGS = { viewport: { width: 1440, height: 900 } } as const;
const wide = { isNarrow: false };

/** Adds a line to the file in front, as typing does; the plain field is there before Monaco is. */
async function edit(page: Page, text: string): Promise<void> {
  const field = page.locator('.manifests textarea.mono').first();
  await field.fill(`${await field.inputValue()}\n# ${text}\n`);
}

async function tab(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(inject('pageUrl'), { waitUntil: 'load' });
  await page.locator('[data-pod]').first().waitFor();
  return page;
}

/** What the editor shows of the open file, whichever editor holds it. */
async function shown(page: Page): Promise<string> {
  const [field, lines] = [page.locator('.manifests textarea.mono'), page.locator('.manifests .view-lines')];
  const text = (await lines.count()) > 0 ? await lines.first().innerText() : await field.first().inputValue();
  return text.replaceAll('\u00a0', ' ');
}

const kept = (page: Page): Promise<string> =>
  page.evaluate(() =>
    Object.keys(localStorage)
      .map((key) => localStorage.getItem(key))
      .join(),
  );

test('when the simulation dies the page says so, keeps the edits and starts again', async () => {
  await using opened = await openPage(browser, SETTINGS);
  const { page } = opened;
  await page.locator('[data-pod]').first().waitFor();
  await edit(page, 'mine');
  await killWorkers(page, wide);
  const alert = page.locator('.trouble [role=alert]');
  await alert.getByText('The simulation has died.').waitFor();
  expect(await alert.locator('pre').innerText()).toMatch(/seed 7, Istio 1\.31/);
  await alert.getByRole('button', { name: 'Start again' }).click();
  await alert.waitFor({ state: 'detached' });
  await page.locator('[data-pod]').first().waitFor();
  expect(await shown(page)).toContain('# mine');
});

test('edits are kept after a moment, which the page shows, and are there again at the next visit', async () => {
  await using opened = await openPage(browser, SETTINGS);
  const { page } = opened;
  await page.locator('[data-pod]').first().waitFor();
  await edit(page, 'for later');
  await page.locator('[data-keeping=kept]').waitFor();
  await page.reload();
  await page.locator('[data-pod]').first().waitFor();
  expect(await page.locator('.manifests textarea.mono').first().inputValue()).toContain('# for later');
});

for (const [what, spoil] of [
  [
    'full',
    () => {
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    },
  ],
  [
    'forbidden',
    () =>
      Object.defineProperty(globalThis, 'localStorage', {
        get() {
          throw new DOMException('forbidden', 'SecurityError');
        },
      }),
  ],
] as const)
  test(`with ${what} storage the page works, says that nothing is kept, and offers a file`, async () => {
    const context = await browser.newContext({ ...SETTINGS, locale: 'en-GB' });
    await context.addInitScript(spoil);
    const page = await tab(context);
    await edit(page, 'unkept');
    await page.locator('[data-keeping=refused]').waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save as a file' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('meshscope.yaml');
    await page.getByLabel('Theme').selectOption('dark');
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await context.close();
  });

test('two tabs that edit the same manifests lose nothing: the second keeps its own beside, and somebody chooses', async () => {
  const context = await browser.newContext({ ...SETTINGS, locale: 'en-GB' });
  const [first, second] = [await tab(context), await tab(context)];
  await edit(first, 'from the first tab');
  await first.locator('[data-keeping=kept]').waitFor();
  await edit(second, 'from the second tab');
  await second.locator('.trouble [role=alert]').getByText('Another tab has kept other manifests.').waitFor();
  const both = await kept(second);
  expect(both).toContain('from the first tab');
  expect(both).toContain('from the second tab');

  await second.getByRole('button', { name: /^The other tab’s/ }).click();
  await second.locator('.trouble [role=alert]').waitFor({ state: 'detached' });
  await expect.poll(() => shown(second)).toContain('from the first tab');
  expect(await shown(second)).not.toContain('from the second tab');
  await context.close();
});

test('without a network after the page has loaded everything goes on, and no request leaves its origin', async () => {
  const context = await browser.newContext({ ...SETTINGS, locale: 'en-GB' });
  const problems = await reportProblems(context);
  const foreign: string[] = [];
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http') && origin !== new URL(inject('pageUrl')).origin) foreign.push(request.url());
  });
  const page = await tab(context);
  await page.waitForTimeout(6_000); // what is asked for late is loaded ahead
  await context.setOffline(true);
  await page.getByLabel('Language').selectOption('ja');
  await page.locator('html[lang=ja]').waitFor();
  await page.locator('[data-opens=fidelity]').click();
  await page.getByRole('dialog').getByText('TCP のウィンドウ').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('input[name=mesh-mode][value=sidecar]').check({ force: true });
  await edit(page, 'offline');
  await page.locator('[data-keeping=kept]').waitFor();
  expect(foreign).toEqual([]);
  expect(problems().filter((problem) => problem.startsWith('uncaught'))).toEqual([]);
  await context.close();
});

test('a browser that lacks what the page needs is told so in both languages', async () => {
  const context = await browser.newContext(SETTINGS);
  await context.addInitScript(() => {
    Object.defineProperty(Array.prototype, 'toSorted', { value: undefined });
  });
  const page = await context.newPage();
  await page.goto(inject('pageUrl'), { waitUntil: 'load' });
  await expect.poll(() => page.locator('.unstarted').isVisible(), { timeout: 8_000 }).toBe(true);
  expect(await page.locator('.unstarted').innerText()).toMatch(/has not started[\s\S]*起動できませんでした/);
  await context.close();
});

test('where scripts are switched off the page says what it is, in both languages', async () => {
  const context = await browser.newContext({ ...SETTINGS, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(inject('pageUrl'), { waitUntil: 'load' });
  expect(await page.locator('body').innerText()).toMatch(/needs JavaScript[\s\S]*JavaScript\s+が必要/);
  await context.close();
});

test('a notice and its action follow the language; the theme and what is selected stay', async () => {
  await using opened = await openPage(browser, SETTINGS);
  const { page } = opened;
  await page.locator('.lines button').nth(1).click();
  await page.getByLabel('Theme').selectOption('projector');
  await page.getByRole('button', { name: 'Restart', exact: true }).click();
  await page.getByRole('status').getByText('starts again').waitFor();
  await page.getByLabel('Language').selectOption('ja');
  await page.locator('html[lang=ja]').waitFor();
  expect(await page.locator('.notice').innerText()).toMatch(/実行/);
  expect(await page.locator('.notice').innerText()).not.toMatch(/[A-Za-z]{4,}/);
  expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('projector');
  expect(opened.problems()).toEqual([]);
});
