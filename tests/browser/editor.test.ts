// The manifests pane in a real browser: help while typing, a history over all files, honest counts, no keyboard trap, forms on phones.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findAxeViolations, launchBrowser } from './page.ts';
import { openScene, shareScene, startAgain } from './scene.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const scene = shareScene(() => browser);

const pane = (page: Page) => page.locator('section.manifests');
const inPane = (page: Page, name: string) => pane(page).getByRole('button', { name, exact: true });
const tab = (page: Page, name: string) => pane(page).getByRole('tab', { name: new RegExp(`^${name}`) });
/** The latest of them. */
const notice = (page: Page) => page.locator('.notice [role=status] p').last();
const focusIsIn = (page: Page, selector: string) =>
  page.evaluate((inside) => document.activeElement?.closest(inside) !== null, selector);

/** Opens a file that is not there yet, with this text, in Monaco. */
async function openFile(page: Page, name: string, text: string): Promise<void> {
  await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/yaml', buffer: Buffer.from(text) });
  await tab(page, name).waitFor();
}

/** Monaco, with the focus and the cursor at the end of the open file. */
async function enterMonaco(page: Page): Promise<void> {
  await page.locator('#file-text textarea').first().focus();
  await page.locator('.monaco-editor .view-line').first().waitFor({ timeout: 20_000 });
  await page.locator('.monaco-editor').first().click();
  await page.keyboard.press('Control+End');
}

const monacoText = (page: Page) =>
  page.evaluate(
    () =>
      JSON.parse(localStorage.getItem('meshscope.sandbox.v1') ?? '{}') as { files?: { path: string; text: string }[] },
  );
async function textOf(page: Page, path: string): Promise<string | undefined> {
  return (await monacoText(page)).files?.find((file) => file.path === path)?.text;
}

const suggestions = (page: Page) => page.locator('.suggest-widget .monaco-list-row');

const POLICY = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny-all, namespace: shop}
spec: {}
`;

describe('help while typing', () => {
  test('Ctrl+Space offers fields, values and names of the world; a choice is written', async () => {
    const page = await startAgain(await scene());
    await openFile(
      page,
      'policy.yaml',
      POLICY.replace(
        'spec: {}\n',
        'spec:\n  action: ALLOW\n  rules:\n  - from:\n    - source:\n        principals:\n        - ',
      ),
    );
    await enterMonaco(page);
    await page.keyboard.press('Control+Space');
    await expect.poll(() => suggestions(page).allTextContents()).toContain('cluster.local/ns/shop/sa/web');
    await page.keyboard.type('/sa/web');
    await expect.poll(() => suggestions(page).first().textContent()).toBe('cluster.local/ns/shop/sa/web');
    await page.keyboard.press('Enter');
    await expect.poll(() => textOf(page, 'policy.yaml')).toMatch(/ {8}- cluster\.local\/ns\/shop\/sa\/web$/);
  });

  test('Ctrl+K Ctrl+I explains a field in Japanese; a snippet writes a whole object', async () => {
    await using opened = await openScene(browser, { language: 'ja' });
    const { page } = opened;
    await openFile(page, 'policy.yaml', `${POLICY}---\n`);
    await enterMonaco(page);
    await page.keyboard.press('Control+Home');
    for (let line = 1; line < 4; line += 1) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Control+K');
    await page.keyboard.press('Control+I');
    await page.locator('.monaco-hover').getByText('誰が何をしてよいか').waitFor();
    await page.keyboard.press('Escape');
    expect(await focusIsIn(page, '.monaco-editor')).toBe(true);

    await page.keyboard.press('Control+End');
    await page.keyboard.type('strict');
    await suggestions(page).getByText('STRICT').first().waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => textOf(page, 'policy.yaml')).toContain('kind: PeerAuthentication');
    expect(opened.problems()).toEqual([]);
  });

  test('Enter after a word that is complete begins a new line', async () => {
    const page = await startAgain(await scene());
    await openFile(page, 'typed.yaml', '# typed\n');
    await enterMonaco(page);
    await page.keyboard.type('apiVersion: security.istio.io/v1\nkind: PeerAuthentication\n', { delay: 25 });
    await expect
      .poll(() => textOf(page, 'typed.yaml'))
      .toBe('# typed\napiVersion: security.istio.io/v1\nkind: PeerAuthentication\n');
  });
});

describe('typing', () => {
  test('the line after the first key of an item stands under that key', async () => {
    const page = await startAgain(await scene());
    await openFile(page, 'typed.yaml', 'rules:\n- from:\n');
    await enterMonaco(page);
    await page.keyboard.type('  - source:\nnamespaces:', { delay: 25 });
    await expect.poll(() => textOf(page, 'typed.yaml')).toBe('rules:\n- from:\n  - source:\n      namespaces:');
  });
});

describe('problems', () => {
  test('F8 walks through them over all files; all fixes are made at once', async () => {
    const page = await startAgain(await scene());
    await openFile(page, 'a.yaml', 'apiVersion： v1\nkind: ConfigMap\nmetadata: {name: a}\n');
    await openFile(page, 'b.yaml', 'apiVersion: v1\nkind:　ConfigMap\nmetadata: {name: b}\n');
    await enterMonaco(page);
    await inPane(page, 'Fix all 2').waitFor();
    await page.keyboard.press('Control+Home');
    await page.keyboard.press('F8');
    await expect.poll(() => notice(page).textContent()).toMatch(/^b\.yaml:2: /);
    await page.keyboard.press('F8');
    await expect.poll(() => tab(page, 'a.yaml').getAttribute('aria-selected')).toBe('true');
    await inPane(page, 'Fix all 2').click();
    await page.getByText('No problems.').waitFor();
    await expect.poll(() => textOf(page, 'a.yaml')).toBe('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n');
  });

  test('one document with several mistakes is one rejected object, said when it is applied; the rest goes on', async () => {
    const page = await startAgain(await scene());
    await openFile(
      page,
      'broken.yaml',
      'kind: Pod\n- a\n b: [1\nc: "x\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: fine, namespace: shop}\n---\napiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: f, namespace: shop}\nspec: {}\n',
    );
    await inPane(page, 'Apply').click();
    await expect
      .poll(() => notice(page).textContent())
      .toMatch(/1 rejected\. .*the rest goes on\..*not simulated: Telemetry/);
    await pane(page)
      .locator('.rejected', { hasText: /^\s*1 object/ })
      .waitFor();

    // Another Apply at the same instant is told by what itself did.
    const more = ['a', 'b', 'c'].map(
      (name) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: shop}\n`,
    );
    await openFile(page, 'more.yaml', more.join('---\n'));
    await inPane(page, 'Apply').click();
    await expect.poll(() => notice(page).textContent()).toMatch(/: 3 objects created or changed, 1 rejected\./);
  });

  test('a file that is too large is said so; what is wrong elsewhere stays', async () => {
    const page = await startAgain(await scene());
    await openFile(page, 'large.yaml', '#'.repeat(2_000_001));
    await openFile(page, 'wrong.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nwrong: 1\n');
    await pane(page)
      .getByText(/This file has 2[,.]?000[,.]?001 characters/)
      .waitFor();
    await inPane(page, 'wrong.yaml:4:1').waitFor();
  });
});

