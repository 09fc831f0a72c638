// What people do with the page, in a real browser: watch, ask why, edit, break things, by mouse and by keyboard alone.

import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { launchBrowser, openPage } from './page.ts';
import { clock, openScene, shareScene, startAgain, timeline } from './scene.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const scene = shareScene(() => browser);

const notice = (page: Page): Promise<string | null> => page.locator('.notice [role=status]').textContent();
const button = (page: Page, name: string | RegExp): Locator => page.getByRole('button', { name, exact: true });
const stagePods = (page: Page): Locator => page.locator('svg [data-pod]');

describe('watching', () => {
  test('the page opens at a telling moment, plays, pauses, and steps both ways', async () => {
    const page = await scene();
    expect(await stagePods(page).count()).toBeGreaterThanOrEqual(9);

    const before = await clock(page);
    await button(page, 'Play').click();
    await expect.poll(() => clock(page)).toBeGreaterThan(before);
    await button(page, 'Pause').click();
    const paused = await clock(page);
    await page.waitForTimeout(200);
    expect(await clock(page)).toBe(paused);

    await button(page, 'Next event').click();
    await button(page, 'Next event').click();
    const stepped = await clock(page);
    expect(stepped).toBeGreaterThanOrEqual(paused);
    await button(page, 'Previous event').click();
    await button(page, 'Previous event').click();
    expect(await clock(page)).toBeLessThanOrEqual(stepped);
  });

  test('seeking shows the state of that instant: at the start no pod is ready', async () => {
    const page = await scene();
    await timeline(page).focus();
    await page.keyboard.press('Home');
    expect(await clock(page)).toBe(0);
    await expect.poll(() => page.locator('.ledger b').first().textContent()).toMatch(/^0\//);
    await page.keyboard.press('End');
    await expect.poll(() => clock(page)).toBeGreaterThan(1);
  });

  test('versions, seed and figures are on screen', async () => {
    const page = await scene();
    await expect.poll(() => page.locator('footer').textContent()).toMatch(/Istio 1\.31.*Kubernetes 1\.34.*seed 7/s);
  });
});

describe('asking why', () => {
  test('a request is explained place by place, and a link leads to the manifest line', async () => {
    const page = await startAgain(await scene());
    await page.getByRole('button', { name: /asks/ }).first().click();
    await page.locator('.steps li').nth(1).waitFor();
    await expect.poll(() => page.locator('.steps').textContent()).toContain('ztunnel');
    const link = page.locator('.steps .link').first();
    await link.click();
    await page.locator('.held-line, textarea').first().waitFor();

    await page.getByRole('tab', { name: 'Sequence' }).click();
    await expect.poll(() => page.locator('.message').count()).toBeGreaterThanOrEqual(4);
    await page.getByRole('tab', { name: 'Log', exact: true }).click();
    await page.getByRole('searchbox').fill('ClientHello');
    await expect.poll(() => page.locator('.log .count').textContent()).not.toMatch(/^0 /);
    await page.locator('.log .row').first().click();
    await page.getByRole('tab', { name: 'Why' }).click();
    await expect.poll(() => page.locator('.chain').textContent()).toContain('ClientHello');
  });

  test('a sentence changes its language, the selection stays', async () => {
    const page = await startAgain(await scene());
    await page.getByRole('button', { name: /asks/ }).first().click();
    await page.locator('.steps').waitFor();
    const at = await clock(page);
    await page.getByRole('combobox', { name: 'Language' }).selectOption('ja');
    await page.getByRole('tab', { name: '理由' }).waitFor();
    expect(await page.locator('.steps li').count()).toBeGreaterThan(1);
    expect(await clock(page)).toBe(at);
    expect(await page.locator('html').getAttribute('lang')).toBe('ja');
    await page.locator('header select.choice').selectOption('en');
  });
});

describe('changing', () => {
  test('Ctrl+Enter applies an edit at the present instant; the past stays', async () => {
    await using opened = await openScene(browser);
    const { page } = opened;
    const pods = await stagePods(page).count();
    await page.getByRole('tab', { name: /web\.yaml/ }).click();
    await retypeLineEnd(page, /replicas: 3/, 1, '5');
    await expect.poll(() => button(page, 'Apply').isEnabled()).toBe(true);
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => notice(page)).toContain('Applied at');
    expect(await stagePods(page).count()).toBe(pods);
    await timeline(page).focus();
    await page.keyboard.press('End');
    await expect.poll(() => stagePods(page).count(), { timeout: 20_000 }).toBe(pods + 2);
  });

  test('a full-width colon is named at its place, mended by its fix, and survives a reload until then', async () => {
    await using opened = await openScene(browser);
    const { page } = opened;
    await page.getByRole('tab', { name: /namespace\.yaml/ }).click();
    await retypeLineEnd(page, /^kind:/, 'kind: Namespace'.length, 'kind： Namespace');
    await page.getByText('namespace.yaml:2:5').waitFor();
    await page.waitForTimeout(1_000);
    await page.reload();
    await page.getByText('namespace.yaml:2:5').waitFor();
    await page.locator('.manifests li .button').first().click();
    await expect.poll(() => page.locator('.manifests').textContent()).not.toContain('namespace.yaml:2:5');
  });

  test('without a mesh there is no ztunnel and nothing is encrypted', async () => {
    const page = await startAgain(await scene());
    await page.getByText('No mesh').click();
    await expect.poll(() => clock(page), { timeout: 20_000 }).toBeGreaterThan(0);
    await stagePods(page).first().waitFor();
    expect(await page.locator('.row .plate').count()).toBe(0);
    await timeline(page).focus();
    await page.keyboard.press('End');
    expect(await page.locator('.legs .wall').count()).toBe(0);
  });

  test('with sidecars every enrolled pod has its own Envoy, and pods talk through pipes', async () => {
    const page = await startAgain(await scene());
    await page.getByText('Sidecar', { exact: true }).click();
    await expect.poll(() => page.locator('.bar-name').count(), { timeout: 20_000 }).toBeGreaterThanOrEqual(9);
    expect(await page.locator('.row .plate').count()).toBe(0);
    await timeline(page).focus();
    await page.keyboard.press('End');
    await expect.poll(() => page.locator('.legs .wall').count()).toBeGreaterThan(0);
    await page.getByRole('button', { name: /asks/ }).first().click();
    await expect.poll(() => page.locator('.steps').textContent()).toContain('envoy');
    await page.getByText('Ambient', { exact: true }).first().click();
    await page.locator('.row .plate').first().waitFor();
  });

  test('a pod is killed from its menu, and a request is sent from another', async () => {
    const page = await startAgain(await scene());
    const victim = (await stagePods(page).nth(4).getAttribute('aria-label')) ?? '';
    await stagePods(page).nth(4).click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Kill the pod' }).click();
    await expect.poll(() => notice(page)).toContain('is killed');
    await timeline(page).focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator(`svg [aria-label="${victim}"]`).count(), { timeout: 20_000 }).toBe(0);

    await stagePods(page).first().click({ button: 'right' });
    await page.getByRole('menuitem', { name: /Send a request/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('URL').fill('nonsense');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('URL').fill('http://orders:8080/by-hand');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await page.getByRole('tab', { name: 'Log', exact: true }).click();
    await page.getByRole('searchbox').fill('by-hand');
    await expect.poll(() => page.locator('.log .count').textContent(), { timeout: 20_000 }).not.toMatch(/^0 /);
  });

  test('dropped files open as tabs; Reset asks first and brings the start back', async () => {
    const page = await startAgain(await scene());
    await page.locator('input[type=file]').setInputFiles({
      name: 'extra.yaml',
      mimeType: 'text/yaml',
      buffer: Buffer.from('apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: extra\n'),
    });
    await page.getByRole('tab', { name: /extra\.yaml/ }).waitFor();
    await button(page, 'Reset').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Throw them away' }).click();
    await expect.poll(() => page.getByRole('tab', { name: /extra\.yaml/ }).count()).toBe(0);
  });
});

describe('the keyboard alone', () => {
  test('plays, steps, walks over pods, opens a menu and leaves again', async () => {
    await using opened = await openScene(browser);
    const { page } = opened;
    const at = await clock(page);
    await page.keyboard.press('k');
    await expect.poll(() => clock(page)).toBeGreaterThan(at);
    await page.keyboard.press('k');

    await page.keyboard.press('F6');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-region'))).toBe('stage');
    await page.keyboard.press('.');
    await tabTo(page, '[data-pod]');
    const first = await focusedPod(page);
    await page.keyboard.press('ArrowRight');
    expect(await focusedPod(page)).not.toBe(first);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.facts').count()).toBe(1);
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('menuitem').count()).toBe(0);
    expect(await focusedPod(page)).not.toBe('');
    await page.keyboard.press('Escape');
    expect(await page.locator('.facts').count()).toBe(0);

    for (const region of ['inspector', 'manifests', 'transport', 'stage']) {
      await page.keyboard.press('F6');
      expect(await page.evaluate(() => document.activeElement?.getAttribute('data-region'))).toBe(region);
    }
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Help' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('keys are silent while an input method composes, in fields, and when they are switched off', async () => {
    await using opened = await openScene(browser);
    const { page } = opened;
    await page.evaluate(() =>
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', bubbles: true, isComposing: true })),
    );
    await page.getByRole('tab', { name: 'Log', exact: true }).click();
    await page.getByRole('searchbox').fill('');
    await page.keyboard.type('k.,? ');
    expect(await page.getByRole('searchbox').inputValue()).toBe('k.,? ');
    expect(await button(page, 'Play').count()).toBe(1);

    await page.getByRole('button', { name: 'Help and keys' }).click();
    await page.getByRole('checkbox', { name: /Keys without Ctrl/ }).uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('F6');
    await page.keyboard.press('k');
    expect(await button(page, 'Play').count()).toBe(1);
  });

  test('the list of the stage holds every node, pod and container', async () => {
    await using opened = await openScene(browser);
    const { page } = opened;
    await page.getByText('List', { exact: true }).click();
    const items = page.getByRole('treeitem');
    await items.first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.facts').count()).toBe(1);
    await page.keyboard.press('Home');
    const all = await items.count();
    await page.keyboard.press('ArrowLeft');
    expect(await items.count()).toBeLessThan(all);
  });
});

