// The default scene in a real browser, computed far enough to look at, with its timeline.

import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';

import { openPage, type OpenedPage, type PageOptions } from './page.ts';

/** Opens the page wide enough for all panes, and waits until there is something to see and time has passed. */
export async function openScene(browser: Browser, options: PageOptions = {}): Promise<OpenedPage> {
  const opened = await openPage(browser, { viewport: { width: 1440, height: 900 }, ...options });
  opened.page.setDefaultTimeout(10_000);
  await opened.page.locator('[data-pod]').first().waitFor({ timeout: 20_000 });
  await expect.poll(() => clock(opened.page), { timeout: 20_000 }).toBeGreaterThan(0);
  return opened;
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