describe('one history over all files', () => {
  test('closing, renaming, Reset and typing are taken back by Ctrl+Z outside the text', async () => {
    const page = await startAgain(await scene());
    await openFile(page, 'mine.yaml', POLICY);
    await inPane(page, 'Close mine.yaml').click();
    await expect.poll(() => tab(page, 'mine.yaml').count()).toBe(0);
    await page.keyboard.press('Control+z');
    await tab(page, 'mine.yaml').waitFor();

    await tab(page, 'mine.yaml').focus();
    await page.keyboard.press('F2');
    await page.keyboard.type('renamed.yaml');
    await page.keyboard.press('Enter');
    await tab(page, 'renamed.yaml').waitFor();
    expect(await focusIsIn(page, '#file-text')).toBe(true);

    await inPane(page, 'Reset').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('renamed.yaml').waitFor();
    await dialog.getByRole('button', { name: 'Throw them away' }).click();
    await expect.poll(() => tab(page, 'renamed.yaml').count()).toBe(0);
    await page.locator('.notice').getByRole('button', { name: 'Undo' }).click();
    await tab(page, 'renamed.yaml').waitFor();

    await tab(page, 'renamed.yaml').focus();
    await page.keyboard.press('Control+z');
    await tab(page, 'mine.yaml').waitFor();
    await page.keyboard.press('Control+Shift+Z');
    await tab(page, 'renamed.yaml').waitFor();
  });

  test("the editor's own undo does not make steps of its own", async () => {
    const page = await startAgain(await scene());
    await openFile(page, 'mine.yaml', POLICY);
    await enterMonaco(page);
    await page.keyboard.type('# x');
    await expect.poll(() => textOf(page, 'mine.yaml')).toBe(`${POLICY}# x`);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await expect.poll(() => textOf(page, 'mine.yaml')).toBe(POLICY);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+z');
    await expect.poll(() => tab(page, 'mine.yaml').count()).toBe(0);
  });
});

