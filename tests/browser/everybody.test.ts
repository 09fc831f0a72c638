// For everybody: landmarks and the order of the focus, large text, narrow windows,
// sizes of targets, high contrast, and what a screen reader is told.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { launchBrowser, openPage, type PageOptions } from './page.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const WIDE = { viewport: { width: 1440, height: 900 } } as const;

async function openReady(options: PageOptions) {
  const opened = await openPage(browser, options);
  await opened.page.locator('[data-pod]').first().waitFor();
  return opened;
}

/** Elements that one can press and that are under 24 pixels, or under `least` in both directions (WCAG 2.5.8). */
async function smallTargets(page: Page, least: number): Promise<readonly string[]> {
  return page.evaluate((least) => {
    const pressed = [
      ...document.querySelectorAll<HTMLElement>('button, a[href], select, summary, [role=tab], input[type=checkbox]'),
    ];
    return pressed.flatMap((element) => {
      const target = element.closest('label') ?? element;
      if (element.closest('.monaco-editor, svg, [aria-hidden=true]') !== null || !element.checkVisibility()) return [];
      const { width, height } = target.getBoundingClientRect();
      // A link in a sentence is as high as its line.
      const isInText = element.matches('.link, a') || element.closest('p, li') !== null;
      if (width === 0 || (Math.min(width, height) >= 24 && Math.max(width, height) >= least) || isInText) return [];
      return [`${element.outerHTML.slice(0, 90)} ${Math.round(width)}x${Math.round(height)}`];
    });
  }, least);
}

/** How far the page can be scrolled sideways, in CSS pixels. */
const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('landmarks and headings tell the parts of the page', async () => {
  await using opened = await openReady(WIDE);
  const { page } = opened;
  for (const name of ['Stage', 'Inspector', 'Manifests', 'Time'])
    expect(await page.getByRole('region', { name, exact: true }).count(), name).toBe(1);
  expect(await page.getByRole('main').count()).toBe(1);
  expect(await page.getByRole('banner').count()).toBe(1);
  expect(await page.getByRole('contentinfo').count()).toBe(1);
  const levels = await page.evaluate(() =>
    [...document.querySelectorAll('h1, h2, h3, h4')].map((heading) => Number(heading.tagName[1])),
  );
  expect(levels[0]).toBe(1);
  for (const [at, level] of levels.entries()) expect(level - (levels[at - 1] ?? 0)).toBeLessThanOrEqual(1);
});

test('F6 goes round the regions and Shift+F6 back; the skip link leads to the stage', async () => {
  await using opened = await openReady(WIDE);
  const { page } = opened;
  const region = () =>
    page.evaluate(() => document.activeElement?.closest('[data-region]')?.getAttribute('data-region'));
  const visited: (string | null | undefined)[] = [];
  for (let at = 0; at < 4; at += 1) {
    await page.keyboard.press('F6');
    visited.push(await region());
  }
  expect(visited).toEqual(['stage', 'inspector', 'manifests', 'transport']);
  await page.keyboard.press('Shift+F6');
  expect(await region()).toBe('manifests');

  await page.reload();
  await page.locator('[data-pod]').first().waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await region()).toBe('stage');
});

test('the focus is seen wherever Tab takes it, and Tab comes out of the page at its end', async () => {
  await using opened = await openReady(WIDE);
  const { page } = opened;
  const hidden: string[] = [];
  let seen = 0;
  for (; seen < 90; seen += 1) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return 'out';
      if (element.closest('.monaco-editor') !== null) return '';
      const shown = element.closest('label') ?? element;
      const { left, top, width, height } = shown.getBoundingClientRect();
      const x = Math.min(innerWidth - 1, Math.max(0, left + width / 2));
      const y = Math.min(innerHeight - 1, Math.max(0, top + Math.min(height / 2, 20)));
      const isOutside = left + width <= 0 || top + height <= 0 || left >= innerWidth || top >= innerHeight;
      const hit = document.elementFromPoint(x, y);
      const isCovered = hit !== null && !shown.contains(hit) && !hit.contains(shown);
      return isOutside || isCovered ? element.outerHTML.slice(0, 100) : '';
    });
    if (found === 'out') break;
    if (found !== '') hidden.push(found);
  }
  expect(hidden).toEqual([]);
  expect(seen).toBeGreaterThan(15);
  expect(seen).toBeLessThan(90);
});

