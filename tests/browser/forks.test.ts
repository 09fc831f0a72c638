// Time as somebody works with it, in a real browser: a breakpoint on a 503, a fork from there, both futures compared, and one history
// that takes all of it back.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser, Page } from 'playwright-core';

import { findAxeViolations, launchBrowser } from './page.ts';
import { clock, openScene, timeline } from './scene.ts';

const events = async (page: Page): Promise<number> =>
  Number(/events (\d+)/.exec((await page.locator('.ledger').innerText()).replaceAll(/\s+/g, ' '))?.[1]);
const told = (page: Page): Promise<string> => page.locator('.notice').innerText();

describe('a breakpoint and a fork', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test('stop at a 503, part from there, are compared, taken back, and kept until the next visit', async () => {
    await using opened = await openScene(browser);
    const { page } = opened;
    await page.getByRole('radio', { name: 'Sidecar' }).check({ force: true });
    await expect.poll(() => told(page)).toContain('computed anew: Sidecar');

    // A breakpoint on a 503.
    await page.keyboard.press('Shift+C');
    const dialog = page.locator('dialog');
    await dialog.getByRole('textbox', { name: 'with words' }).fill('503');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await expect.poll(() => dialog.locator('li').innerText()).toMatch(/a request fails, “503”\s+[1-9]\d* so far/);
    expect(await findAxeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');

    // Playing stops there, and so does going on.
    await timeline(page).press('Home');
    for (let press = 0; press < 15; press += 1) await page.keyboard.press('>');
    await page.keyboard.press('k');
    await expect
      .poll(() => told(page), { timeout: 20_000 })
      .toContain('Stopped at a breakpoint: a request fails, “503”.');
    const at = await clock(page);
    expect(await page.locator('.transport .tell').innerText()).toContain('503');
    await timeline(page).press('Home');
    await page.keyboard.press('c');
    await expect.poll(() => clock(page)).toBe(at);

    // A fork from there, in which a pod is killed.
    await page.keyboard.press('b');
    const futures = page.getByRole('group', { name: 'Futures' });
    const main = futures.getByRole('radio', { name: 'Main line', exact: true });
    const fork = futures.getByRole('radio', { name: /^Fork 1 leaves Main line/ });
    await expect.poll(() => fork.isChecked()).toBe(true);
    await page.locator('.stage [data-pod]').first().click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Kill the pod' }).click();
    await expect.poll(() => told(page)).toContain('is killed at');
    const now = page.locator('.transport p.now');
    await expect.poll(() => now.innerText()).toMatch(/kubectl deletes|is killed/);
    await timeline(page).press('End');
    await expect.poll(() => clock(page)).toBe(30);
    await expect.poll(() => now.innerText()).not.toContain('Computing');
    const forked = await events(page);

    // The main line is as it was; the fork is as it was left.
    await main.check({ force: true });
    await expect.poll(() => events(page)).not.toBe(forked);
    const straight = await events(page);
    await fork.check({ force: true });
    await expect.poll(() => events(page)).toBe(forked);
    expect(await clock(page)).toBe(30);
    expect(await findAxeViolations(page)).toEqual([]);

    // What differs.
    await futures.getByRole('button', { name: 'What to do with Fork 1' }).click();
    await page.getByRole('menuitem', { name: 'Compare with Main line' }).click();
    await dialog.getByText(`Where they part, at ${at.toFixed(6)} s`).waitFor();
    expect(await dialog.innerText()).toMatch(/is killed from outside/);
    expect(await findAxeViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');

    // Deleted, and everything taken back.
    await futures.getByRole('button', { name: 'What to do with Fork 1' }).click();
    await page.getByRole('menuitem', { name: 'Delete it' }).click();
    await expect.poll(() => futures.count()).toBe(0);
    await expect.poll(() => events(page)).toBe(straight);
    await timeline(page).focus();
    await page.keyboard.press('Control+z');
    await expect.poll(() => events(page)).toBe(forked);
    await page.keyboard.press('Control+z');
    await expect.poll(() => events(page)).toBe(straight);
    expect(await fork.isChecked()).toBe(true);
    await page.keyboard.press('Control+z');
    await expect.poll(() => futures.count()).toBe(0);
    await page.keyboard.press('Control+Shift+z');
    await page.keyboard.press('Control+Shift+z');
    await expect.poll(() => events(page)).toBe(forked);

    await page.waitForTimeout(1_000); // forks are kept once the page has been quiet
    await page.reload();
    await page.locator('.stage [data-pod]').first().waitFor();
    await expect.poll(() => fork.isChecked()).toBe(true);
    await expect.poll(() => told(page)).toContain('Your forks of last time are here again.');
    await timeline(page).press('End');
    await expect.poll(() => events(page)).toBe(forked);
    await page.keyboard.press('Shift+C');
    await expect.poll(() => dialog.locator('li').innerText()).toContain('a request fails, “503”');
    expect(opened.problems()).toEqual([]);
  }, 60_000);
});
