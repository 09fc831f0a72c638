// The standing scenarios break or hold as they are said to, over a sample of seeds. STANDING_SEEDS says how many.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readProperty } from '../../../src/explore/index.ts';
import { Run } from '../../../src/scenario/index.ts';
import type { Standing } from '../../scenarios/standing.ts';
import { standing } from '../../scenarios/standing.ts';
import '../provide-envoys.ts';

const seeds = Number(process.env['STANDING_SEEDS'] ?? 2);
/** The naive one is looked at until it breaks, at most so often. */
const seedsNaive = 50;

function breaches({ id, properties }: Standing, kind: 'naive' | 'fixed', seed: number): readonly string[] {
  const folder = `tests/scenarios/${id}/${kind}`;
  const texts = readdirSync(folder).map((path) => ({ path, text: readFileSync(`${folder}/${path}`, 'utf8') }));
  const scenario = texts.find(({ path }) => path === 'scenario.yaml')?.text ?? '';
  const isLater = (path: string): boolean => scenario.includes(`apply: ${path}`);
  const files = texts.filter(({ path }) => path !== 'scenario.yaml');
  const run = new Run({
    scenario,
    manifests: files.filter(({ path }) => !isLater(path)),
    extras: files.filter(({ path }) => isLater(path)),
    seed,
  });
  expect(run.info.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  run.advance(run.info.duration);
  return properties.flatMap((text) => {
    const property = readProperty(text);
    if ('kind' in property) throw new Error(`${text} can be read`);
    const { violations, judged } = property.judge(run.trace);
    // Of nothing nothing can be said.
    return judged === 0
      ? ['nothing to judge']
      : violations.map(({ params, sentence }) => String(params['result'] ?? sentence));
  });
}

describe.each(standing)('$id', (one) => {
  test('the naive one breaks for the reason it is told for', () => {
    const broken: string[] = [];
    for (let seed = 1; seed <= seedsNaive && broken.length === 0; seed += 1)
      broken.push(...breaches(one, 'naive', seed));
    expect(broken.length).toBeGreaterThan(0);
    for (const how of broken) expect(how).toMatch(one.because);
  });
  test('the fixed one never breaks', () => {
    for (let seed = 1; seed <= seeds; seed += 1) expect([seed, breaches(one, 'fixed', seed)]).toEqual([seed, []]);
  });
});
