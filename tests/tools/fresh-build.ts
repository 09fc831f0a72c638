// Builds the page and the command line when dist/ is missing or older than what it is made of, so that a browser test
// never judges yesterday's page.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const SOURCES = [
  'src',
  'lessons',
  'static',
  'index.html',
  'package-lock.json',
  'svelte.config.js',
  'tsconfig.json',
  'vite.config.ts',
  'vite.cli.config.ts',
];
const PRODUCTS = ['dist/index.html', 'dist/cli.js'];

/** Runs `npm run build` in `root` if any source is newer than the oldest product. Returns whether it built. */
export async function buildIfStale(root: string): Promise<boolean> {
  const products = PRODUCTS.map((path) => join(root, path));
  if (products.every((path) => existsSync(path))) {
    const built = await Promise.all(products.map(newestChange));
    const changed = await Promise.all(SOURCES.map((path) => newestChange(join(root, path))));
    if (Math.max(...changed) < Math.min(...built)) return false;
  }
  await build(root);
  return true;
}

/** The newest change, in milliseconds, of a file or of anything in a folder (removals show in the folder's own time). */
async function newestChange(path: string): Promise<number> {
  if (!existsSync(path)) return 0;
  const { mtimeMs } = await stat(path);
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(() => []); // a plain file
  const times = await Promise.all(entries.map(async (entry) => stat(join(entry.parentPath, entry.name))));
  return Math.max(mtimeMs, ...times.map((time) => time.mtimeMs));
}

async function build(root: string): Promise<void> {
  const output: string[] = [];
  // The test runner's NODE_ENV=test would put Svelte's development code into the page.
  const child = spawn('npm', ['run', 'build'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', VITEST: undefined },
    shell: process.platform === 'win32',
  });
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`npm run build ended with ${String(code)}:\n${output.join('')}`);
}
