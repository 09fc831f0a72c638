// Whole scenes: 1,000 pods in ambient, steady, against the raw queue, and what a million of their records hold; many more pods on many
// more nodes against those; and what a change costs a run that leaves a settled one.
import type { ManifestFile } from '../../src/manifests/index.ts';
import { Run } from '../../src/scenario/index.ts';
import { memoryInUse, spread, time } from './measure.ts';
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
  process.env['BENCH'] === 'whole' ? { pairs: 500, nodes: 1_000, rounds: 3 } : { pairs: 150, nodes: 100, rounds: 6 };
/** More than such a scene makes until it carries steady traffic. */
const LARGE_RECORDS = 20_000_000;
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

/** Occurrences a second of wall time: while pods start, and at best while all of them call each other. */
interface Rates {
  readonly starting: number;
  readonly steady: number;
}

function ambientRun(pairs: number, nodes: number, records?: number): Run {
  return new Run({
    scenario: bigScenario(nodes),
    manifests: [{ path: 'big.yaml', text: bigManifests(pairs, REPLICAS, calls) }],
    mesh: 'ambient',
    ...(records === undefined ? {} : { limits: { records } }),
  });
}

function steadyScene(report: Report): Rates {
  const empty = memoryInUse();
  const run = ambientRun(PAIRS, NODES);
  const handled = run.handled;
  const started = time(() => void run.advance(STARTED_AT));
  const starting = ((run.handled - handled) / started) * 1_000;
  const start = started + time(() => void run.advance(STEADY_AT));
  const { pods } = run.summary();
  if (pods.total < PAIRS * REPLICAS * 2 || pods.ready < pods.total) throw new Error('the scene is not steady');
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
  return { starting, steady: Math.max(...rates) };
}

/** Many nodes hear of every change, each after its own delay: that may cost no more an occurrence than three times the same on few. */
function largeScene(report: Report, small: Rates): void {
  const { pairs, nodes, rounds } = LARGE;
  let run: Run | undefined;
  const up = time(() => void (run = ambientRun(pairs, nodes, LARGE_RECORDS)));
  if (run === undefined) throw new Error('there is a run');
  report.print('cluster and mesh, up', spread([up]), 'ms');
  const { handled } = run;
  const spent = time(() => void run?.advance(STARTED_AT));
  const { pods } = run.summary();
  if (pods.total < pairs * REPLICAS * 2 || pods.ready < pods.total) throw new Error('every pod is ready');
  report.print('all pods start and are ready', spread([spent]), 'ms');
  report.gate(
    'starting: occurrences a second / few',
    spread([(((run.handled - handled) / spent) * 1_000) / small.starting]),
    0.33,
  );
  const rates: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const before = run.handled;
    const until = run.simulated + STRETCH / 4;
    const stretch = time(() => void run?.advance(until));
    rates.push(((run.handled - before) / stretch) * 1_000);
  }
  report.gate('steady: occurrences a second / few, best of each', spread([Math.max(...rates) / small.steady]), 0.33);
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
