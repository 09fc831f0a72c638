// Whole scenes: 1,000 pods in ambient, steady, against the raw queue, and what a million of their records hold; many more pods on many
// more nodes against those; and what a change costs a run that leaves a settled one.
import type { ManifestFile } from '../../src/manifests/index.ts';
import { Run } from '../../src/scenario/index.ts';
import { collectGarbage, memoryInUse, processorTime, spread, time } from './measure.ts';
import { rawQueue } from './queue.ts';
import type { Report } from './report.ts';

const SECOND = 1_000_000;
/** By then every pod runs, every proxy has its configuration and every tunnel stands. */
const STEADY_AT = 15 * SECOND;
const ROUNDS = 7;
const WARM_UP = 2;
/** The steady scene's rounds are many and short: other work on the machine seldom leaves none of them alone. */
const STEADY_ROUNDS = 16;
/** Simulated in one of them: some 40,000 occurrences. */
const STRETCH = SECOND;

/** Pairs of Deployments, ten pods each. */
const PAIRS = 50;
const REPLICAS = 10;
const NODES = 40;
/** By then every pod of either scene is ready. */
const STARTED_AT = 5 * SECOND;
const MILLION = 1_000_000;

/** A tenth of the nodes and a third of the pods of the largest scene there may be, which takes minutes: BENCH=whole. */
const LARGE =
  process.env['BENCH'] === 'whole'
    ? { pairs: 500, nodes: 1_000, rounds: 6, least: 0.33 }
    : { pairs: 150, nodes: 100, rounds: 6, least: 0.4 };
/** More than any of these scenes makes. */
const RECORDS_MAX = 20_000_000;
/** Pairs of single pods. */
const PAIRS_AT_REST = 10;

export function benchScene(report: Report): void {
  report.section(`Scene: ${PAIRS * REPLICAS * 2} pods in ambient, steady, trace on, against the raw queue in turns`);
  const small = steadyScene(report);
  report.section(
    `Scene: ${LARGE.pairs * REPLICAS * 2} pods on ${LARGE.nodes} nodes, against those ${PAIRS * REPLICAS * 2} on ${NODES}`,
  );
  largeScene(report, small);
  report.section(
    `A change to ${PAIRS_AT_REST * 2} pods with sidecars at rest: in a run that leaves theirs, and from nothing`,
  );
  leavingRun(report);
}

function ambientRun(pairs: number, nodes: number): Run {
  return new Run({
    scenario: bigScenario(nodes),
    manifests: [{ path: 'big.yaml', text: bigManifests(pairs, REPLICAS, calls) }],
    mesh: 'ambient',
    limits: { records: RECORDS_MAX },
  });
}

/** Returns the run, which goes on. */
function steadyScene(report: Report): Run {
  const empty = memoryInUse();
  const run = ambientRun(PAIRS, NODES);
  const start = time(() => void run.advance(STEADY_AT));
  assertReady(run, PAIRS);
  report.print('from nothing to steady', spread([start]), 'ms');
  const queue = rawQueue();
  const rates: number[] = [];
  const queueRates: number[] = [];
  let held: number | undefined;
  for (let round = -WARM_UP; round < STEADY_ROUNDS; round += 1) {
    const queueRate = (queue.count / time(queue.prepare())) * 1_000;
    const before = run.handled;
    const until = run.simulated + STRETCH;
    const spent = time(() => void run.advance(until));
    const rate = ((run.handled - before) / spent) * 1_000;
    if (run.trace.length >= MILLION) held ??= ((memoryInUse() - empty) * MILLION) / run.trace.length;
    if (round < 0) continue;
    rates.push(rate);
    queueRates.push(queueRate);
  }
  report.print('occurrences handled', spread(rates.map((rate) => rate / SECOND)), 'M/s');
  // The best of each: a scene reaches all over the memory, so a neighbour slows it far more than the queue, and never helps it.
  report.gate('scene / raw queue, best of each', spread([Math.max(...rates) / Math.max(...queueRates)]), 0.04);
  if (held === undefined) throw new Error('the scene has a million records');
  report.cap('a run of a million records with its keyframes holds', spread([held]), 'MB', 250);
  return run;
}

/**
 * Many nodes hear of every change, each after its own delay: that may cost no more an occurrence than three times the same on few.
 * By processor time, and in turns with `few`, so that others on the machine fall on both. What they handle is alike once steady:
 * requests of eight occurrences each, which are 98 in a hundred of all, and more of few.
 */
