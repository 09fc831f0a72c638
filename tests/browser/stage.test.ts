// The stage in a real browser: it fits, refits, says what things are, and leads a finger to the answer.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { launchBrowser, openPage } from './page.ts';
import { shareScene } from './scene.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

const scene = shareScene(() => browser);

const PHONE = { width: 390, height: 844 };
const LAPTOP = { width: 1440, height: 900 };

/** Pixels of the picture that the stage does not show, across and down. */
async function hidden(page: Page): Promise<readonly number[]> {
  return page.locator('.viewport').evaluate((element) => {
    const picture = element.querySelector('svg')?.getBoundingClientRect();
    const room = element.getBoundingClientRect();
    // The stage knows its own size in whole pixels: half of one is nothing.
    return [(picture?.right ?? 0) - room.right, (picture?.bottom ?? 0) - room.bottom].map((past) =>
      Math.max(0, Math.ceil(past - 0.51)),
    );
  });
}

/** Font size of the smallest text of the picture as it is shown. */
async function smallestText(page: Page): Promise<number> {
  return page
    .locator('.viewport svg')
    .first()
    .evaluate((svg) => {
      const scale = svg.getBoundingClientRect().width / (svg as SVGSVGElement).viewBox.baseVal.width;
      const sizes = [...svg.querySelectorAll('text')].map((text) => parseFloat(getComputedStyle(text).fontSize));
      return Math.min(...sizes) * scale;
    });
}

describe('the picture', () => {
  for (const mode of ['No mesh', 'Sidecar', 'Ambient']) {
    test(`fits a laptop and a phone whole and readable: ${mode}`, async () => {
      const page = await scene();
      await page.locator('[data-pod]').first().waitFor();
      await page.getByText(mode, { exact: true }).first().click();
      await page.locator('[data-pod]').nth(3).waitFor();
      for (const viewport of [LAPTOP, PHONE]) {
        await page.setViewportSize(viewport);
        await expect.poll(() => hidden(page)).toEqual([0, 0]);
        await expect.poll(() => smallestText(page)).toBeGreaterThanOrEqual(10.99);
      }
      await page.setViewportSize(LAPTOP);
    });
  }

  test('refits when its pane changes, until somebody zooms', async () => {
    const page = await scene();
    await page.locator('[data-pod]').nth(4).waitFor();
    const width = async (): Promise<number> =>
      Math.round((await page.locator('.viewport svg').first().boundingBox())?.width ?? 0);
    const before = await width();
    await page.setViewportSize({ width: 1920, height: 1080 });
    await expect.poll(width).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Larger' }).first().click();
    const zoomed = await width();
    await page.setViewportSize({ width: 1800, height: 1000 });
    await page.waitForTimeout(200);
    expect(await width()).toBe(zoomed);
    await page.getByRole('button', { name: 'Fit' }).click();
    await expect.poll(() => hidden(page)).toEqual([0, 0]);
    await page.setViewportSize(LAPTOP);
  });

  test('shows as much of each pod as somebody wants, and remembers it', async () => {
    await using opened = await openPage(browser, { viewport: LAPTOP });
    const { page } = opened;
    const level = page.getByLabel('Level of detail');
    await level.selectOption('services');
    await expect.poll(() => page.locator('.viewport .group').count()).toBe(5);
    await page.reload();
    await page.locator('.viewport .group').first().waitFor();
    expect(await level.inputValue()).toBe('services');
  });

  test('has no buttons for its size while the list is shown', async () => {
    const page = await scene();
    await page.locator('[data-pod]').first().waitFor();
    await page.locator('input[name=stage-view]').nth(1).check({ force: true });
    await page.getByRole('tree').waitFor();
    expect(await page.getByRole('button', { name: 'Fit' }).count()).toBe(0);
    expect(await level(page).count()).toBe(0);
    await page.locator('input[name=stage-view]').first().check({ force: true });
  });
});

const level = (page: Page) => page.getByLabel('Level of detail');

