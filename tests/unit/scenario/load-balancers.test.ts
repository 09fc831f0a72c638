// Load balancers with targets: which fate a connection shares, when a target takes connections, and what a pod waits for. Each row is
// a Service's annotations and what becomes of requests from outside. Invariant I46.
import { describe, expect, test } from 'vitest';
import { parseTarget } from '../../../src/host/index.ts';
import { Run } from '../../../src/scenario/index.ts';
import '../provide-envoys.ts';

const second = 1_000_000;
const prefix = 'service.beta.kubernetes.io/aws-load-balancer-';

interface Balanced {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly policy?: 'Cluster' | 'Local';
  readonly replicas?: number;
  readonly namespaceLabels?: string;
  readonly scenario?: string;
  /** How long a request takes. */
  readonly latency?: string;
}

/** Checks every 5 s, two of which decide. */
const quick = {
  [`${prefix}type`]: 'external',
  [`${prefix}healthcheck-interval`]: '5',
  [`${prefix}healthcheck-healthy-threshold`]: '2',
  [`${prefix}healthcheck-unhealthy-threshold`]: '2',
};
const ip = { ...quick, [`${prefix}nlb-target-type`]: 'ip' };

/** A gateway whose pods are on node-2, and its load balancer. */
function manifests({ annotations = {}, policy = 'Cluster', replicas = 1, namespaceLabels = '{}' }: Balanced): string {
  return `
apiVersion: v1
kind: Namespace
metadata: {name: edge, labels: ${namespaceLabels}}
---
apiVersion: v1
kind: Service
metadata: {name: gw, namespace: edge, annotations: ${JSON.stringify(annotations)}}
spec: {type: LoadBalancer, externalTrafficPolicy: ${policy}, selector: {app: gw}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: gw, namespace: edge}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: gw}}
  template:
    metadata: {labels: {app: gw}}
    spec:
      nodeSelector: {kubernetes.io/hostname: node-2}
      containers: [{name: gw, image: "gw:1", ports: [{containerPort: 8080}]}]
`;
}

function runOf(balanced: Balanced): Run {
  const { scenario = '', latency = '5ms' } = balanced;
  const text = `apiVersion: meshscope.dev/v1
kind: Scenario
metadata: {name: edge}
spec:
  ${scenario}
  programs: [{workload: edge/gw, listens: [{port: 8080, protocol: http, latency: ${latency}}]}]
`;
  return new Run({ scenario: text, manifests: [{ path: 'edge.yaml', text: manifests(balanced) }] });
}

const target = parseTarget('http://198.18.1.1:80/');

function ask(run: Run, count: number): void {
  if (target === undefined) throw new Error('a URL');
  run.ask(run.simulated, { from: 'outside', target, count, method: 'GET', headers: [] });
}

const results = (run: Run, from: number): readonly string[] =>
  [...run.trace.select(['response'], from)].map(({ result }) => result);

/** The targets that connections from outside were sent to. */
const chosen = (run: Run, from: number): readonly string[] =>
  [...run.trace.select(['decision'], from)]
    .filter(({ input }) => input['by'] === 'load-balancer')
    .map(({ chosen: endpoint }) => endpoint);

/** The last states of targets. */
const states = (run: Run): readonly string[] => {
  const last = new Map<number, string>();
  for (const record of run.trace.select(['state']))
    if (record.machine === 'kube.load-balancer-target') last.set(record.entity, record.to);
  return [...last.values()].toSorted();
};

const address = { 'node-1': '172.18.0.2', 'node-2': '172.18.0.3', 'node-3': '172.18.0.4' } as const;
/** How many of its targets a load balancer knows to be healthy, change by change. */
const healthy = (run: Run, from: number): readonly number[] =>
  [...run.trace.select(['endpoints'], from)]
    .filter(({ consumer }) => consumer === 'load-balancer')
    .map(({ ready }) => ready);
const readyPods = (run: Run): readonly boolean[] =>
  run
    .storedAt(run.simulated)
    .flatMap(({ status }) => (status?.kind === 'Pod' && status.phase === 'Running' ? [status.conditions.ready] : []));

/** Registration takes 5 to 60 s, two checks 5 s each. */
const settled = 75 * second;

