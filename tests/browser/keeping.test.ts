// What stays with the reader, in a real browser: the history of what was typed, a draft that storage has spoiled, a link to a comparison.
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { findAxeViolations, launchBrowser, openPage } from './page.ts';
import { clock, openScene, timeline } from './scene.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test('what was typed is found again moment by moment, after a reload too; a spoiled draft is said to be one', async () => {
  // One pane at a time: the editor is a plain field.
  await using opened = await openPage(browser, { viewport: { width: 800, height: 800 } });
  const { page } = opened;
  const dialog = page.getByRole('dialog', { name: 'History of these manifests' });
  const field = page.locator('.manifests textarea.mono');
  const toEditor = (): Promise<void> => page.getByRole('button', { name: 'Manifests', exact: true }).click();
  await toEditor();
  const start = await field.inputValue();
  for (const text of [`${start}# one\n# two\n# three\n# four\n`, 'gone\n']) {
    await field.fill(text);
    await page.waitForFunction(
      (typed) => localStorage.getItem('meshscope.sandbox.moments.v1')?.includes(JSON.stringify(typed).slice(1, -1)),
      text,
    );
  }

  await page.reload();
  await toEditor();
  expect(await field.inputValue()).toBe('gone\n');
  await page.keyboard.press('h');
  const moments = dialog.getByRole('radio');
  await expect.poll(() => moments.count()).toBe(2);
  expect(await dialog.getByText('+# four').isVisible()).toBe(true);
  expect(await findAxeViolations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await expect.poll(() => field.inputValue()).toBe(`${start}# one\n# two\n# three\n# four\n`);
  await page.locator('.notice').getByRole('button', { name: 'Undo' }).click();
  await expect.poll(() => field.inputValue()).toBe('gone\n');

  await page.evaluate(() => {
    // Behind the page's back, so that leaving it does not keep the draft once more.
    const spoil = (): void => localStorage.setItem('meshscope.sandbox.v1', '{"files":');
    addEventListener('pagehide', spoil);
    spoil();
  });
  await page.reload();
  await page.getByText('damaged and cannot be read').waitFor();
  await toEditor();
  expect(await field.inputValue()).toBe(start);
  expect(await page.evaluate(() => localStorage.getItem('meshscope.sandbox.unreadable.v1'))).toContain('files');
  expect(opened.problems()).toEqual([]);
});

test('a link to a comparison opens the same worlds at the same time', async () => {
  await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 } });
  const { page } = opened;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.locator('.stage [data-pod]').first().waitFor();
  await page.keyboard.press('s');
  const dialog = page.getByRole('dialog', { name: 'One workload, side by side' });
  await dialog.getByRole('checkbox', { name: 'No mesh' }).check();
  await dialog.getByRole('checkbox', { name: 'Sidecar' }).uncheck();
  const slider = dialog.getByRole('slider', { name: 'Time of all worlds' });
  await dialog.getByText('No mesh and Ambient').first().waitFor();
  await slider.focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  expect(await slider.getAttribute('aria-valuenow')).toBe('2');
  await dialog.getByRole('button', { name: 'Copy a link to this comparison' }).click();
  await dialog.getByText('The link is copied.').waitFor();

  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.goto('about:blank');
  await page.goto(link);
  await slider.waitFor();
  await expect.poll(() => slider.getAttribute('aria-valuenow')).toBe('2');
  const chosen = dialog.getByRole('checkbox', { checked: true });
  await expect.poll(() => chosen.count()).toBe(2);
  expect(await dialog.getByRole('checkbox', { name: 'No mesh' }).isChecked()).toBe(true);
  expect(opened.problems()).toEqual([]);
});

