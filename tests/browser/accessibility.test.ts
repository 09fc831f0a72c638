// Every screen, in both languages, both themes and two sizes, judged by axe: no violation.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { findAxeViolations, launchBrowser, openPage } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

/** Tab names in the order of the inspector: why, sequence, log. */
const tab = (page: Page, at: number) => page.locator('.inspector [role=tab]').nth(at);

for (const language of ['en', 'ja'] as const) {
  for (const theme of ['light', 'dark'] as const) {
    describe(`${language}, ${theme}`, () => {
      test('on a wide screen: stage, explanation, sequence, log, list, dialogs and editor', async () => {
        await using opened = await openPage(browser, { language, theme, viewport: { width: 1440, height: 900 } });
        const { page } = opened;
        await page.locator('[data-pod]').first().waitFor();
        const violations: Record<string, readonly string[]> = {};
        const judge = async (screen: string): Promise<void> => {
          const found = await findAxeViolations(page);
          if (found.length > 0) violations[screen] = found;
        };
        await page.locator('.lines button').nth(1).waitFor();
        await judge('opening');
        await page.locator('.lines button').nth(1).click();
        await page.locator('.steps li').nth(1).waitFor();
        await judge('why');
        await tab(page, 1).click();
        await judge('sequence');
        await tab(page, 2).click();
        await judge('log');
        await page.locator('[data-pod]').first().click();
        await tab(page, 0).click();
        await page.locator('.facts').waitFor();
        await judge('pod');
        await page.locator('[data-pod]').first().click({ button: 'right' });
        await page.getByRole('menu').waitFor();
        await judge('menu');
        await page.getByRole('menuitem').first().click();
        await page.getByRole('dialog').waitFor();
        await judge('send dialog');
        await page.keyboard.press('Escape');
        await page.keyboard.press('?');
        await page.getByRole('dialog').waitFor();
        await judge('help');
        await page.keyboard.press('Escape');
        await page.locator('input[name=stage-view]').nth(1).check({ force: true });
        await page.getByRole('tree').waitFor();
        await judge('list');
        await page.locator('textarea.mono').focus();
        await page.locator('.monaco-editor .view-line').first().waitFor();
        await judge('Monaco');
        expect(violations).toEqual({});
        expect(opened.problems()).toEqual([]);
      });

      test('on a phone: stage, inspector, manifests', async () => {
        await using opened = await openPage(browser, { language, theme, viewport: { width: 390, height: 844 } });
        const { page } = opened;
        await page.locator('[data-pod]').first().waitFor();
        const parts = page.locator('nav button');
        for (let at = 0; at < (await parts.count()); at += 1) {
          await parts.nth(at).click();
          expect(await findAxeViolations(page)).toEqual([]);
        }
        expect(opened.problems()).toEqual([]);
      });
    });
  }
}