describe('I46: a connection shares the fate of its target (the pod is on node-2)', () => {
  test.each([
    ['instance: losing node-1 resets what goes through it', quick, 'node-1', 'through'],
    ['instance: losing node-3 resets what goes through it', quick, 'node-3', 'through'],
    ['instance: losing the node of the pod resets all', quick, 'node-2', 'all'],
    ['ip: losing node-1 resets nothing', ip, 'node-1', 'none'],
    ['ip: losing the node of the pod resets all', ip, 'node-2', 'all'],
  ] as const)('%s', (_, annotations, node, lost) => {
    const run = settledRun(annotations, '25s').fork();
    const from = run.trace.length;
    ask(run, 12);
    run.advance(run.simulated + 2 * second);
    const through = chosen(run, from).filter((endpoint) => endpoint.startsWith(`${address[node]}:`)).length;
    const expected = { through, all: 12, none: 0 }[lost];
    expect(expected).toBeGreaterThanOrEqual(lost === 'none' ? 0 : 1);
    run.intervene(run.simulated, { kind: 'lose', node });
    run.advance(run.simulated + 28 * second);
    const resets = [...run.trace.select(['closed'], from)].filter(
      ({ reason }) => reason === 'reset by the load balancer',
    );
    expect(resets).toHaveLength(expected);
    expect(results(run, from).filter((result) => result === '200')).toHaveLength(12 - expected);
  });
});

const settledRuns = new Map<string, Run>();
/** One with healthy targets, made once for all who fork it. */
function settledRun(annotations: Balanced['annotations'] & object, latency: string): Run {
  const key = JSON.stringify([annotations, latency]);
  const run = settledRuns.get(key) ?? runOf({ annotations, latency });
  settledRuns.set(key, run);
  run.advance(settled);
  return run;
}

describe('a target', () => {
  test.each([
    ['of a pod', { annotations: ip }, ['healthy']],
    [
      'of a node: every node is one, whether a pod is there or not',
      { annotations: quick },
      ['healthy', 'healthy', 'healthy'],
    ],
    [
      'of a node that forwards to its own pods only: those without a pod are unhealthy',
      { annotations: quick, policy: 'Local' },
      ['healthy', 'unhealthy', 'unhealthy'],
    ],
    ['by the scenario, where the Service says nothing', { scenario: 'loadBalancers: {targets: ip}' }, ['healthy']],
    ['that nobody asked for is none', {}, []],
  ] as const)('%s', (_, balanced, expected) => {
    const run = runOf(balanced);
    run.advance(settled);
    expect(states(run)).toEqual(expected);
    const from = run.trace.length;
    ask(run, 3);
    run.advance(run.simulated + 2 * second);
    expect(results(run, from)).toEqual(['200', '200', '200']);
  });

  test('takes no connection before it is healthy, though its pod is ready', () => {
    const run = runOf({ annotations: ip });
    run.advance(8 * second);
    expect(readyPods(run)).toEqual([true]);
    const from = run.trace.length;
    ask(run, 1);
    run.advance(run.simulated + second);
    expect(results(run, from)).toEqual(['refused']);
  });

  test('leaves with its pod: for a while connections still come, then it drains, then it is none', () => {
    const annotations = { ...ip, [`${prefix}target-group-attributes`]: 'deregistration_delay.timeout_seconds=20' };
    const run = settledRun(annotations, '5ms').fork();
    const from = run.trace.length;
    run.intervene(run.simulated, { kind: 'scale', workload: 'edge/gw', replicas: 0 });
    run.advance(run.simulated + 150 * second);
    const steps = [...run.trace.select(['state'], from)].filter(
      ({ machine }) => machine === 'kube.load-balancer-target',
    );
    expect(steps.map(({ to }) => to)).toEqual(['leaving', 'draining', 'unused']);
  });

  test('of a node stays when the node is drained: cordon and drain deregister nothing', () => {
    const run = settledRun(quick, '25s').fork();
    run.intervene(run.simulated, { kind: 'drain', node: 'node-1' });
    run.advance(run.simulated + 30 * second);
    expect(states(run)).toEqual(['healthy', 'healthy', 'healthy']);
  });

  test('is gone with its Service, and so is every connection to it', () => {
    const run = settledRun(ip, '25s').fork();
    const from = run.trace.length;
    ask(run, 2);
    run.advance(run.simulated + 2 * second);
    run.delete(run.simulated, { kind: 'Service', namespace: 'edge', name: 'gw' });
    run.advance(run.simulated + 2 * second);
    expect(results(run, from)).toEqual(['reset', 'reset']);
  });
});

describe('a rollout behind a load balancer', () => {
  test.each([
    ['without readiness gates is done before any new target is healthy', '{}', 0],
    [
      'with them never has fewer healthy targets than replicas',
      '{elbv2.k8s.aws/pod-readiness-gate-inject: enabled}',
      2,
    ],
  ])('%s', (_, namespaceLabels, least) => {
    const run = runOf({ annotations: ip, namespaceLabels, replicas: 2 });
    run.advance(150 * second);
    expect(readyPods(run)).toEqual([true, true]);
    const from = run.trace.length;
    run.intervene(run.simulated, { kind: 'roll', workload: 'edge/gw' });
    run.advance(run.simulated + 300 * second);
    expect(Math.min(...healthy(run, from))).toBe(least);
    expect(readyPods(run)).toEqual([true, true]);
  });
});
