// Writes src/view/ledger/evidence.ts: what the fidelity ledger knows of the engine, from its own lists and from upstream's cases.
//
//   npx tsx tests/tools/ledger.ts [--cases DIR --failures FILE --date 2026-11-21]
//
// Without cases only the engine's own lists are read again, and what is known of the cases stays. DIR holds upstream's cases as JSON lines; FILE lists those that failed, one JSON object {suite, id} a line, as their runner writes it.
// Every case is run once more here; each decision made on its way is explained, and its rules are counted.
// What is read besides: every fidelity.ts and facts.ts of src/. A test holds the written file against them.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { recordsOf } from '../../src/entry/commands/conformance/records.ts';
import { readRequest } from '../../src/entry/commands/conformance/protocol.ts';
import type { ConformanceRequest } from '../../src/entry/commands/conformance/protocol.ts';
import { runCase } from '../../src/entry/commands/conformance/run-case.ts';
import { parseAddress } from '../../src/host/index.ts';
import { envoyParts } from '../../src/mesh/envoys.ts';
import { decideInbound, decideOutbound, defaultMeshConfiguration, provideEnvoys } from '../../src/mesh/index.ts';
import { Trail } from '../../src/mesh/trail.ts';
import { Run } from '../../src/scenario/index.ts';
import type { Explanation } from '../../src/trace/index.ts';
import { reasons } from '../../src/text/reasons/en.ts';
import type { Evidence } from '../../src/view/ledger/index.ts';
import { evidence as known } from '../../src/view/ledger/index.ts';
import { ledgerFacts, ledgerParts } from './ledger-parts.ts';

const OUT = new URL('../../src/view/ledger/evidence.ts', import.meta.url);

interface Case {
  readonly suite: string;
  readonly id: string;
  readonly request: ConformanceRequest;
}

function readCases(folder: string): readonly Case[] {
  const texts = new Map<string, string>();
  const fixture = (path: string): string => {
    const text = texts.get(path) ?? readFileSync(join(folder, path), 'utf8');
    texts.set(path, text);
    return text;
  };
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  const lines = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n')).filter(Boolean);
  return lines.map((line, seq) => {
    const { suite, id, ...rest } = JSON.parse(line) as { suite: string; id: string } & Record<string, unknown>; // the cases' format
    const whole = JSON.stringify({ seq, ...rest }, (key, value: unknown) => {
      if (key === 'expect' || key === 'note') return undefined;
      const isText = typeof value === 'object' && value !== null && '$ref' in value;
      return isText ? fixture(String(value.$ref)) : value;
    });
    const request = readRequest(whole);
    if (typeof request === 'string') throw new Error(`${suite} ${id}: ${request}`);
    return { suite, id, request };
  });
}

// --- Rules

/** Runs that were made since the last look, forks among them. */
const runs = new Set<Run>();

/** Every run that a case makes is one that left another. */
function watchRuns(): void {
  const { fork } = Run.prototype; // eslint-disable-line @typescript-eslint/unbound-method -- called with its run below
  Run.prototype.fork = function (this: Run): Run {
    const run = fork.call(this);
    runs.add(run);
    return run;
  };
}

const explained = new Map<string, Explanation | undefined>();

function* reasonsOf(run: Run): Iterable<Explanation> {
  for (const record of run.trace.select(['decision'])) {
    // Many cases share their cluster, and with it most of what is decided in it.
    const key = JSON.stringify([record.point, record.chosen, record.input, record.configuration]);
    if (!explained.has(key)) explained.set(key, run.explain(record.id));
    const found = explained.get(key);
    if (found !== undefined) yield found;
  }
}

/** Questions that are put to a decision without a run. */
function askedDirectly({ request: { env, steps } }: Case): Trail {
  const trail = new Trail();
  for (const step of steps) {
    if (step.kind !== 'ztunnel-route') continue;
    const asked = step as unknown as Readonly<
      Record<'direction' | 'workload' | 'from' | 'to' | 'connection' | 'connectAuthority', string>
    >; // the step's own file reads it by schema
    const configuration = recordsOf(env);
    if (asked.direction === 'outbound') {
      const destination = parseAddress(asked.to);
      const request = { source: asked.workload, sourceIp: asked.from };
      if (destination !== undefined) decideOutbound(configuration, { ...request, destination }, () => 0, trail);
      continue;
    }
    const address = parseAddress(asked.connection)?.ip ?? '';
    const pod = configuration.workloads.find(({ addresses }) => addresses.includes(address))?.key;
    const sourceIp = parseAddress(asked.from)?.ip ?? asked.from;
    const request = { address, target: asked.connectAuthority, isTunnel: true, identity: '', sourceIp };
    if (pod !== undefined) decideInbound(configuration, { pod, ...request }, trail);
  }
  return trail;
}

