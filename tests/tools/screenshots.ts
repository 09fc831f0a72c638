// Pictures of every screen and state: `npm run screenshots`. Sizes, themes and languages are multiplied; words after `--` choose
// (`npm run screenshots -- why ja 390x844`). They lie in .cache/screenshots as `<screen>.<size>.<theme>.<language>.png`; ends with 1
// when a screen could not be reached. DIST names another build than dist/.

import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

import { CHROMIUM_FLAGS, findChromium } from './chromium.ts';
import { buildIfStale } from './fresh-build.ts';
import { addJapaneseFont, loadJapanese } from './japanese-font.ts';
import { servePage } from './page-server.ts';
import { screens } from './screens.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, '.cache/screenshots');
const SIZES = ['1440x900', '1920x1080', '390x844'] as const;
const LANGUAGES = ['en', 'ja'] as const;
/** `grey`: the light theme without hues, as some eyes see it. `forced`: Windows' high contrast. */
const LOOKS = ['light', 'dark', 'projector', 'forced', 'grey'] as const;
/** Looks that are pictured only when asked for. */
const ASKED: ReadonlySet<string> = new Set(['projector', 'forced', 'grey']);

interface Shot {
  readonly size: (typeof SIZES)[number];
  readonly look: (typeof LOOKS)[number];
  readonly language: (typeof LANGUAGES)[number];
}

async function main(words: readonly string[]): Promise<number> {
  const known: readonly string[] = [...screens.map(({ name }) => name), ...SIZES, ...LOOKS, ...LANGUAGES];
  const unknown = words.filter((word) => !known.includes(word));
  if (unknown.length > 0) throw new Error(`unknown: ${unknown.join(' ')}; known: ${known.join(' ')}`);
  const chosen = <T extends string>(all: readonly T[]): readonly T[] => {
    const some = all.filter((word) => words.includes(word));
    return some.length > 0 ? some : all;
  };
  const given = process.env['DIST'];
  if (given === undefined) await buildIfStale(ROOT);
  await using server = await servePage(given ?? join(ROOT, 'dist'));
  const { executablePath, env } = await findChromium(join(ROOT, '.cache'));
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_FLAGS], env: { ...process.env, ...env } });
  if (words.length === 0) await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });

  const names = chosen(screens.map(({ name }) => name));
  const looks = chosen(LOOKS).filter((look) => !ASKED.has(look) || words.includes(look));
  const failures: string[] = [];
  let taken = 0;
  try {
    for (const size of chosen(SIZES))
      for (const look of looks)
        for (const language of chosen(LANGUAGES)) {
          const failed = await picture(browser, server.url, { size, look, language }, names);
          taken += names.length - failed.length;
          failures.push(...failed);
        }
  } finally {
    await browser.close();
  }
  process.stdout.write(`${String(taken)} pictures in ${FOLDER}\n${failures.map((line) => `${line}\n`).join('')}`);
  return failures.length === 0 ? 0 : 1;
}

/** Takes every named screen in one size, look and language; what could not be reached. */
async function picture(
  browser: Browser,
  url: string,
  shot: Shot,
  names: readonly string[],
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const { name, reach } of screens.filter((screen) => names.includes(screen.name))) {
    const page = await open(browser, url, shot);
    const file = `${name}.${shot.size}.${shot.look}.${shot.language}.png`;
    try {
      await reach(page, { isNarrow: shot.size === '390x844' });
      await page.waitForTimeout(200); // fades end
      await loadJapanese(page);
      await page.screenshot({ path: join(FOLDER, file), animations: 'disabled' });
    } catch (error) {
      failures.push(`${file}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
    }
    await page.context().close();
  }
  return failures;
}

async function open(browser: Browser, url: string, { size, look, language }: Shot): Promise<Page> {
  const [width = 0, height = 0] = size.split('x').map(Number);
  const context = await browser.newContext({
    locale: language === 'ja' ? 'ja-JP' : 'en-GB',
    colorScheme: look === 'dark' ? 'dark' : 'light',
    forcedColors: look === 'forced' ? 'active' : 'none',
    viewport: { width, height },
    reducedMotion: 'no-preference',
  });
  context.setDefaultTimeout(15_000);
  if (look === 'projector')
    await context.addInitScript(() =>
      localStorage.setItem('meshscope.settings.v1', JSON.stringify({ theme: 'projector' })),
    );
  const page = await context.newPage();
  await page.goto(url, { waitUntil: 'load' });
  await page.locator('[data-pod]').first().waitFor();
  await addJapaneseFont(page, url);
  if (look === 'grey') await page.addStyleTag({ content: 'html { filter: grayscale(1); }' });
  return page;
}

process.exitCode = await main(process.argv.slice(2));