function largeScene(report: Report, few: Run): void {
  const { pairs, nodes, rounds, least } = LARGE;
  // The first scene of its kind started while its code was still being compiled.
  const startOfFew = rateOf(ambientRun(PAIRS, NODES), STARTED_AT);
  let run: Run | undefined;
  const up = processorTime(() => void (run = ambientRun(pairs, nodes)));
  if (run === undefined) throw new Error('there is a run');
  report.print('cluster and mesh, up', spread([up]), 'ms of processor');
  const startOfMany = rateOf(run, STARTED_AT);
  assertReady(run, pairs);
  report.print('all pods start and are ready', spread([startOfMany.spent]), 'ms of processor');
  report.gate('starting: occurrences a second / few', spread([startOfMany.rate / startOfFew.rate]), 0.33);
  const rates = { few: [] as number[], many: [] as number[] };
  // Once more than counts: the first round meets what is left of the start.
  for (let round = -1; round < rounds; round += 1) {
    const ofFew = rateOf(few, few.simulated + STRETCH).rate;
    const ofMany = rateOf(run, run.simulated + STRETCH / 4).rate;
    if (round < 0) continue;
    rates.few.push(ofFew);
    rates.many.push(ofMany);
  }
  report.print(
    'steady: occurrences a second / few, round by round',
    spread(rates.many.map((rate, round) => rate / (rates.few[round] ?? NaN))),
    'x',
  );
  report.gate(
    'steady: occurrences a second / few, best of each',
    spread([Math.max(...rates.many) / Math.max(...rates.few)]),
    least,
  );
  // As long as it takes to collect the garbage that is made on the way.
  const { rate } = rateOf(run, run.simulated + STRETCH * 2);
  report.print(
    'steady: two seconds on end, with its garbage / few, median',
    spread([rate / spread(rates.few).median]),
    'x',
  );
}

/** Occurrences a second of processor time until `until`, and the milliseconds of it that were spent. */
function rateOf(run: Run, until: number): { readonly rate: number; readonly spent: number } {
  const { handled } = run;
  collectGarbage();
  const spent = processorTime(() => void run.advance(until));
  return { rate: ((run.handled - handled) / spent) * 1_000, spent };
}

function assertReady(run: Run, pairs: number): void {
  const { pods } = run.summary();
  if (pods.total < pairs * REPLICAS * 2 || pods.ready < pods.total) throw new Error('every pod is ready');
}

/** A change in a fork of a settled run, until every proxy has it, against the same manifests from their start. */
function leavingRun(report: Report): void {
  const base = { path: 'base.yaml', text: bigManifests(PAIRS_AT_REST, 1, () => 'bench: silent') };
  const change = { path: 'change.yaml', text: strict };
  const start = (manifests: readonly ManifestFile[]): Run => {
    const run = new Run({ scenario: '', manifests, mesh: 'sidecar' });
    if (!run.settle()) throw new Error('a scene without calls settles');
    return run;
  };
  const origin = start([base]);
  const [forks, changes, starts, ratios]: number[][] = [[], [], [], []];
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    let run = origin;
    const fork = time(() => void (run = origin.fork()));
    const changed = time(() => {
      run.apply(run.simulated, [base, change]);
      if (!run.settle()) throw new Error('a change settles');
    });
    const whole = time(() => void start([base, change]));
    if (round < 0) continue;
    forks?.push(fork);
    changes?.push(changed);
    starts?.push(whole);
    ratios?.push(whole / (fork + changed));
  }
  report.print('a run leaves another', spread(forks ?? []), 'ms');
  report.print('apply, and settled', spread(changes ?? []), 'ms', 'aim 60 ms');
  report.print('from nothing, and settled', spread(starts ?? []), 'ms');
  report.gate('from nothing / leaving', spread(ratios ?? []), 2);
}

const strict = `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: strict, namespace: big}
spec: {mtls: {mode: STRICT}}
`;

function bigScenario(count: number): string {
  const nodes = Array.from({ length: count }, (_, index) => `    - name: node-${index}`);
  return [
    'apiVersion: meshscope.dev/v1',
    'kind: Scenario',
    'metadata: {name: big}',
    'spec:',
    '  nodes:',
    ...nodes,
    '',
  ].join('\n');
}

function bigManifests(count: number, replicas: number, callsOf: (pair: number) => string): string {
  const pairs = Array.from({ length: count }, (_, pair) => [
    deployment(`client-${pair}`, replicas, callsOf(pair)),
    deployment(`server-${pair}`, replicas, 'bench: server'),
    `apiVersion: v1
kind: Service
metadata: {name: server-${pair}, namespace: big}
spec:
  selector: {app: server-${pair}}
  ports: [{name: http, port: 8080}]
`,
  ]);
  return ['apiVersion: v1\nkind: Namespace\nmetadata: {name: big}\n', ...pairs.flat()].join('---\n');
}

/** Every client calls its server's Service ten times a second. */
function calls(pair: number): string {
  return `meshscope.dev/calls: "http://server-${pair}:8080/ every 100ms"`;
}

function deployment(name: string, replicas: number, annotation: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: big}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata:
      labels: {app: ${name}}
      annotations:
        ${annotation}
    spec:
      containers: [{name: app, image: example/app, ports: [{containerPort: 8080}]}]
`;
}
