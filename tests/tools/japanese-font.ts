// Gives a page a Japanese face whatever fonts this machine has, so that pictures of it can be read.

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';

const require = createRequire(import.meta.url);
const FONT_ROUTE = '__test-fonts__/';

/** Serves "Noto Sans JP" from node_modules under the page's own origin, which is the only one its policy allows. */
export async function addJapaneseFont(page: Page, pageUrl: string): Promise<void> {
  const css = require.resolve('@fontsource-variable/noto-sans-jp/index.css');
  const base = new URL(FONT_ROUTE, pageUrl).href;
  await page.route(`${base}**`, (route) =>
    route.fulfill({ path: join(dirname(css), new URL(route.request().url()).href.slice(base.length)) }),
  );
  const text = (await readFile(css, 'utf8'))
    .replaceAll("'Noto Sans JP Variable'", "'Noto Sans JP'")
    .replaceAll('url(./', `url(${base}`);
  await page.addStyleTag({ content: text });
  await loadJapanese(page);
}

/** Waits until the face holds everything that is written on the page now. */
export async function loadJapanese(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const text = document.body.innerText;
    const faces = await Promise.all(
      ['400', '600'].map((weight) => document.fonts.load(`${weight} 16px "Noto Sans JP"`, text)),
    );
    await document.fonts.ready;
    return faces.flat().length;
  });
}