interface RuleEvidence {
  cases: number;
  failed: number;
  source: string;
}

function count(cases: readonly Case[], failed: ReadonlySet<string>): ReadonlyMap<string, RuleEvidence> {
  const rules = new Map<string, RuleEvidence>();
  for (const each of cases) {
    runs.clear();
    runCase(each.request);
    const found = [...runs].flatMap((run) => [...reasonsOf(run)]);
    const { because, rejected } = askedDirectly(each);
    const met = new Map<string, string>();
    for (const explanation of [...found, { because, rejected }])
      for (const reason of [...explanation.because, ...explanation.rejected.map((other) => other.reason)])
        met.set(reason.rule, reason.source ?? met.get(reason.rule) ?? '');
    for (const [rule, source] of met) {
      const entry = rules.get(rule) ?? { cases: 0, failed: 0, source: '' };
      rules.set(rule, entry);
      entry.cases += 1;
      if (failed.has(`${each.suite} ${each.id}`)) entry.failed += 1;
      if (entry.source === '') entry.source = source;
    }
  }
  return rules;
}

/** What the file that a rule stands in follows, by its own header; '' if it does not say. */
function sourceBehind(rule: string): string {
  const text = sources.find((candidate) => candidate.includes(`'${rule}'`)) ?? '';
  const header = text.slice(0, text.search(/^(?!\/\/)/m)).replaceAll(/\n\/\/ ?/g, ' ');
  return (/Source: (.*?)(?:\. |\.?$)/.exec(header)?.[1] ?? /const source = '([^']*)'/.exec(text)?.[1] ?? '').trim();
}

const SRC = join(import.meta.dirname, '../../src');
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => /^(?:mesh|kube)[\\/].*\.ts$/.test(path))
  .map((path) => readFileSync(join(SRC, path), 'utf8'));

// --- The file

function suitesOf(cases: readonly Case[], failed: ReadonlySet<string>): Evidence['suites'] {
  const suites = new Map<string, [passed: number, total: number]>();
  for (const { suite, id } of cases) {
    const [passed, total] = suites.get(suite) ?? [0, 0];
    suites.set(suite, [passed + (failed.has(`${suite} ${id}`) ? 0 : 1), total + 1]);
  }
  return Object.fromEntries([...suites].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const { values } = parseArgs({
  options: { cases: { type: 'string' }, failures: { type: 'string' }, date: { type: 'string', default: '' } },
});

type FromCases = Pick<Evidence, 'taken' | 'rules' | 'suites'>;

function fromCases(folder: string, failuresPath: string): FromCases {
  provideEnvoys(envoyParts);
  watchRuns();
  const cases = readCases(folder);
  const lines = readFileSync(failuresPath, 'utf8').split('\n').filter(Boolean);
  const failures = new Set(
    lines
      .map((line) => JSON.parse(line) as { suite: string; id: string }) // the runner's format
      .map(({ suite, id }) => `${suite} ${id}`),
  );
  const met = count(cases, failures);
  const rules = [...met].map(([rule, entry]) => [rule, [entry.cases, entry.failed, entry.source]] as const);
  return { taken: values.date, rules: Object.fromEntries(rules), suites: suitesOf(cases, failures) };
}

const { taken, rules, suites }: FromCases =
  values.cases === undefined || values.failures === undefined ? known : fromCases(values.cases, values.failures);
const evidence: Evidence = {
  versions: defaultMeshConfiguration.versions,
  taken,
  parts: ledgerParts,
  facts: await ledgerFacts(),
  rules: Object.fromEntries(
    Object.keys(reasons).map((rule) => {
      const [met, failed, source] = rules[rule] ?? [0, 0, ''];
      return [rule, [met, failed, source === '' ? sourceBehind(rule) : source]] as const;
    }),
  ),
  suites,
};
const text = `// Generated by tests/tools/ledger.ts from the engine's own lists and from upstream's cases; do not edit.
import type { Evidence } from './ledger.ts';

export const evidence: Evidence = ${JSON.stringify(evidence)};
`;
const style = await resolveConfig(OUT);
writeFileSync(OUT, await format(text, { ...style, filepath: OUT.pathname }));
const met = Object.values(evidence.rules).filter(([cases]) => cases > 0);
process.stdout.write(`${met.length} of ${Object.keys(evidence.rules).length} rules are met by upstream's cases\n`);
