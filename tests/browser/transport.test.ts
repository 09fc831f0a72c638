// Time in a real browser: diamonds that stay, the next main event, loops, a mode switch that keeps the instant, the log as it reads.

import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findAxeViolations, launchBrowser } from './page.ts';
import { clock, end, openScene, shareScene, timeline } from './scene.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const scene = shareScene(() => browser);

/** Requests that fail in the default scene. */
const failed = 7;
const LAPTOP = { width: 1440, height: 900 };
const failures = (page: Page): Locator => page.locator('.failures button');

/** How many failures the diamonds stand for. */
async function countFailures(page: Page): Promise<number> {
  const counts = await failures(page).evaluateAll((buttons) =>
    buttons.map((button) => Number(button.querySelector('.count')?.textContent ?? '1')),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

describe('the timeline', () => {
  test('of every width shows every failure, at any instant', async () => {
    const page = await scene();
    await expect.poll(() => end(page)).toBe(30);
    for (const width of [1440, 390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      await expect.poll(() => countFailures(page)).toBe(failed);
      const before = await timeline(page).boundingBox();
      await timeline(page).focus();
      for (const key of ['Home', 'ArrowRight', 'ArrowRight', 'End', 'Shift+ArrowLeft']) {
        await page.keyboard.press(key);
        expect(await countFailures(page)).toBe(failed);
      }
      expect(await timeline(page).boundingBox()).toEqual(before);
    }
    await page.setViewportSize(LAPTOP);
  });

  test('a diamond selects its failing request and goes there; arrow keys reach the others', async () => {
    const page = await scene();
    await expect.poll(() => failures(page).count()).toBeGreaterThan(1);
    await failures(page).first().click();
    await expect.poll(() => page.locator('.inspector .title').textContent()).toMatch(/^request #\d+$/);
    const first = await clock(page);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await expect.poll(() => clock(page)).toBeGreaterThan(first);
    expect(await page.locator('.transport .tell').textContent()).toMatch(/fails/);
  });

  test('a range is repeated until it is removed', async () => {
    const page = await scene();
    await page.keyboard.press('g');
    await page.getByLabel('from, in seconds').fill('3');
    await page.getByLabel('to, in seconds').fill('3.2');
    await page.getByRole('button', { name: 'Repeat this range' }).click();
    await timeline(page).focus();
    for (let press = 0; press < 6; press += 1) await page.keyboard.press('>');
    await page.keyboard.press('k');
    const seen = new Set<number>();
    for (let look = 0; look < 12; look += 1) {
      await page.waitForTimeout(60);
      seen.add(await clock(page));
    }
    expect(seen.size).toBeGreaterThan(3);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(3);
    expect(Math.max(...seen)).toBeLessThan(3.2);
    await page.keyboard.press('k');
    await page.keyboard.press('l');
    expect(await page.locator('.transport .loop').count()).toBe(0);
  });
});

describe('the next main event', () => {
  test('is reached by key, says what it is, and leads back', async () => {
    const page = await scene();
    await page.keyboard.press('Home');
    await page.keyboard.press('n');
    await expect.poll(() => page.locator('.transport .note').textContent()).toMatch(/^Stopped at /);
    const first = await clock(page);
    await page.keyboard.press('n');
    await page.keyboard.press('Shift+N');
    expect(await clock(page)).toBe(first);
    expect(await page.locator('[role=status]', { hasText: 'Stopped at' }).count()).toBe(1);
  });

  test('of the whole run stand in one list', async () => {
    const page = await scene();
    await page.getByRole('tab', { name: 'Course' }).click();
    await page.getByText('Text', { exact: true }).click();
    await page.locator('.course li', { hasText: 'requests fail' }).first().waitFor();
    await page.locator('.course summary', { hasText: 'requests fail' }).first().click();
    await page.locator('.course details[open] button').first().click();
    await expect.poll(() => clock(page)).toBeGreaterThan(1);
  });
});

describe('the log', () => {
  test('finds what its rows say, and a number only as that number', async () => {
    const page = await scene();
    const count = page.locator('.log .count');
    await page.getByRole('tab', { name: 'Log', exact: true }).click();
    await page.getByRole('searchbox').fill('fails connection reset');
    await expect.poll(() => count.textContent()).toMatch(/^[1-9]\d* events?$/);
    for (const row of await page.locator('.list .row').allTextContents())
      expect(row).toMatch(/fails.*connection reset/);
    await page.getByRole('searchbox').fill('403');
    await expect.poll(() => count.textContent()).toBe('0 events');
    await page.getByRole('button', { name: 'Show everything' }).click();
    await expect.poll(async () => Number((await count.textContent())?.split(' ')[0])).toBeGreaterThan(4_000);
  });

  test('opens on the records behind a figure, their number the figure itself', async () => {
    const page = await scene();
    await page.keyboard.press('End');
    const figure = page.locator('footer button', { hasText: 'failed' });
    await expect.poll(() => figure.locator('b').textContent()).toBe(String(failed));
    await figure.click();
    await expect.poll(() => page.locator('.log .count').textContent()).toBe(`${failed} events`);
    await page.locator('.list .row').first().click();
    await page.getByRole('tab', { name: 'Why' }).click();
    await expect.poll(() => page.getByRole('tabpanel', { name: 'Why' }).textContent()).toMatch(/fail/);
  });

  test('shows all of the selected row, and marks failures', async () => {
    const page = await scene();
    await page.setViewportSize({ width: 700, height: 800 });
    await page.getByRole('button', { name: 'Inspector' }).click();
    await page.getByRole('tab', { name: 'Log', exact: true }).click();
    await page.getByRole('button', { name: 'Show everything' }).click();
    await page.getByRole('searchbox').fill('no healthy upstream');
    const row = page.locator('.list .row').first();
    await row.click();
    const sentence = row.locator('.sentence');
    expect(await sentence.evaluate((box) => box.scrollWidth <= box.clientWidth)).toBe(true);
    expect((await row.boundingBox())!.height).toBeGreaterThan(24);
    await page.getByRole('searchbox').fill('connection reset by peer');
    await expect.poll(() => page.locator('.list .row.failed').count()).toBeGreaterThan(0);
    await page.setViewportSize(LAPTOP);
  });
});

describe('a run that', () => {
  test('has another mesh mode keeps its instant and its end', async () => {
    const page = await scene();
    const [at, until] = [await clock(page), await end(page)];
    await page.getByText('Sidecar', { exact: true }).click();
    await expect.poll(() => page.locator('.notice').textContent()).toContain('Time stays');
    await expect.poll(() => page.locator('.transport .tell').count(), { timeout: 20_000 }).toBe(1);
    expect(await clock(page)).toBe(at);
    expect(await end(page)).toBe(until);
  });

  test('is at its end offers a replay and ten seconds more', async () => {
    const page = await scene();
    await page.keyboard.press('End');
    await page.getByRole('button', { name: 'Replay from the start' }).waitFor();
    await page.getByRole('button', { name: '10 s more' }).click();
    await expect.poll(() => end(page)).toBe(40);
    expect(await page.locator('.notice').textContent()).toContain('40 s');
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
  });
});

describe('everybody', () => {
  for (const [language, theme, width] of [
    ['en', 'light', 1440],
    ['ja', 'dark', 390],
  ] as const) {
    test(`can use log, course and the ways to a time (${language}, ${theme}, ${width} pixels)`, async () => {
      await using opened = await openScene(browser, { language, theme, viewport: { width, height: 844 } });
      const { page } = opened;
      if (width < 900) await page.getByRole('button', { name: /^(Inspector|インスペクター)$/ }).click();
      await page.getByRole('tab', { name: /^(Log|ログ)$/ }).click();
      await page.locator('.list .row').first().click();
      await page.locator('.log summary').click();
      expect(await findAxeViolations(page)).toEqual([]);
      await page.getByRole('tab', { name: /^(Course|経過)$/ }).click();
      await page.locator('[data-lane]').first().waitFor();
      expect(await findAxeViolations(page)).toEqual([]);
      await page.locator('.course label').nth(1).click();
      await page.locator('.course summary').first().click();
      expect(await findAxeViolations(page)).toEqual([]);
      await page.locator('.clock').click();
      await page.getByRole('dialog').waitFor();
      expect(await findAxeViolations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    });
  }

  test('can play, step, go and repeat by keys alone, and switch those keys off', async () => {
    await using opened = await openScene(browser, { language: 'ja' });
    const { page } = opened;
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByRole('checkbox').first().uncheck();
    await page.keyboard.press('Escape');
    const at = await clock(page);
    for (const key of ['n', ']', 'g', 'l', '.']) await page.keyboard.press(key);
    expect(await clock(page)).toBe(at);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});
