import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { Run } from '../../src/scenario/index.ts';
import type { MeshMode, ScenarioSource, ToPage } from '../../src/scenario/port.ts';
import { routeOf, sandboxHref, unluckyHref } from '../../src/ui/route.ts';
import { answerTo, questionOf } from '../scenarios/question.ts';
import { searches } from '../scenarios/standing.ts';
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

/** The run of a source in the page's own worker. */
async function playInBrowser(source: ScenarioSource, until: number): Promise<{ hash: string; records: number }> {
  await using opened = await openPage(browser);
  return await opened.page.evaluate(
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
}

test.each(['none', 'sidecar', 'ambient'] as const)(
  'the same run has the same hash in Node and in a browser (%s)',
  async (mesh) => {
    const until = 10_000_000;
    const source = await shop(mesh);
    const run = new Run(source);
    run.advance(until);
    const { hash, records } = run.summary();
    expect(await playInBrowser(source, until)).toEqual({ hash, records });
    expect(records).toBeGreaterThan(100);
  },
);

test('the link to a failing run opens that very run, in Node and in a browser', async () => {
  const search = searches.find(({ id }) => id === 'keep-alive-race');
  assert(search !== undefined);
  const question = questionOf(search, 'naive');
  const { verdict } = answerTo(question);
  assert(verdict.verdict === 'counterexample');
  const luck = verdict.counterexample.deviations;
  const href = unluckyHref(sandboxHref('en'), { luck, at: 0, record: undefined });
  const moment = routeOf(href)?.unlucky;
  assert(moment !== undefined && moment !== 'unreadable');
  const source: ScenarioSource = { ...question.source, luck: moment.luck };
  const until = question.horizon ?? 0;
  const replay = (options: ScenarioSource): Run => {
    const run = new Run(options);
    run.advance(until);
    return run;
  };
  const answers = ({ trace }: Run): readonly string[] => [...trace.select(['response'])].map(({ result }) => result);
  const unlucky = replay(source);
  expect(answers(unlucky)).toContain('503 UC');
  expect(answers(replay(question.source))).not.toContain('503 UC');
  const { hash, records } = unlucky.summary();
  expect(await playInBrowser(source, until)).toEqual({ hash, records });
});