test('a frame for an article has stage and time alone, keeps nothing, and leads to all of it', async () => {
  await using opened = await openPage(browser, { route: '#/en/l/20-start-race' });
  const { page } = opened;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.locator('[data-opens=export]').click();
  await page.getByRole('button', { name: 'Copy code to embed it' }).click();
  await page.getByText('The code for the frame is copied.').waitFor();
  const code = await page.evaluate(() => navigator.clipboard.readText());
  const frame = /<iframe src="([^"]+)" title="Meshscope: 20-start-race"/.exec(code)?.[1] ?? '';
  expect(frame).toContain('#/en/embed/l/20-start-race/v1.');

  await page.goto('about:blank');
  await page.setViewportSize({ width: 720, height: 520 });
  await page.goto(frame);
  await page.locator('.stage [data-pod]').first().waitFor();
  await page.getByRole('button', { name: 'Play' }).waitFor();
  expect(
    await page.locator('[data-region]').evaluateAll((all) => all.map((region) => region.getAttribute('data-region'))),
  ).toEqual(['stage', 'transport']);
  const whole = page.getByRole('link', { name: 'Open in Meshscope' });
  await whole.focus();
  await expect.poll(() => whole.getAttribute('href')).toMatch(/^#\/en\/l\/20-start-race\/v1\./);
  expect(await findAxeViolations(page)).toEqual([]);
  const kept = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes('20-start-race')));
  expect(kept).toEqual([]);
  expect(opened.problems()).toEqual([]);
});

test('what cannot be loaded says so where it would stand; the page is loaded anew once it can be, with what was typed', async () => {
  await using opened = await openScene(browser);
  const { page } = opened;
  const panel = page.locator('#inspector-panel');
  const lost = panel.getByRole('alert').filter({ hasText: 'could not be loaded' });
  await page.locator('.manifests textarea.mono').first().fill('# mine');
  await page.route('**/*', (route) => route.abort());
  // What the panels say is fetched when one of them is shown first.
  await page.getByRole('tab', { name: 'Metrics' }).click();
  await lost.waitFor();
  expect(await findAxeViolations(page)).toEqual([]);
  const way = lost.getByRole('button', { name: 'Load the page again' });
  await way.click();
  await expect.poll(() => way.isEnabled()).toBe(true);
  await page.unroute('**/*');
  await Promise.all([page.waitForEvent('load'), way.click()]);
  await page.getByRole('tab', { name: 'Metrics' }).click();
  await panel.getByRole('radio', { name: 'Requests' }).waitFor();
  expect(await page.evaluate(() => localStorage.getItem('meshscope.sandbox.v1'))).toContain('# mine');
});

test('two tabs with forks: those that another tab kept go into the history, and come back from there', async () => {
  await using opened = await openScene(browser);
  const { page: first } = opened;
  const second = await first.context().newPage();
  await second.goto(first.url(), { waitUntil: 'load' });
  await expect.poll(() => clock(second), { timeout: 20_000 }).toBeGreaterThan(0);
  const kept = (): Promise<string | null> => first.evaluate(() => localStorage.getItem('meshscope.sandbox.forks.v1'));
  const moments = (): Promise<string | null> =>
    first.evaluate(() => localStorage.getItem('meshscope.sandbox.moments.v1'));
  const futures = (page: Page): Locator => page.getByRole('group', { name: 'Futures' });

  // A fork of the first tab is kept; the second was opened before and knows of none.
  await first.keyboard.press('b');
  await expect.poll(kept).not.toBeNull();
  const ofFirst = JSON.parse((await kept()) ?? '') as string;
  await second.bringToFront();
  await timeline(second).press('Home');
  await second.keyboard.press('b');
  await expect.poll(() => futures(second).getByRole('radio').count()).toBe(2);
  await second.locator('.notice').getByText('another tab').waitFor();
  await expect.poll(kept).not.toContain(ofFirst);
  expect(await moments()).toContain(ofFirst);

  // The history has them, and brings them back.
  await second.keyboard.press('h');
  const dialog = second.getByRole('dialog', { name: 'History of these manifests' });
  await expect.poll(() => dialog.getByRole('radio').count()).toBe(1);
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => futures(second).getByRole('radio').count()).toBe(2);
  await expect.poll(kept).toContain(ofFirst);
  expect(opened.problems()).toEqual([]);
});
