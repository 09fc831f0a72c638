// Standing scenarios: each naive one has a schedule that fails, each fixed one is proved. A folder is a scenario; where its files are
// numbered they are applied in that order, each once everything before it is ready.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RaceAnswer } from '../../../src/explore/index.ts';
import { decodeLuck, encodeLuck, findRace, readProperty } from '../../../src/explore/index.ts';
import type { ManifestFile } from '../../../src/manifests/index.ts';
import { envoyParts } from '../../../src/mesh/envoys.ts';
import { provideEnvoys } from '../../../src/mesh/index.ts';
import { Run } from '../../../src/scenario/index.ts';
import { raceFacts } from '../../../src/text/races/facts.en.ts';
import { inspector } from '../../../src/text/ui/inspector.en.ts';
import { answerTo, questionOf } from '../../scenarios/question.ts';
import { searches } from '../../scenarios/standing.ts';

provideEnvoys(envoyParts);

function stagesOf(folder: string): readonly (readonly ManifestFile[])[] {
  const path = `tests/scenarios/${folder}`;
  const files = readdirSync(path)
    .filter((name) => name !== 'scenario.yaml')
    .sort()
    .map((name) => ({ path: name, text: readFileSync(`${path}/${name}`, 'utf8') }));
  return files.every(({ path: name }) => /^\d/.test(name)) ? files.map((file) => [file]) : [files];
}

