// Finds a Chromium to test with, without root and without a download of its own: the one CHROME_PATH names, an
// installed one, or the one that the development dependency @sparticuz/chromium carries (Linux on x64).
// Call it once per test run, from a global set-up: unpacking from several workers at once fails with ETXTBSY.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const require = createRequire(import.meta.url);

/** A browser that has answered `--version` in this environment. */
export interface Chromium {
  readonly executablePath: string;
  /** Variables the browser needs beside the inherited ones; empty for an installed browser. */
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  readonly origin: 'CHROME_PATH' | 'installed' | '@sparticuz/chromium';
}

/** Flags for a container without GPU, run as root or not, that must not touch the network on its own. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const INSTALLED_NAMES = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser', 'chrome'];
const INSTALLED_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];
const PARTIAL_PREFIX = 'partial-';
/** Unpacking takes seconds: a partial folder older than this was left by a run that was killed. */
const PARTIAL_AGE_MAX_MS = 10 * 60 * 1000;

/**
 * Returns the first browser that starts, in the order CHROME_PATH, installed, packaged.
 *
 * @param cacheFolder where the packaged browser is unpacked, once per version; kept out of git
 * @throws Error naming every browser tried, why it did not start, and what to install
 */
export async function findChromium(cacheFolder: string): Promise<Chromium> {
  const failures: string[] = [];

  const named = process.env['CHROME_PATH'];
  if (named !== undefined && named !== '') {
    const answer = await askVersion(named, {});
    if (answer.started) return { executablePath: named, env: {}, version: answer.version, origin: 'CHROME_PATH' };
    failures.push(`CHROME_PATH ${named}: ${answer.reason}`);
  }

  for (const path of installedCandidates()) {
    const answer = await askVersion(path, {});
    if (answer.started) return { executablePath: path, env: {}, version: answer.version, origin: 'installed' };
    failures.push(`${path}: ${answer.reason}`);
  }

  const packaged = await findPackaged(cacheFolder);
  if (typeof packaged !== 'string') return packaged;
  failures.push(`@sparticuz/chromium: ${packaged}`);

  throw new Error(
    [
      'No Chromium to run the browser tests with.',
      'Install Chrome or Chromium (Debian and Ubuntu: apt-get install chromium), or set CHROME_PATH to one.',
      ...failures.map((failure) => `  tried ${failure}`),
    ].join('\n'),
  );
}

function installedCandidates(): readonly string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = INSTALLED_NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...onPath, ...INSTALLED_PATHS].filter((path) => existsSync(path));
}

/** The packaged browser, or the reason why there is none. */
async function findPackaged(cacheFolder: string): Promise<Chromium | string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `made for Linux on x64 only, this is ${process.platform} on ${process.arch}`;
  }
  const folder = await unpackOnce(cacheFolder);
  const executablePath = join(folder, 'chromium');

  const plain = await askVersion(executablePath, {});
  if (plain.started) {
    return { executablePath, env: fontEnv(folder), version: plain.version, origin: '@sparticuz/chromium' };
  }
  // A system without the NSS libraries: the package brings its own.
  const env = { LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'), ...fontEnv(folder) };
  const withLibraries = await askVersion(executablePath, env);
  if (withLibraries.started) {
    return { executablePath, env, version: withLibraries.version, origin: '@sparticuz/chromium' };
  }
  return `${plain.reason}; with the libraries of the package: ${withLibraries.reason}`;
}

/** Without a font configuration on the system Chromium draws no text at all; the package brings Open Sans. */
function fontEnv(folder: string): Record<string, string> {
  return existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_PATH: join(folder, 'fonts') };
}

/**
 * Unpacks the packaged browser into `<cacheFolder>/chromium-<version>` unless it is there, and returns that folder.
 * The work is done in a folder of its own and renamed when complete, so that a run killed half-way leaves no
 * broken browser behind.
 */
async function unpackOnce(cacheFolder: string): Promise<string> {
  const folder = join(cacheFolder, `chromium-${await packagedVersion()}`);
  if (existsSync(join(folder, 'chromium'))) return folder;

  await mkdir(cacheFolder, { recursive: true });
  await removeLeftovers(cacheFolder);
  const partial = await mkdtemp(join(cacheFolder, PARTIAL_PREFIX));
  try {
    // In a process of its own: the package reads TMPDIR, and sets library paths, when it is imported.
    const program = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;
    await run(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: dirname(cacheFolder),
      env: { ...process.env, TMPDIR: partial, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
    });
    await writeFile(join(partial, 'fonts', 'fonts.conf'), FONTS_CONF);
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Another run may have finished the same work first; then its folder is as good as ours.
    if (!existsSync(join(folder, 'chromium'))) throw error;
  }
  return folder;
}

const FONTS_CONF = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

async function packagedVersion(): Promise<string> {
  // The package exports no package.json, so it is read beside the resolved entry: build/<format>/index.
  const entry = require.resolve('@sparticuz/chromium');
  const text = await readFile(join(dirname(entry), '..', '..', 'package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string }; // npm refuses a package without a version
  return version;
}

async function removeLeftovers(cacheFolder: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    if (!name.startsWith(PARTIAL_PREFIX)) continue;
    const path = join(cacheFolder, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > PARTIAL_AGE_MAX_MS) await rm(path, { recursive: true, force: true });
  }
}

type Answer =
  { readonly started: true; readonly version: string } | { readonly started: false; readonly reason: string };

async function askVersion(executablePath: string, env: Readonly<Record<string, string>>): Promise<Answer> {
  try {
    const { stdout } = await run(executablePath, ['--version'], { env: { ...process.env, ...env }, timeout: 20_000 });
    return { started: true, version: stdout.trim() };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { started: false, reason: text.replaceAll(/\s+/g, ' ').trim() };
  }
}
