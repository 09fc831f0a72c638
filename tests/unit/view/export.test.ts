// What is exported can be read again: the run as JSON, manifests as one file, a sequence as Mermaid.

import { describe, expect, test } from 'vitest';
import { parseManifests } from '../../../src/manifests/index.ts';
import { recordToJson } from '../../../src/trace/index.ts';
import { sequenceOfRequest } from '../../../src/view/index.ts';
import {
  exportName,
  joinManifests,
  mermaidOf,
  splitManifests,
  traceFormat,
  traceJson,
} from '../../../src/view/export/index.ts';
import { indexOf } from './indexed.ts';
import { ambientShop } from './standing-runs.ts';

const shop = ambientShop();
const index = indexOf(shop.run.trace);
const head = { seed: 7, mesh: 'ambient', versions: { istio: '1.31.0' }, until: 2_000_000 };

describe('the run as JSON', () => {
  test.each([0, 1, 137, index.trace.length])(
    'holds the first %s records and what it takes to make them again',
    (count) => {
      const read = JSON.parse([...traceJson(index, head, count)].join('')) as Record<string, unknown>;
      expect(read).toMatchObject({ format: traceFormat, version: 1, time: 'microseconds', ...head });
      expect(read['records']).toEqual(
        Array.from({ length: count }, (_, id) => recordToJson(index.trace, index.trace.get(id))),
      );
    },
  );

  test('has a line for each record, so that a line tool can read it', () => {
    const lines = [...traceJson(index, head, 20)].join('').trimEnd().split('\n');
    expect(lines).toHaveLength(22);
  });
});

describe('manifests as one file', () => {
  const files = [
    { path: 'a.yaml', text: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n' },
    {
      path: 'dir/b.yaml',
      text: 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop}\n---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: orders, namespace: shop}\n',
    },
  ];

  test('are the same files when they are taken apart', () => {
    expect(splitManifests(joinManifests(files), 'all.yaml')).toEqual(files);
  });

  test('are the same objects to an API server', () => {
    const names = (texts: typeof files): readonly string[] =>
      parseManifests(texts).resources.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names([{ path: 'all.yaml', text: joinManifests(files) }])).toEqual(names(files));
  });

  test('of somebody else stay one file', () => {
    const text = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n';
    expect(splitManifests(text, 'theirs.yaml')).toEqual([{ path: 'theirs.yaml', text }]);
  });
});

describe('a sequence as Mermaid', () => {
  const model = sequenceOfRequest(index, shop.requests.failed);
  const words = {
    name: ({ station, program }: { station: string; program: string }) => `${station} ${program}`,
    told: () => 'a; #b "c" <d>\ne',
  };
  const lines = mermaidOf(model, words).trimEnd().split('\n');

  test('declares every lane before its first message, and says each row once', () => {
    expect(lines[0]).toBe('sequenceDiagram');
    expect(lines.filter((line) => line.startsWith('  participant '))).toHaveLength(model.lanes.length);
    expect(lines).toHaveLength(1 + model.lanes.length + model.rows.length);
  });

  test('speaks of declared lanes only', () => {
    for (const line of lines.slice(1))
      for (const [, at] of line.matchAll(/\bp(\d+)/g)) expect(Number(at)).toBeLessThan(model.lanes.length);
  });

  test('escapes what would end a statement', () => {
    expect(lines.at(-1)).toMatch(/: a#59; #35;b #34;c#34; #60;d#62; e$/);
  });
});

test.each([
  ['trace.json', 'meshscope-20-start-race-sidecar-seed7-4.213s-trace.json'],
  ['manifests.yaml', 'meshscope-20-start-race-manifests.yaml'],
] as const)('%s is named by what it is', (kind, name) => {
  expect(exportName({ scene: '20-start-race', mesh: 'sidecar', seed: 7, t: 4_213_402 }, kind)).toBe(name);
});
