// What a browser test needs around a page: open it at a route in a language, theme and size; notice everything that
// went wrong in it; judge it with axe; take a picture in which Japanese can be read.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { inject } from 'vitest';

import { CHROMIUM_FLAGS } from '../tools/chromium.ts';
import { addJapaneseFont } from '../tools/japanese-font.ts';

export interface PageOptions {
  /** Path, query and fragment below the page's address. Default: the start page. */
  readonly route?: string;
  /** What the browser says its user reads. Default: en. */
  readonly language?: 'en' | 'ja';
  /** The system's colour scheme. Default: light. */
  readonly theme?: 'light' | 'dark';
  /** CSS pixels. Default: 1280 x 800. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Whether the user asked for reduced motion. Default: no. */
  readonly isMotionReduced?: boolean;
  /** Windows' high contrast. Default: no. */
  readonly hasForcedColors?: boolean;
  /** A finger instead of a mouse. Default: no. */
  readonly hasTouch?: boolean;
  /** A browser that paints on no canvas. Default: no. */
  readonly hasNoCanvas?: boolean;
  /** A first visit: the page says what there is to do and offers to show around. Default: no. */
  readonly isNewcomer?: boolean;
  /** Settings kept from an earlier visit, as the page writes them. Default: none. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** A page under test. Close it when the test ends, or write `await using opened = await openPage(...)`. */
export interface OpenedPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors since the page was opened, one sentence each: console errors, uncaught exceptions, CSP violations, failed loads. */
  problems(): readonly string[];
  close(): Promise<void>;
}

/**
 * Starts the browser of this run; one for each test file is enough (about half a second). Waits until the page is built.
 *
 * @throws Error with what the build said if it failed
 */
export async function launchBrowser(): Promise<Browser> {
  const built = await fetch(inject('pageUrl'));
  if (!built.ok) throw new Error(await built.text());
  const { executablePath, env } = inject('chromium');
  return chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS], env: { ...definedEnv(), ...env } });
}

/** Opens the built page in a profile of its own, and waits until its first scripts have run. */
export async function openPage(browser: Browser, options: PageOptions = {}): Promise<OpenedPage> {
  const context = await browser.newContext({
    locale: options.language === 'ja' ? 'ja-JP' : 'en-GB',
    colorScheme: options.theme ?? 'light',
    viewport: options.viewport ?? { width: 1280, height: 800 },
    reducedMotion: options.isMotionReduced === true ? 'reduce' : 'no-preference',
    forcedColors: options.hasForcedColors === true ? 'active' : 'none',
    hasTouch: options.hasTouch === true,
    isMobile: options.hasTouch === true,
  });
  const { settings } = options;
  if (settings !== undefined)
    await context.addInitScript((text) => {
      if (location.protocol.startsWith('http')) localStorage.setItem('meshscope.settings.v1', text);
    }, JSON.stringify(settings));
  if (options.isNewcomer !== true)
    await context.addInitScript(() => {
      if (location.protocol.startsWith('http')) localStorage.setItem('meshscope.tour.v1', '"known"');
    });
  if (options.hasNoCanvas === true)
    await context.addInitScript(() => {
      HTMLCanvasElement.prototype.getContext = () => null;
    });
  const problems = await reportProblems(context);
  const page = await context.newPage();
  // Shorter than a test's own time, so that a failure names its line.
  page.setDefaultTimeout(20_000);
  await page.goto(new URL(options.route ?? '', inject('pageUrl')).href, { waitUntil: 'load' });

  const close = (): Promise<void> => context.close();
  return { page, problems, close, [Symbol.asyncDispose]: close };
}

/** The rules that axe finds broken on the page, or in one part of it, as it is now: `rule: selector, selector`. Empty is good. */
export async function findAxeViolations(page: Page, part?: string): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) {
    // Through the debugger, because the page's own policy rightly refuses foreign scripts.
    const session = await page.context().newCDPSession(page);
    await session.send('Runtime.evaluate', { expression: await axeSource() });
    await session.detach();
  }
  return page.evaluate(async (within) => {
    const { axe: injected } = globalThis as unknown as { axe: typeof axe }; // put there above
    // A colour on its way to another is neither.
    for (const animation of document.getAnimations())
      if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
    const { violations } = await injected.run(within ?? document, { resultTypes: ['violations'] });
    return violations.map(
      (violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join(', ')}`,
    );
  }, part);
}

/** A PNG of the visible page, with "Noto Sans JP" available to it whatever fonts this machine has. */
export async function takeScreenshot(page: Page, path?: string): Promise<Buffer> {
  await addJapaneseFont(page, inject('pageUrl'));
  return page.screenshot({ animations: 'disabled', ...(path === undefined ? {} : { path }) });
}

/** Notices what goes wrong in every page of a context from now on; the returned function tells it. */
export async function reportProblems(context: BrowserContext): Promise<() => readonly string[]> {
  const problems: string[] = [];
  await reportViolations(context, problems);
  context.on('page', (page) => {
    reportErrors(page, problems);
  });
  return () => [...problems];
}

function reportErrors(page: Page, problems: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.message}`));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // What a reload or a leaving cut off did not fail.
    if (reason !== 'net::ERR_ABORTED') problems.push(`request failed: ${request.url()} ${reason}`.trim());
  });
}

async function reportViolations(context: BrowserContext, problems: string[]): Promise<void> {
  await context.exposeBinding('reportViolation', (_source, text: string) => problems.push(`policy: ${text}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { reportViolation } = globalThis as unknown as { reportViolation: (text: string) => void }; // bound above
      reportViolation(`${event.violatedDirective} refused ${event.blockedURI}`);
    });
  });
}

const require = createRequire(import.meta.url);
let axeText: Promise<string> | undefined;

function axeSource(): Promise<string> {
  axeText ??= readFile(require.resolve('axe-core/axe.min.js'), 'utf8');
  return axeText;
}

function definedEnv(): Record<string, string> {
  const entries = Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return Object.fromEntries(entries) as Record<string, string>; // undefined values are gone
}