describe('notices', () => {
  test('stand beside each other until they are put away; one that takes back does so while it can', async () => {
    const page = await startAgain(await scene());
    const said = page.locator('.notice [role=status] p');
    const undo = page.locator('.notice').getByRole('button', { name: 'Undo' });
    await openFile(page, 'mine.yaml', 'a:\n    b: 1\n');
    await tab(page, 'orders.yaml').click();
    await pane(page).getByRole('button', { name: 'Close orders.yaml' }).click();
    await expect.poll(() => said.allTextContents()).toHaveLength(2);
    expect(await undo.count()).toBe(1);
    await tab(page, 'mine.yaml').click();
    await inPane(page, 'Format').click();
    await expect.poll(() => said.last().textContent()).toBe('mine.yaml is formatted.');
    expect((await said.allTextContents())[1]).toContain('orders.yaml is closed.');
    expect(await undo.count()).toBe(0);
    await page.locator('.notice').getByRole('button', { name: 'Dismiss' }).first().click();
    expect(await said.count()).toBe(2);
  });
});

describe('files', () => {
  test('a new file is named, then written; its tab is in view, and every file is in the list', async () => {
    const page = await startAgain(await scene());
    await inPane(page, 'New file').click();
    await page.keyboard.type('deny.yaml');
    await page.keyboard.press('Enter');
    expect(await focusIsIn(page, '#file-text')).toBe(true);
    const [own, strip] = [await tab(page, 'deny.yaml').boundingBox(), await pane(page).locator('.strip').boundingBox()];
    expect(own?.x ?? 0).toBeGreaterThanOrEqual(strip?.x ?? Infinity);
    expect((own?.x ?? 0) + (own?.width ?? Infinity)).toBeLessThanOrEqual((strip?.x ?? 0) + (strip?.width ?? 0) + 1);

    await inPane(page, 'All files').click();
    await page.getByRole('menuitem', { name: 'orders.yaml', exact: true }).click();
    expect(await tab(page, 'orders.yaml').getAttribute('aria-selected')).toBe('true');
    expect(await pane(page).getByRole('button', { name: 'Close orders.yaml' }).getAttribute('title')).toContain(
      'Apply deletes',
    );
  });

  test('Format keeps comments, Compare shows what differs from the start', async () => {
    const page = await startAgain(await scene());
    await openFile(page, 'mine.yaml', 'a:\n    b: 1   # one\n');
    // Pressed while the file's problems are being found: the button must stay under the press.
    await inPane(page, 'Format').click({ delay: 600 });
    await expect.poll(() => textOf(page, 'mine.yaml')).toBe('a:\n  b: 1 # one\n');
    await inPane(page, 'Compare').click();
    await page.locator('.monaco-diff-editor .line-insert').first().waitFor();
    expect(await findAxeViolations(page)).toEqual([]);
    await inPane(page, 'Compare').click();
    // What Monaco makes from now on does not rest on what is closed.
    await enterMonaco(page);
    await page.keyboard.press('Control+f');
    await page.locator('.find-widget').first().waitFor();
    await page.keyboard.press('Escape');
  });
});

describe('a line that was asked for', () => {
  test('is marked until something else is selected', async () => {
    const page = await startAgain(await scene());
    await openFile(page, 'wrong.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nwrong: 1\n');
    await enterMonaco(page);
    await inPane(page, 'wrong.yaml:4:1').click();
    await page.locator('.monaco-editor .held-line').waitFor();
    await page.locator('.stage [data-pod]').first().click();
    await expect.poll(() => page.locator('.monaco-editor .held-line').count()).toBe(0);
  });
});

describe('the Tab key', () => {
  test('moves the focus until somebody types, and again at the next visit', async () => {
    await using opened = await openScene(browser);
    const { page } = opened;
    await enterMonaco(page);
    await page.keyboard.press('Tab');
    expect(await focusIsIn(page, '.monaco-editor')).toBe(false);
    await page.keyboard.press('Shift+Tab');
    expect(await focusIsIn(page, '.monaco-editor')).toBe(true);
    await page.keyboard.type('x');
    await inPane(page, 'Tab: indent Ctrl+M').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    await inPane(page, 'Tab: focus Ctrl+M').waitFor();
  });
});

describe('on a phone', () => {
  test('the most used fields are a form, bound to their places in the text', async () => {
    await using opened = await openScene(browser, { viewport: { width: 390, height: 844 } });
    const { page } = opened;
    await page.getByRole('navigation').getByRole('button', { name: 'Manifests' }).click();
    await tab(page, 'orders.yaml').click();
    const before = await page.locator('textarea.mono').inputValue();
    await inPane(page, 'Form').click();
    await pane(page).getByLabel('replicas').fill('5');
    await pane(page).getByLabel('replicas').press('Tab');
    expect(await findAxeViolations(page)).toEqual([]);
    await inPane(page, 'Form').click();
    expect(await page.locator('textarea.mono').inputValue()).toBe(before.replace('replicas: 3', 'replicas: 5'));
    await inPane(page, 'Apply').click();
    await expect.poll(() => notice(page).textContent()).toMatch(/1 object created or changed/);
    expect(opened.problems()).toEqual([]);
  });
});
