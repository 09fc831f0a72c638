// The standing scenarios break or hold as they are said to, over a sample of seeds. STANDING_SEEDS says how many.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readProperty } from '../../../src/explore/index.ts';
import type { RecordId } from '../../../src/kernel/index.ts';
import { Run } from '../../../src/scenario/index.ts';
import { causeChain, recordToLine } from '../../../src/trace/index.ts';
import type { Standing } from '../../scenarios/standing.ts';
import { standing } from '../../scenarios/standing.ts';
import '../provide-envoys.ts';

const seeds = Number(process.env['STANDING_SEEDS'] ?? 2);
/** The naive one is looked at until it breaks, at most so often. */
const seedsNaive = 50;

interface Breach {
  readonly how: string;
  /** Reads its causes, and what proxies wrote about their connections; empty where no record stands for it. */
  readonly story: () => readonly string[];
}

function readFolder(folder: string): readonly { readonly path: string; readonly text: string }[] {
  return readdirSync(folder).map((path) => ({ path, text: readFileSync(`${folder}/${path}`, 'utf8') }));
}

/** Without a scenario files are stages: each is applied once everything in those before it is ready. */
function played({ id }: Standing, kind: 'naive' | 'fixed', seed: number): Run {
  const texts = readFolder(`tests/scenarios/${id}/${kind}`);
  const scenario = texts.find(({ path }) => path === 'scenario.yaml')?.text ?? '';
  const isLater = (path: string): boolean => scenario.includes(`apply: ${path}`);
  const files = texts.filter(({ path }) => path !== 'scenario.yaml');
  const stages = scenario === '' ? files.map((file) => [file]) : [files.filter(({ path }) => !isLater(path))];
  const [manifests = [], ...later] = stages;
  const run = new Run({ scenario, manifests, extras: files.filter(({ path }) => isLater(path)), seed });
  expect(run.info.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  let all = manifests;
  for (const stage of later) {
    all = [...all, ...stage];
    run.apply(run.advanceUntilReady(60_000_000) ?? 0, all);
  }
  run.advance(run.info.duration);
  return run;
}

function breaches(one: Standing, kind: 'naive' | 'fixed', seed: number): readonly Breach[] {
  const run = played(one, kind, seed);
  return one.properties.flatMap((text) => {
    const property = readProperty(text);
    if ('kind' in property) throw new Error(`${text} can be read`);
    const { violations, judged } = property.judge(run.trace);
    // Of nothing nothing can be said.
    if (judged === 0) return [{ how: 'nothing to judge', story: () => [] }];
    return violations.map(({ params, sentence, record }) => ({
      how: String(params['result'] ?? sentence),
      story: () => (record === undefined ? [] : storyOf(run, record)),
    }));
  });
}

function storyOf({ trace }: Run, record: number): readonly string[] {
  const causes = causeChain(trace, record).map((id) => trace.get(id as RecordId)); // of a record's causes
  const connections = new Set(causes.flatMap((cause) => ('connection' in cause ? [cause.connection] : [])));
  const lines = [...trace.select(['log'])].filter(({ connection }) => connections.has(connection));
  return [...causes, ...lines].map((cause) => recordToLine(trace, cause));
}

/** Lines that say something: no comments, and no names that tell one from the other. */
function linesOf(folder: string): readonly string[] {
  return readFolder(folder)
    .filter(({ path }) => path !== 'without.yaml')
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => !/^\s*(?:#.*)?$|^metadata: /.test(line));
}

describe.each(standing)('$id', (one) => {
  test('the naive one breaks for the reason it is told for', () => {
    const broken: Breach[] = [];
    for (let seed = 1; seed <= seedsNaive && broken.length === 0; seed += 1)
      broken.push(...breaches(one, 'naive', seed));
    expect(broken.length).toBeGreaterThan(0);
    for (const { how } of broken) expect(how).toMatch(one.because);
    if (one.story !== undefined) expect(broken[0]?.story()).toContainEqual(expect.stringMatching(one.story));
  });
  test('the fixed one never breaks', () => {
    for (let seed = 1; seed <= seeds; seed += 1)
      expect([seed, breaches(one, 'fixed', seed).map(({ how }) => how)]).toEqual([seed, []]);
  });
  test('they differ in what mends it, and in nothing else', () => {
    const [naive, fixed] = ['naive', 'fixed'].map((kind) => linesOf(`tests/scenarios/${one.id}/${kind}`));
    const only = (own: readonly string[] = [], other: readonly string[] = []): readonly string[] =>
      own.filter((line) => !other.includes(line));
    const differing = [...only(naive, fixed), ...only(fixed, naive)];
    expect(differing.length).toBeGreaterThan(0);
    for (const line of differing) expect(line).toMatch(one.mends);
  });
});
