// What a visit downloads, held against its budget: `npm run size` after `npm run build`. Prints a table and ends with 1
// when something is over its budget, or missing.

import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

const DIST = process.env['DIST'] ?? join(import.meta.dirname, '../../dist');
const KIB = 1024;

interface Budget {
  readonly what: string;
  /** Sum of the files, each compressed by gzip -9. */
  readonly gzipKibMax: number;
  readonly files: readonly string[];
}

async function main(): Promise<void> {
  const budgets: readonly Budget[] = [
    { what: 'page, first load', gzipKibMax: 120, files: await withStaticImports(await scriptsOfPage()) },
    // The longer of the two languages; a visit loads one at first.
    { what: 'words', gzipKibMax: 30, files: await largest(await assets(/^ja-.*\.js$/), 'リクエスト') },
    // The longest of all lessons in both languages; whoever opens one loads one.
    {
      what: 'words of a lesson',
      gzipKibMax: 30,
      files: await largest(await assets(/^(en|ja)-.*\.js$/), 'summaryHtml'),
    },
    { what: 'simulation worker', gzipKibMax: 250, files: await withStaticImports(await assets(/^worker-.*\.js$/)) },
    // Named so by vite.config.ts: every chunk with a module of Monaco in it.
    { what: 'Monaco', gzipKibMax: 900, files: await assets(/^monaco-.*\.js$/) },
  ];

  process.stdout.write('what                gzip KB  budget  files\n');
  for (const { what, gzipKibMax, files } of budgets) {
    const sizes = await Promise.all(files.map(async (path) => gzipSync(await readFile(path), { level: 9 }).byteLength));
    const kib = sizes.reduce((sum, size) => sum + size, 0) / KIB;
    const verdict = files.length === 0 ? 'MISSING' : kib > gzipKibMax ? 'OVER BUDGET' : '';
    if (verdict !== '') process.exitCode = 1;
    const names = files.map((path) => relative(join(DIST, 'assets'), path)).join(' ');
    const columns = [what.padEnd(18), kib.toFixed(1).padStart(8), String(gzipKibMax).padStart(7), ` ${names}`, verdict];
    process.stdout.write(`${columns.join(' ').trimEnd()}\n`);
  }
}

/** The scripts that index.html names, preloaded ones included. */
async function scriptsOfPage(): Promise<readonly string[]> {
  const html = await readFile(join(DIST, 'index.html'), 'utf8');
  const paths = [...html.matchAll(/(?:src|href)="([^"]+\.js)"/g)].map((match) => match[1] ?? '');
  return paths.map((path) => join(DIST, path));
}

/** The given scripts and all that they import before they can run. `import(...)` is lazy and does not count. */
async function withStaticImports(entries: readonly string[]): Promise<readonly string[]> {
  const found = new Set(entries);
  // A Set hands out what is added while it is walked.
  for (const path of found) {
    const text = await readFile(path, 'utf8');
    for (const match of text.matchAll(/\b(?:from|import)\s*["'](\.[^"']+\.js)["']/g)) {
      const imported = join(dirname(path), match[1] ?? '');
      if (existsSync(imported)) found.add(imported);
    }
  }
  return [...found];
}

/** The largest of some scripts that hold a word. */
async function largest(paths: readonly string[], word: string): Promise<readonly string[]> {
  const texts = await Promise.all(paths.map(async (path) => ({ path, text: await readFile(path, 'utf8') })));
  const found = texts
    .filter(({ text }) => text.includes(word))
    .toSorted((a, b) => Buffer.byteLength(b.text) - Buffer.byteLength(a.text));
  return found.slice(0, 1).map(({ path }) => path);
}

async function assets(name: RegExp): Promise<readonly string[]> {
  const names = await readdir(join(DIST, 'assets'));
  return names.filter((candidate) => name.test(candidate)).map((found) => join(DIST, 'assets', found));
}

await main();