describe('from near', () => {
  test('a pod shows its ports, its redirect rules and its sockets, and a packet what it carries', async () => {
    await using opened = await openPage(browser, { viewport: LAPTOP });
    const { page } = opened;
    await page.locator('[data-pod]').nth(4).waitFor();
    await level(page).selectOption('sockets');
    const picture = page.locator('.viewport svg');
    await expect.poll(() => picture.first().textContent()).toMatch(/:15008[^]*:15006[^]*:15001[^]*:8080/);
    await expect.poll(() => picture.first().textContent()).toContain('redirect rules: istio-cni ambient (6)');
    const line = page.locator('[data-tip^=socket]').filter({ hasText: '⇒ :15001' }).first();
    await line.hover();
    await expect.poll(() => page.locator('.tip').innerText()).toContain('ambient.OUTPUT');
    await expect.poll(() => page.locator('aside .layer.tls').count()).toBe(1);
    const carried = await page
      .locator('aside')
      .filter({ has: page.locator('.layer.tls') })
      .innerText();
    expect(carried).toMatch(/TCP [^]*TLS 1\.3[^]*HTTP\/2 stream[^]*HBONE[^]*GET \/cart/);
    await line.click();
    await expect.poll(() => page.locator('.inspector .steps li').count()).toBeGreaterThan(1);
    expect(opened.problems()).toEqual([]);
  });

  test('more of each pod is drawn, and less from afar, until somebody chooses', async () => {
    const page = await scene();
    await page.locator('[data-pod]').nth(4).waitFor();
    const shown = async (): Promise<string> =>
      level(page).evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.textContent ?? '');
    expect(await shown()).toContain('Containers');
    const larger = page.getByRole('button', { name: 'Larger' }).first();
    for (let presses = 0; presses < 5; presses += 1) await larger.click();
    await expect.poll(shown).toContain('Sockets');
    await page.getByRole('button', { name: 'Fit' }).click();
    await expect.poll(shown).toContain('Containers');
  });

  test('a pod is gone to by its menu', async () => {
    const page = await scene();
    const pod = page.locator('[data-pod]').nth(4);
    await pod.waitFor();
    const name = await pod.getAttribute('aria-label');
    await pod.click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Zoom to it' }).click();
    await expect
      .poll(async () => {
        const box = await page.getByRole('button', { name: name ?? '' }).boundingBox();
        return box === null ? 0 : Math.round(box.width);
      })
      .toBeGreaterThan(300);
    await page.getByRole('button', { name: 'Fit' }).click();
  });
});

describe('things of the picture', () => {
  test('say what they are, to a pointer and to the focus; Esc takes it away', async () => {
    const page = await scene();
    await page.locator('[data-pod]').first().hover();
    const tip = page.locator('.tip');
    await expect.poll(() => tip.innerText()).toMatch(/^W\d web-[^]*READY 1\/1/);
    await page.mouse.move(2, 2);
    await expect.poll(() => tip.count()).toBe(0);
    await page.locator('[data-pod][tabindex="0"]').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => tip.innerText()).toContain('READY');
    await page.keyboard.press('Escape');
    await expect.poll(() => tip.count()).toBe(0);
  });

  test('stand on a sheet with all signs, on a phone too', async () => {
    await using opened = await openPage(browser, { viewport: PHONE });
    const { page } = opened;
    await page.getByRole('button', { name: 'All signs' }).click();
    const sheet = page.getByRole('dialog');
    await expect.poll(() => sheet.locator('dd').count()).toBeGreaterThan(25);
    expect(await sheet.innerText()).toContain('a probe');
  });

  test('lead a finger to the explanation', async () => {
    await using opened = await openPage(browser, { viewport: PHONE });
    const { page } = opened;
    await page.locator('[data-pod]').first().click();
    await page.locator('.badge .button').click();
    await expect.poll(() => page.locator('section.inspector').isVisible()).toBe(true);
  });
});
