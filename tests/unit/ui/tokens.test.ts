// What a token means is said once: a component that gave its name to something else would lose
// the colour in all it contains. What fades a part may put another token in its place.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../../src/ui');
const defined = (css: string): readonly string[] =>
  [...css.matchAll(/^\s*(--[\w-]+):/gm)].map(([, name]) => name ?? '');

const tokens = new Set(defined(readFileSync(join(ROOT, 'tokens.css'), 'utf8')));
const components = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.svelte'));

test('there are tokens and components', () => {
  expect(tokens.has('--line')).toBe(true);
  expect(components.length).toBeGreaterThan(50);
});

test('no component gives a token another meaning', () => {
  const taken = components.flatMap((path) => {
    const css = readFileSync(join(ROOT, path), 'utf8').split('<style>')[1] ?? '';
    return defined(css.replaceAll(/--[\w-]+: var\(--[\w-]+\);/g, ''))
      .filter((name) => tokens.has(name))
      .map((name) => `${path}: ${name}`);
  });
  expect(taken).toEqual([]);
});