describe('room', () => {
  for (const language of ['en', 'ja'] as const) {
    test(`with text of twice the size nothing is cut off, and 320 CSS pixels need no scrolling sideways (${language})`, async () => {
      await using opened = await openReady({ ...WIDE, language });
      const { page } = opened;
      await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
      await page.waitForTimeout(300);
      expect(await sideways(page)).toBe(0);
      const cut = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('header *, .transport *, footer *, .inspector [role=tab], .button')]
          .filter(
            (element) => element.checkVisibility() && !element.matches('.hidden, .hidden *, svg *, canvas, input'),
          )
          .filter((element) => {
            const { left, right, bottom, width } = element.getBoundingClientRect();
            // A sentence that ends in dots has its whole self elsewhere.
            if (element.matches('.value')) return false;
            return width > 0 && (right > innerWidth + 1 || left < -1 || bottom > innerHeight + 1);
          })
          .map((element) => element.outerHTML.slice(0, 90)),
      );
      expect(cut).toEqual([]);
      expect(await page.locator('#stage').evaluate(({ clientHeight }) => clientHeight)).toBeGreaterThan(80);

      await page.evaluate(() => (document.documentElement.style.fontSize = ''));
      await page.setViewportSize({ width: 320, height: 640 });
      for (const at of [0, 1, 2]) {
        await page.locator('.page > nav button').nth(at).click();
        expect(await sideways(page)).toBe(0);
      }
      await page.keyboard.press('?');
      expect(await sideways(page)).toBe(0);
    });
  }

  test('in a low window the stage keeps room, in one that is lower still the page is scrolled', async () => {
    await using opened = await openReady({ viewport: { width: 844, height: 390 } });
    const { page } = opened;
    const room = async () => {
      await expect.poll(() => sideways(page)).toBe(0);
      const stage = await page.locator('#stage').boundingBox();
      const time = await page.locator('[data-region=transport]').boundingBox();
      expect((stage?.y ?? 0) + (stage?.height ?? 0)).toBeLessThanOrEqual(time?.y ?? 0);
      return stage?.height;
    };
    expect(await room()).toBeGreaterThan(160);
    await page.setViewportSize({ width: 320, height: 256 });
    expect(await room()).toBeGreaterThan(120);
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeGreaterThan(400);
  });

  test('what can be pressed is at least 24 pixels wide and high, and 44 in one direction under a finger', async () => {
    await using mouse = await openReady(WIDE);
    expect(await smallTargets(mouse.page, 24)).toEqual([]);
    await using finger = await openReady({ viewport: { width: 390, height: 844 }, hasTouch: true });
    for (const at of [0, 1, 2]) {
      await finger.page.locator('.page > nav button').nth(at).click();
      expect(await smallTargets(finger.page, 44)).toEqual([]);
    }
  });
});

test('only results are told unasked: what was done is said, and nothing while time runs', async () => {
  await using opened = await openReady(WIDE);
  const { page } = opened;
  const said = async (): Promise<string> =>
    (await page.locator('[aria-live=polite], [role=status]').allInnerTexts()).join('').trim();
  await page.keyboard.press('k');
  await page.waitForTimeout(500);
  expect(await said()).toBe('');
  await page.keyboard.press('k');
  await page.getByRole('button', { name: 'Restart', exact: true }).click();
  await expect.poll(said).toMatch(/starts again/);
});

test('without motion packets are drawn only while time stands still', async () => {
  await using opened = await openReady({ ...WIDE, settings: { motion: 'none' } });
  const { page } = opened;
  expect(await page.evaluate(() => document.documentElement.dataset['motion'])).toBe('none');
  const inked = (): Promise<boolean> =>
    page.locator('.stage canvas').evaluate((canvas: HTMLCanvasElement) => {
      const context = canvas.getContext('2d');
      if (context === null) return false;
      return context.getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value > 0);
    });
  expect(await inked()).toBe(true);
  await page.keyboard.press('k');
  await expect.poll(inked).toBe(false);
});

test('the course of the run reads as a list of what happened', async () => {
  await using opened = await openReady(WIDE);
  const { page } = opened;
  await page.getByRole('tab', { name: 'Course' }).click();
  await page.getByText('Text', { exact: true }).click();
  await page.getByRole('tabpanel', { name: 'Course' }).getByRole('listitem').first().waitFor();
  const spoken = await page.getByRole('tabpanel', { name: 'Course' }).ariaSnapshot();
  expect(spoken.split('\n').filter((line) => line.includes('listitem')).length).toBeGreaterThan(5);
  expect(spoken).toMatch(/fail/);
});