function scenarioOf(folder: string): string {
  const path = `tests/scenarios/${folder}/scenario.yaml`;
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

/** The app takes its time, so that the proxy mostly wins. */
const slowApp = `apiVersion: meshscope.dev/v1alpha1
kind: Scenario
metadata: { name: slow-app }
spec:
  programs:
    - { workload: shop/web, boot: { min: 800ms, max: 1500ms }, calls: ['http://orders:8080/ on start'] }
`;

interface Ask {
  readonly seed: number;
  readonly scenario?: string;
  readonly property: string;
  readonly samples?: number;
}

function ask(
  folder: string,
  { seed, property, scenario = scenarioOf(folder), samples = 5 }: Ask,
): Extract<RaceAnswer, { kind: 'answer' }> {
  const [manifests = [], ...later] = stagesOf(folder);
  const source = { scenario, manifests, seed };
  const steps = findRace({ source, later, properties: [property], bound: { samples } });
  for (;;) {
    const step = steps.next();
    if (step.done !== true) continue;
    if (step.value.kind !== 'answer') throw new Error(step.value.kind);
    return step.value;
  }
}

/** A run of a folder with this luck, and when its last files were applied. */
function replay(folder: string, seed: number, luck: Parameters<typeof encodeLuck>[0]): Run {
  const [manifests = [], ...later] = stagesOf(folder);
  const run = new Run({ scenario: slowApp, manifests, seed, luck });
  for (const stage of later) {
    const at = run.advanceUntilReady(60_000_000) ?? 0;
    run.apply(at, [...manifests, ...stage]);
  }
  return run;
}

const starting = { property: 'no-failed-request:shop/web', seed: 4 } as const;

describe('the start race', () => {
  test('without an order between app and proxy, the schedule of the seed fails', () => {
    const { verdict } = ask('start-race/naive', starting);
    expect(verdict).toMatchObject({ verdict: 'counterexample', counterexample: { deviations: [] } });
  });

  test('with a slow app one unlucky delay is enough; it replays from its link, and a microsecond less holds', () => {
    const { verdict } = ask('start-race/naive', { ...starting, scenario: slowApp });
    if (verdict.verdict !== 'counterexample') throw new Error(verdict.verdict);
    const { deviations, violation, deciding } = verdict.counterexample;
    const luck = decodeLuck(encodeLuck(deviations)) ?? [];
    expect(luck).toEqual(deviations.map(({ path, purpose, draw, wait }) => ({ path, purpose, draw, wait })));
    const run = replay('start-race/naive', starting.seed, luck);
    run.advance(violation.at);
    const record = run.trace.get(violation.record ?? -1);
    expect(record).toMatchObject({ kind: 'response', ok: false, at: violation.at });
    expect(deciding.record).toBeLessThanOrEqual(record.id);
    expect(deciding.line).not.toBe('');
    // One microsecond nearer to what was drawn, and it holds.
    const [last] = deviations;
    if (last === undefined || deviations.length > 1) throw new Error('one deviation');
    const nearer = { ...last, wait: last.wait + (last.wait > last.drawn ? -1 : 1) };
    const holding = replay('start-race/naive', starting.seed, [nearer]);
    holding.advance(violation.at + 10_000_000);
    const property = readProperty(starting.property);
    if (!('judge' in property)) throw new Error(property.problem);
    expect(property.judge(holding.trace)).toMatchObject({ violations: [], judged: 1 });
  });

  test('with a native sidecar it is proved', () => {
    const { verdict } = ask('start-race/fixed', starting);
    expect(verdict.verdict).toBe('proved');
    expect(verdict.reach.waits).toBeGreaterThan(30);
  });
});

test.each([
  ['job-never-ends/naive', 'job-completes:shop/report', 'counterexample'],
  ['job-never-ends/fixed', 'job-completes:shop/report', 'proved'],
])('%s, %s: %s', (folder, property, verdict) => {
  expect(ask(folder, { property, seed: 7, samples: 1 }).verdict.verdict).toBe(verdict);
});

test.each([
  ['no-such-thing', 'unknown'],
  ['answered-within:soon', 'arguments'],
  ['never-allowed:shop/web', 'arguments'],
  ['no-failed-request:web', 'arguments'],
  ['no-failed-request@begin..end', 'marker'],
  // Whatever would be passed over in silence.
  ['no-failed-request@1s..2s@3s', 'marker'],
  ['no-failed-request:shop/web,shop/orders', 'arguments'],
  ['never-allowed:shop/web,shop/orders,shop/mail', 'arguments'],
  ['job-completes:shop/*', 'arguments'],
  ['pods-ready:shop/web@1s..2s', 'arguments'],
  ['no-flag:UFF', 'arguments'],
])('%s is no property: %s', (text, problem) => {
  expect(readProperty(text)).toMatchObject({ kind: 'unreadable', text, problem });
});

test.each([
  'no-failed-request',
  'no-failed-request@1s..2s',
  'no-failed-request@begin..',
  'job-completes:shop/once,90s',
])('%s is a property', (text) => {
  expect(readProperty(text, [{ name: 'begin', at: 5 }])).toHaveProperty('judge');
});

test('a property about what never happens cannot be judged', () => {
  const { verdict } = ask('start-race/fixed', { property: 'job-completes:shop/once', seed: 7 });
  expect(verdict.verdict).toBe('nothing judged');
});

test('a property about workloads that are not there is no proof of anything', () => {
  const { verdict } = ask('start-race/fixed', { property: 'never-allowed:shop/web,shop/order', seed: 7 });
  expect(verdict).toMatchObject({ verdict: 'no such workload', strangers: ['shop/order'] });
  expect(verdict.verdict === 'no such workload' ? verdict.workloads : []).toContain('shop/orders');
});

describe.each(searches.filter(({ isLong }) => !isLong))('$id', (one) => {
  test('the naive one has a counterexample', () => {
    const naive = questionOf(one, 'naive');
    expect(answerTo({ ...naive, bound: { ...naive.bound, windows: ['*'] } }).verdict.verdict).toBe('counterexample');
  });
  test('the fixed one is proved', () => {
    const { verdict, ...bound } = answerTo(questionOf(one, 'fixed'));
    expect(verdict.verdict).toBe('proved');
    expect(verdict.reach.waits + verdict.reach.kept).toBeGreaterThan(0);
    // Everybody is told of each wait in words.
    for (const { fact } of verdict.reach.windows)
      expect(fact in inspector.why.facts || `fact-${fact}` in raceFacts, fact).toBe(true);
    expect(bound).toMatchObject({ began: one.from * 1_000_000, horizon: one.horizon * 1_000_000 });
  });
});

test('a bound that is used up ends the search with what it has, wherever it is', () => {
  const [first] = searches;
  if (first === undefined) throw new Error('there are scenarios');
  for (const states of [600, 3_000]) {
    const { verdict } = answerTo({ ...questionOf(first, 'fixed'), bound: { states, samples: 2 } });
    expect(verdict).toMatchObject({ verdict: 'none found', reach: { samples: 0 } });
    expect(verdict.reach.states).toBeGreaterThanOrEqual(states);
    expect(verdict.reach.states).toBeLessThan(states + 1_000);
  }
});

test('windows that no wait has are no bound', () => {
  const [first] = searches;
  if (first === undefined) throw new Error('there are scenarios');
  const question = questionOf(first, 'fixed');
  const { verdict } = answerTo({ ...question, bound: { windows: ['kube.*', 'kube.no-such-wait'] } });
  expect(verdict.verdict === 'no such window' ? verdict.facts : []).toContain('host.app-boot');
  expect(verdict).toHaveProperty('windows', ['kube.no-such-wait']);
});

test('a scene whose schedule has more states than the whole search may is too large, and nothing is claimed', () => {
  const [first] = searches;
  if (first === undefined) throw new Error('there are scenarios');
  const { verdict } = answerTo({ ...questionOf(first, 'fixed'), bound: { states: 1 } });
  expect(verdict).toMatchObject({ verdict: 'too large', reach: { schedules: 0, waits: 0 } });
});
