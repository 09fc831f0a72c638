// The default scene in a real browser, computed far enough to look at, with its timeline.

import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, expect } from 'vitest';

import { openPage, type OpenedPage, type PageOptions } from './page.ts';

/** Opens the page wide enough for all panes, and waits until there is something to see and time has passed. */
export async function openScene(browser: Browser, options: PageOptions = {}): Promise<OpenedPage> {
  const opened = await openPage(browser, { viewport: { width: 1440, height: 900 }, ...options });
  opened.page.setDefaultTimeout(10_000);
  await opened.page.locator('[data-pod]').first().waitFor({ timeout: 20_000 });
  await expect.poll(() => clock(opened.page), { timeout: 20_000 }).toBeGreaterThan(0);
  return opened;
}

/**
 * One page for all tests of a file that leave it so that the next can go on: opening a page costs more than most of them do. The first that
 * asks opens it; each ends with no error in it; after one that failed it is opened anew. Call it once, beside the file's hooks.
 */
export function shareScene(browser: () => Browser, options: PageOptions = {}): () => Promise<Page> {
  let opened: OpenedPage | undefined;
  const close = async (): Promise<void> => {
    await opened?.close();
    opened = undefined;
  };
  afterEach(async ({ task }) => {
    const problems = opened?.problems() ?? [];
    if (task.result?.state === 'fail' || problems.length > 0) await close();
    expect(problems).toEqual([]);
  });
  afterAll(close);
  return async () => {
    opened ??= await openScene(browser(), options);
    return opened.page;
  };
}

/** Puts a page in English back to its opening: the files and the instant of the start, nothing selected, nothing said. */
export async function startAgain(page: Page): Promise<Page> {
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Reset', exact: true }).click();
  const sure = page.getByRole('dialog').getByRole('button', { name: 'Throw them away' });
  const done = page.locator('.notice', { hasText: 'as they were at the start' });
  await sure.or(done).first().waitFor();
  if (await sure.isVisible()) await sure.click();
  await done.waitFor();
  const dismiss = page.locator('.notice').getByRole('button', { name: 'Dismiss' });
  while ((await dismiss.count()) > 0) await dismiss.first().click();
  await expect.poll(() => clock(page), { timeout: 20_000 }).toBeGreaterThan(0);
  return page;
}

export function timeline(page: Page): Locator {
  return page.getByRole('slider', { name: /timeline|タイムライン/i });
}

/** The instant on screen, seconds. */
export async function clock(page: Page): Promise<number> {
  return Number(await timeline(page).getAttribute('aria-valuenow'));
}

/** Where the run ends, seconds. */
export async function end(page: Page): Promise<number> {
  return Number(await timeline(page).getAttribute('aria-valuemax'));
}
