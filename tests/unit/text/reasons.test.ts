import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { reasons as en } from '../../../src/text/reasons/en.ts';
import { reasons as ja } from '../../../src/text/reasons/ja.ts';
import { placeholdersOf } from '../../../src/text/index.ts';

const source = join(import.meta.dirname, '../../../src');
const roots = ['mesh', 'kube'].map((room) => join(source, room));

function sources(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? sources(path) : [readFileSync(path, 'utf8')];
  });
}

/** Rule ids as decisions name them: taken, left, or given as `rule`. Ids of three parts are rules wherever they stand. */
const named =
  /(?:took|left)\([^)]*?'([a-z-]+(?:\.[a-z0-9-]+)+)'|rule(?:: | = )[^;,]*?'([a-z-]+(?:\.[a-z0-9-]+)+)'|'((?:ambient|ztunnel|envoy|sidecar|injection|authz|routing)(?:\.[a-z0-9-]+){2,})'/g;

test('every rule that a decision can name has a sentence in both languages, with the same placeholders', () => {
  const used = new Set(
    roots
      .flatMap(sources)
      .flatMap((text) => [...text.matchAll(named)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')),
  );
  expect(used.size).toBeGreaterThan(30);
  expect([...used].filter((id) => en[id] === undefined)).toEqual([]);
  expect(Object.keys(ja).toSorted()).toEqual(Object.keys(en).toSorted());
  for (const id of Object.keys(en)) expect(placeholdersOf(ja[id] ?? ''), id).toEqual(placeholdersOf(en[id] ?? ''));
});
