// What a learner waits for: another lesson, the ticks after a pause in typing, the proof of a right answer. Milliseconds, only printed.
import type { Browser, Page } from 'playwright-core';

import { manifestsOf, prove } from '../../src/lesson/index.ts';
import { lessonFolders } from '../lessons/lesson-folders.ts';
import { spread } from './measure.ts';
import type { Report } from './report.ts';

const lessons = [...lessonFolders.values()].flatMap(({ lesson }) => lesson ?? []);
/** Before the page asks its judges, it waits for a pause of this length: JUDGE_AFTER_MS of ui/lesson/session.svelte.ts. */
const PAUSE_MS = 120;
/** Whoever goes from lesson to lesson has looked at the one before: then a worker is ready (src/entry/spare-worker.ts). */
const READ_MS = 6_000;
/** One in so many lessons is opened a second time. */
const EVERY = 6;
/** Those whose proofs took longest when all were measured, which takes a minute: BENCH=whole. That all hold, `lesson verify` says. */
const SLOWEST = ['30-l4-policy', '30-upgrade-ztunnel', '40-canary'];

/** Every lesson's solution in every schedule of its bound. Time of the processor: what else the machine does is no part of it. */
export function benchProofs(report: Report): void {
  report.section('Lessons: the solution in every schedule');
  const isWhole = process.env['BENCH'] === 'whole';
  const took = lessons
    .filter(({ id }) => isWhole || SLOWEST.includes(id))
    .map((lesson) => ({
      id: lesson.id,
      ms: processorTime(() => {
        for (const { isSolved, schedule } of prove(lesson, manifestsOf(lesson, 'solution')))
          if (!isSolved) throw new Error(`${lesson.id}: schedule ${schedule}`);
      }),
    }));
  report.print(
    `proof of a solution, ${took.length} of ${lessons.length} lessons`,
    spread(took.map(({ ms }) => ms)),
    'ms',
    'aim 5,000 ms each',
  );
  for (const { id, ms } of took.toSorted((a, b) => b.ms - a.ms).slice(0, 3))
    report.print(`  ${id}`, spread([ms]), 'ms');
}

/** Milliseconds of all cores together; work that runs on one takes about that long where nothing else does. */
function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** In the built page at `address`: from lesson to lesson, and from the last key to the ticks. */
export async function benchLessonPages(report: Report, browser: Browser, address: string): Promise<void> {
  report.section('Lessons: built, in a browser without a GPU');
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
  // The TypeScript runner keeps functions' names with a helper that the page does not have.
  await page.addInitScript('globalThis.__name = (named) => named;');
  await page.goto(`${address}#/en/l/${lessons[0]?.id ?? ''}`);
  await page.locator('.lesson h2').waitFor();
  const first: number[] = [];
  const again: number[] = [];
  const ticks: number[] = [];
  for (const { id, texts } of lessons.toReversed()) first.push(await switchTo(page, id, texts.en.title));
  for (const { id, texts } of lessons.filter((_, at) => at % EVERY === 1)) {
    await page.waitForTimeout(READ_MS);
    again.push(await switchTo(page, id, texts.en.title));
    ticks.push(await typeUntilTicked(page));
  }
  await page.close();
  report.print('one lesson after the other, in haste, to the picture', spread(first), 'ms');
  report.print('from a lesson that was read, to the picture', spread(again), 'ms', 'aim 200 ms');
  report.print(
    'last key to the ticks, without the pause',
    spread(ticks.map((ms) => ms - PAUSE_MS)),
    'ms',
    'aim 150 ms',
  );
}

/** From the press on its link to the frame with its title and its pods. */
function switchTo(page: Page, id: string, title: string): Promise<number> {
  return page.evaluate(
    ({ hash, name }) =>
      new Promise<number>((resolve) => {
        const from = performance.now();
        location.hash = hash;
        const look = (): void => {
          const isThere = document.querySelector('.lesson h2')?.textContent === name;
          if (!isThere || document.querySelector('.stage [data-pod]') === null) requestAnimationFrame(look);
          else resolve(performance.now() - from);
        };
        requestAnimationFrame(look);
      }),
    { hash: `#/en/l/${id}`, name: title },
  );
}

/** From a comment added to the open manifest to the frame that shows what its run came to. */
async function typeUntilTicked(page: Page): Promise<number> {
  await page.locator('.lesson nav').getByRole('button', { name: 'Change', exact: true }).click();
  await page.locator('.lesson ul[aria-busy=false]').waitFor();
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const area = document.querySelector<HTMLTextAreaElement>('textarea.mono');
        if (area === null) throw new Error('no manifest is open');
        const from = performance.now();
        area.value += '# a comment\n';
        area.dispatchEvent(new Event('input', { bubbles: true }));
        let wasBusy = false;
        const look = (): void => {
          const isBusy = document.querySelector('.lesson ul[aria-busy=true]') !== null;
          if (wasBusy && !isBusy) resolve(performance.now() - from);
          else requestAnimationFrame(look);
          wasBusy ||= isBusy;
        };
        requestAnimationFrame(look);
      }),
  );
}
