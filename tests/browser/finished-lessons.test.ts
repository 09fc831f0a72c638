// Three lessons from the question to the solved mark, twice: by the keyboard alone, and in a browser that paints no canvas. One page
// each; nobody is told what to press but by what the page says.

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { launchBrowser, openPage } from './page.ts';

interface Finished {
  readonly id: string;
  readonly title: string;
  /** The right answer to the prediction, as much of it as tells it from the others. */
  readonly answer: RegExp;
  /** What is worth a look as soon as the run has come to it, in the inspector's words. */
  readonly seen: RegExp;
  /** Labels of the forms, and what is chosen there. */
  readonly changes: readonly (readonly [label: string, value: string])[];
}

const byKeyboard: readonly Finished[] = [
  {
    id: '20-start-race',
    title: 'The app starts before its proxy',
    answer: /refused at once/,
    seen: /fails: refused/,
    changes: [['Native sidecar for web', 'true']],
  },
  {
    id: '20-injection',
    title: 'Why does my pod say 1/1?',
    answer: /Nobody asked istiod/,
    seen: /asks GET http:\/\/orders/,
    changes: [
      ['Label istio-injection of the namespace', 'enabled'],
      ['Label istio.io/rev of the namespace', '(not set)'],
    ],
  },
  {
    id: '30-one-label',
    title: 'One label',
    answer: /Redirect rules appear/,
    seen: /asks GET http:\/\/orders/,
    changes: [['istio.io/dataplane-mode of the namespace', 'ambient']],
  },
];

const withoutCanvas: readonly Finished[] = [
  {
    id: '20-job-never-ends',
    title: 'The Job is done, the pod is not',
    answer: /The pod goes on/,
    seen: /asks GET http:\/\/orders/,
    changes: [['Native sidecar for report', 'true']],
  },
  {
    id: '30-where-is-the-ciphertext',
    title: 'Where is the ciphertext?',
    answer: /Everywhere/,
    seen: /asks GET http:\/\/orders/,
    changes: [['Mode of the orders pods', 'ambient']],
  },
  {
    id: '40-gateway-api',
    title: 'From VirtualService to HTTPRoute',
    answer: /go to v1/,
    seen: /asks GET http:\/\/orders/,
    changes: [
      ['Path of the second rule', '/cartoon'],
      ['Where the second rule leads', 'orders-v2'],
    ],
  },
];

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

/** Presses a key until what has the focus is called so. */
async function pressUntil(page: Page, key: string, name: string | RegExp, most = 80): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses <= most; presses += 1) {
    const here = await focusedName(page);
    if (typeof name === 'string' ? here === name : name.test(here)) return;
    passed.push(here);
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not reach ${String(name)}: ${passed.join(' | ')}`);
}

/** What a screen reader would call the element that has the focus. */
function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const at = document.activeElement;
    if (at === document.body) return '';
    const label = at instanceof HTMLInputElement || at instanceof HTMLSelectElement ? at.labels?.[0] : undefined;
    const said = at?.getAttribute('aria-label') ?? label?.textContent ?? at?.textContent ?? '';
    return said.replaceAll(/\s+/g, ' ').trim();
  });
}

const escaped = (text: string): string => text.replaceAll(/[/?.]/g, String.raw`\$&`);

async function press(page: Page, name: string | RegExp): Promise<void> {
  await pressUntil(page, 'Tab', name);
  await page.keyboard.press('Enter');
}

/** The list of lessons says that it is solved. */
async function expectSolved(page: Page, title: string): Promise<void> {
  const here = page.locator('dialog li').filter({ has: page.getByRole('link', { name: title }) });
  await here.getByText('Solved').waitFor({ state: 'attached' });
}

test('three lessons are finished by the keyboard alone', { timeout: 120_000 }, async () => {
  await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 } });
  const { page } = opened;
  await page.locator('svg [data-pod]').first().waitFor();
  const inspector = page.getByRole('region', { name: 'Inspector' });
  await press(page, 'Lessons');
  for (const { title, answer, seen, changes } of byKeyboard) {
    // The link's mark says first how far one is with the lesson.
    await press(page, new RegExp(`^\\S+ ${escaped(title)}$`));
    await page.getByRole('heading', { name: title, level: 2 }).waitFor();
    await press(page, 'Next: Predict');
    await pressUntil(page, 'Tab', /.+/);
    await page.keyboard.press('Tab');
    // Within the answers arrow keys choose.
    await page.keyboard.press('Space');
    await pressUntil(page, 'ArrowDown', answer, 4);
    await page.getByText('Right.').first().waitFor();
    await press(page, 'Next: Run');
    await press(page, 'Play');
    await inspector.getByText(seen).first().waitFor();
    await page.keyboard.press('k');
    await press(page, 'Next: Look');
    await pressUntil(page, 'F6', 'Inspector', 8);
    await press(page, seen);
    await inspector.locator('.verdict').waitFor();
    await pressUntil(page, 'F6', 'Lesson', 8);
    await press(page, 'Next: Change');
    await page.locator('.lesson .breaks').first().waitFor();
    await page.locator('.lesson select:enabled').first().waitFor();
    for (const [label, value] of changes) {
      await pressUntil(page, 'Tab', label);
      await page.keyboard.type(value.slice(0, 6));
    }
    await expect.poll(() => page.locator('.lesson .breaks').count()).toBe(0);
    await press(page, 'Next: Prove');
    await press(page, /^Prove in/);
    await page.getByText(/Solved: everything holds/).waitFor();
    await press(page, 'Next: Explain');
    await press(page, 'Lessons');
    await expectSolved(page, title);
  }
  expect(opened.problems()).toEqual([]);
});

test('three lessons are finished where no canvas is painted', { timeout: 120_000 }, async () => {
  await using opened = await openPage(browser, { viewport: { width: 1440, height: 900 }, hasNoCanvas: true });
  const { page } = opened;
  await page.locator('svg [data-pod]').first().waitFor();
  const lesson = page.locator('.lesson');
  const inspector = page.getByRole('region', { name: 'Inspector' });
  const button = (name: string | RegExp) => lesson.getByRole('button', { name });
  await page.getByRole('button', { name: 'Lessons', exact: true }).first().click();
  for (const { title, answer, seen, changes } of withoutCanvas) {
    await page.getByRole('dialog').getByRole('link', { name: title }).click();
    await page.getByRole('heading', { name: title, level: 2 }).waitFor();
    await button('Next: Predict').click();
    await page.getByRole('radio', { name: answer }).check();
    await page.getByText('Right.').first().waitFor();
    await button('Next: Run').click();
    await button('Play').click();
    await inspector.getByText(seen).first().waitFor();
    await button('Pause').click();
    await button('Next: Look').click();
    await inspector.getByRole('button', { name: seen }).first().click();
    await inspector.locator('.verdict').waitFor();
    await button('Next: Change').click();
    await page.locator('.lesson .breaks').first().waitFor();
    for (const [label, value] of changes) await lesson.getByLabel(label).selectOption({ label: value });
    await expect.poll(() => page.locator('.lesson .breaks').count()).toBe(0);
    await button('Next: Prove').click();
    await button(/^Prove in/).click();
    await page.getByText(/Solved: everything holds/).waitFor();
    await button('Next: Explain').click();
    await lesson.getByRole('link', { name: /^Next lesson: / }).waitFor();
    await button('Lessons').click();
    await expectSolved(page, title);
  }
  expect(opened.problems()).toEqual([]);
});