describe('Monaco', () => {
  test('comes when the text is touched, keeps what was typed, and knows Ctrl+Space and Ctrl+M', async () => {
    await using opened = await openScene(browser);
    const { page } = opened;
    await page.locator('textarea.mono').focus();
    await page.keyboard.press('Control+Home');
    await page.keyboard.insertText('# typed early\n');
    await page
      .locator('.monaco-editor textarea, .monaco-editor .native-edit-context')
      .first()
      .waitFor({ state: 'attached' });
    await expect.poll(() => page.locator('.view-lines').textContent()).toMatch(/typed\searly/);

    await page.locator('.monaco-editor').first().click();
    await page.keyboard.press('Control+Space');
    await page.locator('.suggest-widget').first().waitFor({ state: 'attached' });
    await page.keyboard.press('Escape');
    await page.locator('.monaco-editor').first().click();
    await page.keyboard.press('Control+m');
    await page.getByRole('button', { name: /^Tab: indent/ }).waitFor();
    await page.keyboard.press('Control+m');
    await page.getByRole('button', { name: /^Tab: focus/ }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.closest('.monaco-editor') === null)).toBe(true);
    expect(opened.problems()).toEqual([]);
  });
});

describe('trouble', () => {
  test('a worker that cannot start is said so, and can be started again', async () => {
    await using opened = await openPage(browser, { route: 'index.html' });
    const { page } = opened;
    await page.route('**/worker-*.js', (route) => route.abort());
    await page.reload();
    await page.getByRole('alert').waitFor();
    await page.unroute('**/worker-*.js');
    await button(page, 'Start again').click();
    await stagePods(page).first().waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
  });
});

