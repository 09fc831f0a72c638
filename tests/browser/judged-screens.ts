// Screens and states judged by axe, some at a time: for the accessibility tests, one file a language, so that both run at once.

import type { Browser } from 'playwright-core';

import { screens, type Screen } from '../tools/screens.ts';
import { findAxeViolations, openPage, type PageOptions } from './page.ts';

export const WIDE = { viewport: { width: 1440, height: 900 } } as const;
export const PHONE = { viewport: { width: 390, height: 844 } } as const;

/** Together they hold every ink and every kind of control. */
export const telling = screens.filter(({ name }) => ['opening', 'why', 'editor', 'too-large', 'failed'].includes(name));

/** Pages that are open at a time: one waits for its simulation while another is judged. */
const AT_ONCE = 3;

/** What is wrong with screens, one line each: what axe finds, and errors of the page but those a screen makes on purpose. */
export async function judgeAll(
  browser: Browser,
  some: readonly Screen[],
  options: PageOptions,
): Promise<readonly string[]> {
  const waiting = [...some];
  const found: string[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      found.push(...(await judge(browser, next, options)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return found;
}

async function judge(browser: Browser, { name, reach }: Screen, options: PageOptions): Promise<readonly string[]> {
  await using opened = await openPage(browser, options);
  const { page } = opened;
  await page.locator('[data-pod], [data-group]').first().waitFor();
  await reach(page, { isNarrow: options.viewport?.width === 390 });
  const found = await findAxeViolations(page);
  return [...found, ...opened.problems().filter((problem) => !problem.endsWith('(test)'))].map(
    (line) => `${name}: ${line}`,
  );
}
