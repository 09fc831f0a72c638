// Real manifests with the slips of real editing: lines lost, doubled or moved, indentation shifted, characters hit by mistake.
// Whatever comes of it, reading ends soon, throws nothing, points into the text, and what is left of it runs.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { readManifests, Run } from '../../../src/scenario/index.ts';
import '../provide-envoys.ts';

const folder = new URL('../manifests/samples/', import.meta.url);
const texts = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

type Slip = (lines: readonly string[], at: number, amount: number) => readonly string[];

const slips: readonly Slip[] = [
  (lines, at, amount) => lines.toSpliced(at, 1 + (amount % 3)), // lost
  (lines, at, amount) => lines.toSpliced(at, 0, ...lines.slice(at, at + 1 + (amount % 4))), // doubled
  (lines, at, amount) => lines.toSpliced(at, 1).toSpliced(amount % lines.length, 0, lines[at] ?? ''), // moved
  (lines, at, amount) => lines.with(at, ' '.repeat(1 + (amount % 3)) + (lines[at] ?? '')), // to the right
  (lines, at, amount) => lines.with(at, (lines[at] ?? '').slice(1 + (amount % 3))), // to the left
  (lines, at) => lines.with(at, (lines[at] ?? '').replace(/^ +/, '\t')),
  (lines, at, amount) => lines.with(at, flipped(lines[at] ?? '', amount)),
  (lines, at, amount) => lines.with(at, (lines[at] ?? '').replace(/\d+/, String((amount - 500) * 10_000_000))),
];

/** One bit of one character, as a bad disk would. */
function flipped(line: string, amount: number): string {
  const at = amount % Math.max(1, line.length);
  return (
    line.slice(0, at) + String.fromCharCode((line.charCodeAt(at) || 32) ^ (1 << (amount % 8))) + line.slice(at + 1)
  );
}

const mutated = fc
  .tuple(
    fc.constantFrom(...texts),
    fc.array(fc.tuple(fc.nat(slips.length - 1), fc.nat(2_000), fc.nat(1_000)), { minLength: 1, maxLength: 4 }),
  )
  .map(([text, chosen]) =>
    chosen
      .reduce<readonly string[]>((lines, [slip, at, amount]) => {
        return lines.length === 0 ? lines : (slips[slip]?.(lines, at % lines.length, amount) ?? lines);
      }, text.split('\n'))
      .join('\n'),
  );

test('mutated manifests are read without an exception, with places inside of the text', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      for (const { range } of readManifests([{ path: 'a.yaml', text }], { nodes: 3 }).diagnostics) {
        expect(range.start.offset).toBeLessThanOrEqual(range.end.offset);
        expect(range.end.offset).toBeLessThanOrEqual(text.length);
        expect(range.start.line).toBe(text.slice(0, range.start.offset).split('\n').length);
      }
    }),
    { numRuns: Number(process.env['MUTANTS'] ?? 300), seed: 20_261_121 },
  );
});

test.each(['none', 'sidecar', 'ambient'] as const)('what is left of mutated manifests runs (%s)', (mesh) => {
  fc.assert(
    fc.property(mutated, (text) => {
      const run = new Run({ scenario: '', manifests: [{ path: 'a.yaml', text }], mesh });
      expect(run.advance(3_000_000)).toBe(true);
    }),
    { numRuns: Math.ceil(Number(process.env['MUTANTS'] ?? 300) / 30), seed: 20_261_121 },
  );
});
