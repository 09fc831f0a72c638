// Plants violations of the layer table in an empty house and expects each to be named.

import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');

/** File -> its text. Every import but those under test is allowed. */
const HOUSE: Readonly<Record<string, string>> = {
  'kernel/index.ts': `export * from './time.ts';`,
  'kernel/time.ts': `export type Instant = number; export const ZERO: Instant = 0;`,
  'trace/index.ts': `import { ZERO } from '../kernel/index.ts'; export const start = ZERO;`,
  'manifests/index.ts': `export interface Manifest { readonly kind: string } export const none: Manifest[] = [];`,
  'manifests/clock.ts': `import { start } from '../trace/index.ts'; export const clock = start;`,
  'net/by-the-window.ts': `import { ZERO } from '../kernel/time.ts'; export const zero = ZERO;`,
  'net/reads-files.ts': `import { readFileSync } from 'node:fs'; export const read = readFileSync;`,
  'mesh/api.ts': `export interface MeshSystem { readonly name: string }`,
  'mesh/routing/index.ts': `import type { MeshSystem } from '../api.ts'; export type Route = MeshSystem;`,
  'mesh/istio-sidecar/index.ts': `import type { Route } from '../routing/index.ts'; export type Sidecar = Route;`,
  'mesh/istio-ambient/index.ts': `import type { Sidecar } from '../istio-sidecar/index.ts'; export type Ambient = Sidecar;`,
  'mesh/routing/knows-a-system.ts': `import type { Ambient } from '../istio-ambient/index.ts'; export type Bad = Ambient;`,
  'scenario/index.ts': `export const run = (): number => 0;`,
  'scenario/port.ts': `export interface Message { readonly kind: 'run' }`,
  'view/good.ts': `import type { Manifest } from '../manifests/index.ts'; export type Row = Manifest;`,
  'view/runs-manifests.ts': `import { none } from '../manifests/index.ts'; export const rows = none;`,
  'ui/good.ts': `import type { Message } from '../scenario/port.ts'; export type Sent = Message;`,
  'ui/runs-the-engine.ts': `import { run } from '../scenario/index.ts'; export const now = run();`,
  'ui/panels/draws.ts': `import { scaleLinear } from 'd3-scale'; export const paint = scaleLinear;`,
  'explore/a.ts': `import { b } from './b.ts'; export const a = (): number => b();`,
  'explore/b.ts': `import { a } from './a.ts'; export const b = (): number => a();`,
  'entry/main.ts': `import { run } from '../scenario/index.ts'; run();`,
  'kernel/looks-up.ts': `import '../entry/main.ts';`,
  'misc/things.ts': `import { ZERO } from '../kernel/index.ts'; export const things = ZERO;`,
};

let house = '';
let violations: readonly string[] = [];

beforeAll(async () => {
  house = await mkdtemp(join(tmpdir(), 'meshscope-layers-'));
  for (const [path, text] of Object.entries(HOUSE)) {
    const file = join(house, 'src', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  await copyFile(join(ROOT, 'tsconfig.json'), join(house, 'tsconfig.json'));
  await copyFile(join(ROOT, 'package.json'), join(house, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(house, 'node_modules'), 'junction');
  violations = await findViolations(house);
}, 30_000);

afterAll(() => rm(house, { recursive: true, force: true }));

test('each planted violation is named, and nothing else is', () => {
  expect(violations).toEqual([
    'd3-in-the-scene-only: ui/panels/draws.ts',
    'entry-is-the-roof: kernel/looks-up.ts',
    'every-file-in-a-room: misc/things.ts',
    'kernel-imports-only-its-rooms: kernel/looks-up.ts',
    'manifests-imports-only-its-rooms: manifests/clock.ts',
    'mesh-decisions-know-no-system: mesh/routing/knows-a-system.ts',
    'mesh-systems-apart: mesh/istio-ambient/index.ts',
    'net-imports-only-its-packages: net/reads-files.ts',
    'no-cycles: explore/a.ts',
    'rooms-by-their-door: kernel/looks-up.ts',
    'rooms-by-their-door: net/by-the-window.ts',
    'ui-imports-only-its-rooms: ui/runs-the-engine.ts',
    'view-imports-manifests-as-types: view/runs-manifests.ts',
  ]);
});

interface Report {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

function findViolations(folder: string): Promise<readonly string[]> {
  const command = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const rules = join(ROOT, '.dependency-cruiser.cjs');
  return new Promise((resolvePromise, reject) => {
    execFile(
      process.execPath,
      [command, '--config', rules, '--output-type', 'json', 'src'],
      { cwd: folder, maxBuffer: 1e8 },
      (_failed, stdout, stderr) => {
        if (stdout === '') {
          reject(new Error(stderr));
          return;
        }
        const report = JSON.parse(stdout) as Report; // the format of dependency-cruiser's json reporter
        const lines = report.summary.violations.map(({ rule, from }) => `${rule.name}: ${from.replace('src/', '')}`);
        resolvePromise([...new Set(lines)].sort());
      },
    );
  });
}
