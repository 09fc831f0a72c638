// Every screen and state, in every language and theme, judged by axe: no violation.

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { screens, type Screen } from '../tools/screens.ts';
import { findAxeViolations, launchBrowser, openPage, type PageOptions } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

/** Together they hold every ink and every kind of control. */
const telling = screens.filter(({ name }) => ['opening', 'why', 'editor', 'too-large', 'failed'].includes(name));

/** Pages that are open at a time: one waits for its simulation while another is judged. */
const AT_ONCE = 3;

/** What is wrong with a screen, one line each: what axe finds, and errors of the page but those a screen makes on purpose. */
async function judge({ name, reach }: Screen, options: PageOptions): Promise<readonly string[]> {
  await using opened = await openPage(browser, options);
  const { page } = opened;
  await page.locator('[data-pod], [data-group]').first().waitFor();
  await reach(page, { isNarrow: options.viewport?.width === 390 });
  const found = await findAxeViolations(page);
  return [...found, ...opened.problems().filter((problem) => !problem.endsWith('(test)'))].map(
    (line) => `${name}: ${line}`,
  );
}

async function judgeAll(some: readonly Screen[], options: PageOptions): Promise<readonly string[]> {
  const waiting = [...some];
  const found: string[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      found.push(...(await judge(next, options)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

const WIDE = { viewport: { width: 1440, height: 900 } } as const;
const PHONE = { viewport: { width: 390, height: 844 } } as const;

for (const [language, theme] of [
  ['en', 'light'],
  ['ja', 'dark'],
] as const) {
  test(`axe finds nothing on any screen: ${language}, ${theme}`, { timeout: 120_000 }, async () => {
    expect(await judgeAll(screens, { ...WIDE, language, theme })).toEqual([]);
  });

  test(`axe finds nothing on a phone: ${language}, ${theme}`, { timeout: 60_000 }, async () => {
    expect(await judgeAll(telling, { ...PHONE, language, theme })).toEqual([]);
  });
}

for (const [language, look, options] of [
  ['en', 'dark', { theme: 'dark' }],
  ['ja', 'light', { theme: 'light' }],
  ['en', 'projector', { settings: { theme: 'projector' } }],
  ['ja', 'forced colours', { hasForcedColors: true }],
] as const)
  test(`axe finds nothing on telling screens: ${language}, ${look}`, { timeout: 60_000 }, async () => {
    expect(await judgeAll(telling, { ...WIDE, language, ...options })).toEqual([]);
  });
