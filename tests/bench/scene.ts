// A whole scene, steady: 1,000 pods in ambient against the raw queue.
import { Run } from '../../src/scenario/index.ts';
import { spread, time } from './measure.ts';
import { rawQueue } from './queue.ts';
import type { Report } from './report.ts';

const SECOND = 1_000_000;
/** By then every pod runs, every proxy has its configuration and every tunnel stands. */
const STEADY_AT = 15 * SECOND;
const ROUNDS = 7;
const WARM_UP = 2;
/** Simulated in one round: some 80,000 occurrences. */
const STRETCH = 2 * SECOND;

/** Pairs of Deployments, ten pods each: every client calls its server's Service ten times a second. */
const PAIRS = 50;
const REPLICAS = 10;
const NODES = 40;

export function benchScene(report: Report): void {
  report.section(`Scene: ${PAIRS * REPLICAS * 2} pods in ambient, steady, trace on, against the raw queue in turns`);
  steadyScene(report);
}

function steadyScene(report: Report): void {
  const run = new Run({
    scenario: bigScenario(),
    manifests: [{ path: 'big.yaml', text: bigManifests() }],
    mesh: 'ambient',
  });
  const start = time(() => void run.advance(STEADY_AT));
  const { pods } = run.summary();
  if (pods.total < PAIRS * REPLICAS * 2 || pods.ready < pods.total) throw new Error('the scene is not steady');
  report.print('from nothing to steady', spread([start]), 'ms');
  const queue = rawQueue();
  const rates: number[] = [];
  const ratios: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    const queueRate = (queue.count / time(queue.prepare())) * 1_000;
    const before = run.handled;
    const until = run.simulated + STRETCH;
    const spent = time(() => void run.advance(until));
    const rate = ((run.handled - before) / spent) * 1_000;
    if (round < 0) continue;
    rates.push(rate);
    ratios.push(rate / queueRate);
  }
  report.print('occurrences handled', spread(rates.map((rate) => rate / SECOND)), 'M/s');
  report.gate('scene / raw queue', spread(ratios), 0.04);
}

function bigScenario(): string {
  const nodes = Array.from({ length: NODES }, (_, index) => `    - name: node-${index}`);
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

function bigManifests(): string {
  const pairs = Array.from({ length: PAIRS }, (_, pair) => [
    deployment(`client-${pair}`, `meshscope.dev/calls: "http://server-${pair}:8080/ every 100ms"`),
    deployment(`server-${pair}`, 'bench: server'),
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

function deployment(name: string, annotation: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: big}
spec:
  replicas: ${REPLICAS}
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
