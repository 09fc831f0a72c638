// Whatever is typed, reading it ends, throws nothing, and points into the text. Real manifests are mutated, because random
// characters never get past the YAML parser.

import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { type Diagnostic, type ParsedManifests, parseManifests, type Position } from '../../../src/manifests/index.ts';
import { measureText } from '../../../src/manifests/nesting.ts';

const texts = [
  ...textsIn('samples/'),
  ...readdirSync(new URL('cases/', import.meta.url)).flatMap((topic) => textsIn(`cases/${topic}/`)),
];

function textsIn(path: string): string[] {
  const folder = new URL(path, import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return files.map((file) => readFileSync(new URL(file, folder), 'utf8').slice(0, 6_000));
}

/** Pieces that change how a text is read. */
const pieces = fc.constantFrom(
  ...[
    '\n',
    '\r\n',
    '\r',
    '\t',
    ' ',
    '  ',
    ': ',
    ':',
    '- ',
    '---\n',
    '...\n',
    '#',
    '"',
    "'",
    '|\n',
    '>-\n',
    '[',
    ']',
    '{',
    '}',
  ],
  ...[
    ',',
    '&a ',
    '*a',
    '<<: *a',
    '!!int ',
    '!x ',
    '? ',
    '%YAML 1.1\n',
    '：',
    '\u3000',
    '\u00A0',
    '\uFEFF',
    '\0',
    '\\',
    '👍',
  ],
  ...[
    'null',
    '~',
    'yes',
    '0644',
    '.inf',
    '-1',
    '1e9',
    '99999999999999999999',
    '__proto__: 1\n',
    'kind: List\n',
    'items:\n',
  ],
);

type Mutation = { readonly at: number; readonly remove: number; readonly insert: string };

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat({ max: 6_000 }),
  remove: fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 4 }) }, { weight: 1, arbitrary: fc.nat({ max: 400 }) }),
  insert: fc.oneof(
    { weight: 4, arbitrary: pieces },
    { weight: 1, arbitrary: fc.string({ maxLength: 8, unit: 'binary' }) },
  ),
});

const mutated: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...texts), fc.array(mutation, { minLength: 1, maxLength: 6 }))
  .map(([text, mutations]) =>
    mutations.reduce((result, { at, remove, insert }) => {
      const place = at % (result.length + 1);
      return result.slice(0, place) + insert + result.slice(place + remove);
    }, text),
  );

const read = (text: string): ParsedManifests => parseManifests([{ path: 'a.yaml', text }]);

describe('reading a mutated manifest', () => {
  it('throws nothing and points into the text', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const { resources, diagnostics } = read(text);
        for (const diagnostic of diagnostics) {
          for (const range of [diagnostic.range, ...(diagnostic.fix ? [diagnostic.fix.range] : [])])
            expectInside(text, range);
        }
        for (const { source } of resources) {
          expectInside(text, source.range);
          expectInside(text, source.locate(['spec', 'template', 'spec', 'containers', 0, 'name']));
          expectInside(text, source.locateKey(['metadata', 'labels', 'app']));
        }
      }),
      { numRuns: 700 },
    );
  });

  it('gives the same answer again, and beside other documents', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const first = plain(read(text));
        expect(plain(read(text))).toEqual(first);
        const after = parseManifests([
          { path: 'first.yaml', text: 'apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: only-here}\n' },
          { path: 'a.yaml', text },
        ]);
        const own = ({ path }: Diagnostic): boolean => path === 'a.yaml';
        expect(plain(after).diagnostics.filter(own)).toEqual(first.diagnostics);
      }),
      { numRuns: 200 },
    );
  });

  it('is never deeper than the measure taken before parsing', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const depth = depthOf(text);
        if (depth === undefined || depth < 2) return;
        expect(measureText(text, depth - 2).deepAt, `depth ${depth}`).toBeDefined();
      }),
      { numRuns: 700 },
    );
  });
});

/** Everything but the methods of a resource. */
function plain({ resources, diagnostics, documents }: ParsedManifests) {
  return { diagnostics, documents, objects: resources.map(({ object, source }) => ({ object, range: source.range })) };
}

function expectInside(text: string, { start, end }: Diagnostic['range']): void {
  expect(start.offset).toBeLessThanOrEqual(end.offset);
  expect(end.offset).toBeLessThanOrEqual(text.length);
  expectPosition(text, start);
  expectPosition(text, end);
}

/** Line and column say the same as the offset. */
function expectPosition(text: string, { line, column, offset }: Position): void {
  const before = text.slice(0, offset).split('\n');
  const mark = text.startsWith('\uFEFF') && before.length === 1 && offset > 0 ? 1 : 0;
  expect([line, column + mark]).toEqual([before.length, (before.at(-1) ?? '').length + 1]);
}

/** Levels of collections, or undefined when the text is no single document of plain YAML. */
function depthOf(text: string): number | undefined {
  // Aliases add depth no look at the characters can see; the reader counts that itself.
  if (/^---|[&*]/m.test(text)) return undefined;
  let value: unknown;
  try {
    value = parseYaml(text, { schema: 'failsafe', uniqueKeys: false, logLevel: 'error' });
  } catch {
    return undefined; // no YAML: nothing to compare with
  }
  return levelsOf(value);
}

function levelsOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = value instanceof Map ? [...(value.values() as Iterable<unknown>)] : Object.values(value);
  return 1 + inside.reduce<number>((max, item) => Math.max(max, levelsOf(item)), 0);
}
