// The built page in a real browser without a GPU: from an edit to the new picture, and a frame full of packets.
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { preview } from 'vite';

import { measureFramesIn } from '../browser/frame-page.ts';
import { CHROMIUM_FLAGS, findChromium } from '../tools/chromium.ts';
import { buildIfStale } from '../tools/fresh-build.ts';
import { benchLessonPages } from './lessons.ts';
import { quantile, spread } from './measure.ts';
import type { Report } from './report.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const EDITS = 9;
const PACKETS = 5_000;
/** Frames of three worlds. */
const FRAMES = 240;

export async function benchPage(report: Report): Promise<void> {
  report.section('Page: built, in a browser without a GPU');
  await buildIfStale(ROOT);
  const { executablePath, env } = await findChromium(join(ROOT, '.cache'));
  const server = await preview({
    root: ROOT,
    configFile: join(ROOT, 'vite.config.ts'),
    logLevel: 'error',
    preview: { host: '127.0.0.1', port: 0 },
  });
  const browser = await chromium.launch({
    executablePath,
    args: [...CHROMIUM_FLAGS],
    env: { ...definedEnv(), ...env },
  });
  try {
    const address = server.resolvedUrls?.local[0] ?? '';
    await measure(report, browser, address);
    await benchLessonPages(report, browser, address);
  } finally {
    await browser.close();
    await server.close();
  }
}

async function measure(report: Report, browser: Browser, address: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  // The TypeScript runner keeps functions' names with a helper that the page does not have.
  await page.addInitScript('globalThis.__name = (named) => named;');
  await page.addInitScript(stampMessages);
  await page.goto(address);
  await page.locator('[data-pod]').first().waitFor();
  const applied = await editTimes(page, 'Apply', 'act');
  report.print('edit of the default scene, Apply, to the new picture', spread(applied), 'ms', 'aim 150 ms');
  const restarted = await editTimes(page, 'Restart', 'load');
  report.print('edit of the default scene, Restart, to the new picture', spread(restarted), 'ms');
  const gaps = await worldsGaps(page);
  report.print('three worlds side by side, frame to frame, median', spread([quantile(gaps, 0.5)]), 'ms', 'aim 16.7 ms');
  report.print('three worlds side by side, frame to frame, 95th percentile', spread([quantile(gaps, 0.95)]), 'ms');
  const [frames] = await measureFramesIn(page, [PACKETS]);
  if (frames === undefined) throw new Error('no frames were measured');
  report.print(`${PACKETS} packets, frame to frame, median`, spread([frames.intervalMedian]), 'ms', 'aim 16.7 ms');
  report.print(`${PACKETS} packets, frame to frame, 95th percentile`, spread([frames.intervalP95]), 'ms');
  report.print(`${PACKETS} packets, script within a frame`, spread([frames.scriptMedian]), 'ms');
}

/** Edits the manifests and presses a button, several times: from the press to the frame that shows the first new records. */
async function editTimes(page: Page, name: 'Apply' | 'Restart', sent: 'act' | 'load'): Promise<readonly number[]> {
  const button = page.getByRole('button', { name, exact: true });
  const times: number[] = [];
  for (let edit = 0; edit < EDITS; edit += 1) {
    await page.getByRole('tab', { name: /web\.yaml/ }).click();
    // A label more or less, without loading the editor: what is measured is the way from the press to the picture.
    await page.locator('textarea.mono').evaluate((area: HTMLTextAreaElement, round) => {
      area.value = area.value.replace(/^( *replicas:) \d+$/m, `$1 ${3 + (round % 2)}`);
      area.dispatchEvent(new Event('input', { bubbles: true }));
    }, edit + 1);
    await page.waitForTimeout(300);
    await button.click();
    times.push(
      await page.evaluate(
        async (type) =>
          new Promise<number>((resolve) => {
            const { meshscopeStamps: stamps } = globalThis as unknown as Stamped; // put there by stampMessages
            const look = (): void => {
              const from = stamps.findLast((stamp) => stamp.type === type);
              const to = stamps.find((stamp) => stamp.type === 'slice' && stamp.at > (from?.at ?? Infinity));
              if (from === undefined || to?.shown === undefined) requestAnimationFrame(look);
              else resolve(to.shown - from.at);
            };
            look();
          }),
        sent,
      ),
    );
  }
  return times;
}

/** Plays three worlds side by side; milliseconds from frame to frame, sorted. */
async function worldsGaps(page: Page): Promise<readonly number[]> {
  await page.getByRole('button', { name: 'Side by side' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('checkbox', { name: 'No mesh' }).check();
  await dialog.getByRole('button', { name: 'Go there' }).first().waitFor();
  await dialog.getByRole('button', { name: 'Play' }).click();
  return page.evaluate(
    async (frames) =>
      new Promise<number[]>((resolve) => {
        const gaps: number[] = [];
        let last: number | undefined;
        const tick = (now: number): void => {
          if (last !== undefined) gaps.push(now - last);
          last = now;
          if (gaps.length < frames) requestAnimationFrame(tick);
          else resolve(gaps.toSorted((a, b) => a - b));
        };
        requestAnimationFrame(tick);
      }),
    FRAMES,
  );
}

interface Stamp {
  readonly type: string;
  readonly at: number;
  /** When the frame after it was over. */
  shown?: number;
}
interface Stamped {
  readonly meshscopeStamps: Stamp[];
}

/** Runs in the page before anything else: notes when messages between page and worker pass. */
function stampMessages(): void {
  const stamps: Stamp[] = [];
  Object.assign(globalThis, { meshscopeStamps: stamps });
  const Native = globalThis.Worker;
  const stamp = (data: unknown): void => {
    const made: Stamp = { type: (data as { type: string }).type, at: performance.now() };
    stamps.push(made);
    requestAnimationFrame(() => setTimeout(() => (made.shown = performance.now())));
  };
  globalThis.Worker = class extends Native {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(url, options);
      this.addEventListener('message', (event: MessageEvent) => stamp(event.data));
    }
    override postMessage(message: unknown, options?: StructuredSerializeOptions | Transferable[]): void {
      stamp(message);
      super.postMessage(message, options as StructuredSerializeOptions); // both forms are the same call
    }
  };
}

function definedEnv(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return Object.fromEntries(entries) as Record<string, string>; // undefined values are gone
}
