// Screens and states judged by axe in both languages, some at a time: for the accessibility tests.

import type { Browser, Page } from 'playwright-core';

import { screens, type Screen } from '../tools/screens.ts';
import { findAxeViolations, openPage, type PageOptions } from './page.ts';

export const WIDE = { viewport: { width: 1440, height: 900 } } as const;
export const PHONE = { viewport: { width: 390, height: 844 } } as const;

/** Together they hold every ink and every kind of control. */
export const telling = screens.filter(({ name }) => ['opening', 'why', 'editor', 'too-large', 'failed'].includes(name));

/** Pages that are open at a time: one waits for its simulation while another is judged. */
const AT_ONCE = 3;

/** How a page looks that stands open; its colours come from the theme, whatever is written in them. */
const LIGHT = { colorScheme: 'light', forcedColors: 'none' } as const;
export const DARK = { ...LIGHT, colorScheme: 'dark' } as const;
export const FORCED_COLORS = { ...LIGHT, forcedColors: 'active' } as const;
type Look = typeof LIGHT | typeof DARK | typeof FORCED_COLORS;

/**
 * What is wrong with screens in English in the light theme and in Japanese in another look, one line each: what axe finds, and errors of
 * the page but those a screen makes on purpose.
 */
export async function judgeAll(
  browser: Browser,
  some: readonly Screen[],
  options: Omit<PageOptions, 'language' | 'theme' | 'hasForcedColors'>,
  inJapanese: Look = LIGHT,
): Promise<readonly string[]> {
  const waiting = walksOf(some);
  const found: string[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      found.push(...(await judge(browser, next, options, inJapanese)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

/** Screens that are judged one after the other on one page. */
function walksOf(some: readonly Screen[]): Screen[][] {
  const walks: Screen[][] = [];
  for (const screen of some) {
    const walk = screen.follows === undefined ? undefined : walks.at(-1);
    if (walk === undefined) walks.push([screen]);
    else walk.push(screen);
  }
  return walks;
}

async function judge(
  browser: Browser,
  walk: readonly Screen[],
  options: PageOptions,
  inJapanese: Look,
): Promise<readonly string[]> {
  await using opened = await openPage(browser, options);
  const { page } = opened;
  await page.locator('[data-pod], [data-group]').first().waitFor();
  const found: string[] = [];
  for (const { name, follows, reach } of walk) {
    await reach(page, { isNarrow: options.viewport?.width === 390 });
    const inEnglish = await findAxeViolations(page, follows);
    await speak(page, 'ja', follows);
    await page.emulateMedia(inJapanese);
    const japanese = await findAxeViolations(page, follows);
    await page.emulateMedia(LIGHT);
    await speak(page, 'en', follows);
    found.push(...inEnglish.map((line) => `${name}, en: ${line}`), ...japanese.map((line) => `${name}, ja: ${line}`));
    const over = page.locator('dialog[open], [role=menu]');
    if ((await over.count()) > 0) await page.keyboard.press('Escape');
    await over.waitFor({ state: 'detached' });
  }
  const problems = opened.problems().filter((problem) => !problem.endsWith('(test)'));
  return [...found, ...problems.map((line) => `${walk.map(({ name }) => name).join(', ')}: ${line}`)];
}

const KANA = '[\\u3041-\\u30ff]';

/** Has the page speak another language, whatever stands over it, and waits until what is judged does. */
async function speak(page: Page, language: 'en' | 'ja', part = 'body'): Promise<void> {
  await page.locator('header select.choice').evaluate((select: HTMLSelectElement, spoken) => {
    select.value = spoken;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  }, language);
  const letters = language === 'ja' ? KANA : '[a-z]{2}';
  await page.waitForFunction(
    ({ spoken, within, pattern }) =>
      document.documentElement.lang === spoken &&
      new RegExp(pattern).test(document.querySelector(within)?.textContent ?? ''),
    { spoken: language, within: part, pattern: letters },
  );
}
