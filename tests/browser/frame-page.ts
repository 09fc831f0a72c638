// Brings packet-frames.ts into a browser: built on the fly, in an empty page of the same origin, so that the policy lets it in.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';

import type { FrameFigures } from './packet-frames.ts';

const EMPTY = '<!doctype html><title>frames</title><body><script type="module" src="./__packet-frames.js"></script>';
const FRAMES = 120;

/** Leads `page` away to an empty one and measures frames there, once for each number of packets. */
export async function measureFramesIn(page: Page, counts: readonly number[]): Promise<readonly FrameFigures[]> {
  const script = await bundle();
  await page.route('**/__packet-frames.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }));
  await page.route('**/__empty.html', (route) => route.fulfill({ contentType: 'text/html', body: EMPTY }));
  await page.goto(new URL('__empty.html', page.url()).href);
  await page.waitForFunction(() => 'measureFrames' in globalThis);
  const figures: FrameFigures[] = [];
  for (const count of counts) {
    figures.push(
      await page.evaluate(
        async ([packets, frames]) => {
          const { measureFrames } = globalThis as unknown as {
            measureFrames: (count: number, frames: number) => Promise<FrameFigures>; // put there by the script
          };
          return measureFrames(packets, frames);
        },
        [count, FRAMES] as const,
      ),
    );
  }
  return figures;
}

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