describe('a narrow screen', () => {
  test('scrolls nowhere sideways and has every part in reach', async () => {
    const width = 320;
    await using opened = await openScene(browser, { viewport: { width, height: 844 } });
    const { page } = opened;
    const expectNoOverflow = async (): Promise<void> => {
      for (const wide of [390, width]) {
        await page.setViewportSize({ width: wide, height: 844 });
        await expect
          .poll(() => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth))
          .toBe(0);
      }
    };
    await expectNoOverflow();
    await button(page, 'Inspector').click();
    await page.locator('.lines button').first().click();
    // Wide content scrolls inside its own panel: what belongs to the selection stays in sight.
    for (const tab of ['Sequence', 'Log']) {
      await page.getByRole('tab', { name: tab, exact: true }).click();
      const clear = await page.getByRole('button', { name: 'Clear the selection' }).boundingBox();
      expect((clear?.x ?? width) + (clear?.width ?? 0)).toBeLessThanOrEqual(width);
    }
    await expectNoOverflow();
    await button(page, 'Manifests').click();
    await page.locator('textarea.mono').waitFor();
    await page.locator('textarea.mono').focus();
    expect(await page.locator('.monaco-editor').count()).toBe(0);
    await expectNoOverflow();
    expect(opened.problems()).toEqual([]);
  });
});

/** Types over the end of a line of the open file, as a person would. */
async function retypeLineEnd(page: Page, line: RegExp, erase: number, typed: string): Promise<void> {
  const plain = page.locator('textarea.mono');
  const number = (await plain.inputValue()).split('\n').findIndex((candidate) => line.test(candidate));
  await plain.focus();
  await page.locator('.monaco-editor .view-line').first().waitFor();
  await page.locator('.monaco-editor').first().click();
  await page.keyboard.press('Control+Home');
  for (let at = 0; at < number; at += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
  for (let at = 0; at < erase; at += 1) await page.keyboard.press('Backspace');
  await page.keyboard.insertText(typed);
}

async function tabTo(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) === true, selector)) return;
  }
  throw new Error(`Tab never reaches ${selector}`);
}

const focusedPod = (page: Page): Promise<string> =>
  page.evaluate(() => document.activeElement?.getAttribute('data-pod') ?? '');
