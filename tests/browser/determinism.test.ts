import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Run } from '../../src/scenario/index.ts';
import type { MeshMode, ScenarioSource, ToPage } from '../../src/scenario/port.ts';
import { launchBrowser, openPage } from './page.ts';
import '../unit/provide-envoys.ts';

const folder = join(import.meta.dirname, '../../src/entry/scenes/shop');
const names = ['namespace', 'web', 'orders', 'payments', 'mysql', 'report'];

async function shop(mesh: MeshMode): Promise<ScenarioSource> {
  const read = (name: string): Promise<string> => readFile(join(folder, `${name}.yaml`), 'utf8');
  const manifests = await Promise.all(names.map(async (name) => ({ path: `${name}.yaml`, text: await read(name) })));
  return { scenario: await read('scenario'), manifests, mesh };
}

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
});

test.each(['none', 'sidecar', 'ambient'] as const)(
  'the same run has the same hash in Node and in a browser (%s)',
  async (mesh) => {
    const until = 10_000_000;
    const source = await shop(mesh);
    const run = new Run(source);
    run.advance(until);
    await using opened = await openPage(browser);
    const inBrowser = await opened.page.evaluate(
      async ({ source, until }) => {
        const isWorker = ({ name }: PerformanceEntry): boolean => /\/worker-[^/]*\.js$/.test(name);
        while (!performance.getEntriesByType('resource').some(isWorker))
          await new Promise((resolve) => setTimeout(resolve, 50));
        const url = performance.getEntriesByType('resource').find(isWorker)?.name ?? '';
        const worker = new Worker(url, { type: 'module' });
        return new Promise<{ hash: string; records: number }>((resolve, reject) => {
          worker.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
            if (data.type === 'progress' && data.simulated >= until) worker.postMessage({ type: 'summarise', run: 1 });
            if (data.type === 'failed') reject(new Error(data.message));
            if (data.type === 'summary') resolve({ hash: data.summary.hash, records: data.summary.records });
          });
          worker.postMessage({ type: 'load', run: 1, source });
          worker.postMessage({ type: 'advance', run: 1, until });
        });
      },
      { source, until },
    );
    const { hash, records } = run.summary();
    expect(inBrowser).toEqual({ hash, records });
    expect(records).toBeGreaterThan(100);
  },
);
