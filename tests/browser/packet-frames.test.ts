// How long a frame with five thousand packets takes without a GPU. Printed, not judged: machines differ; what is judged is that
// every packet was drawn.

import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { FrameFigures } from './packet-frames.ts';
import { launchBrowser, openPage } from './page.ts';

const EMPTY = '<!doctype html><title>frames</title><body><script type="module" src="./__packet-frames.js"></script>';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

test('five thousand packets are drawn in every frame', async () => {
  const script = await bundle();
  await using opened = await openPage(browser, { viewport: { width: 1280, height: 720 } });
  const { page } = opened;
  await page.route('**/__packet-frames.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }));
  // A fresh page without the application beside it; the same origin, so that its policy lets the script in.
  await page.route('**/__empty.html', (route) => route.fulfill({ contentType: 'text/html', body: EMPTY }));
  await page.goto(new URL('__empty.html', page.url()).href);
  await page.waitForFunction(() => 'measureFrames' in globalThis);
  for (const count of [500, 5_000]) {
    const figures = await page.evaluate(async (packets) => {
      const { measureFrames } = globalThis as unknown as {
        measureFrames: (count: number, frames: number) => Promise<FrameFigures>; // put there by the script
      };
      return measureFrames(packets, 120);
    }, count);
    process.stdout.write(
      `${figures.packets} packets: frame median ${figures.intervalMedian.toFixed(1)} ms, p95 ${figures.intervalP95.toFixed(1)} ms, script median ${figures.scriptMedian.toFixed(1)} ms\n`,
    );
    expect(figures.packets).toBeGreaterThanOrEqual(count);
  }
});

async function bundle(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: true,
      lib: { entry: join(import.meta.dirname, 'packet-frames.ts'), formats: ['es'] },
    },
  });
  for (const output of [result].flat()) if ('output' in output) return output.output[0].code;
  throw new Error('nothing was built');
}
