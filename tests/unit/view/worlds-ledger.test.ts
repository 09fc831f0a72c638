// The figures under each world, counted from runs of one small workload: web asks orders once a second, five times.
import { beforeAll, describe, expect, test } from 'vitest';

import type { ScenarioSource } from '../../../src/scenario/port.ts';
import { Run } from '../../../src/scenario/index.ts';
import { RunIndex } from '../../../src/view/index.ts';
import { LedgerCounter, type WorldLedger } from '../../../src/view/worlds/index.ts';
import '../provide-envoys.ts';
import { wholeSlice } from './indexed.ts';
import { ambientShop } from './standing-runs.ts';

const manifests = [
  {
    path: 'pair.yaml',
    text: `
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec:
  selector: {app: orders}
  ports: [{name: http, port: 8080}]
---
apiVersion: v1
kind: Pod
metadata: {name: orders, namespace: shop, labels: {app: orders}}
spec:
  containers:
    - {name: app, image: orders, ports: [{containerPort: 8080}], resources: {requests: {cpu: 250m, memory: 64Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {containers: [{name: app, image: web}]}
`,
  },
];
const scenario = `
apiVersion: meshscope.dev/v1
kind: Scenario
metadata: {name: pair}
spec:
  duration: 16s
  nodes: [{name: node-1}, {name: node-2}]
  programs:
    - workload: shop/web
      boot: 6s
      calls: [{url: 'http://orders:8080/', count: 5, every: 1s}]
`;
const worlds = {
  none: { mesh: 'none' },
  sidecar: { mesh: 'sidecar' },
  ambient: { mesh: 'ambient' },
  waypoint: { mesh: 'ambient', hasWaypoints: true },
} as const satisfies Record<string, Partial<ScenarioSource>>;

const MI = 2 ** 20;
const none = { sidecar: 0, ztunnel: 0, waypoint: 0, gateway: 0 };

describe('the ledger of', () => {
  const indexes = new Map<string, RunIndex>();
  beforeAll(() => {
    for (const [world, source] of Object.entries(worlds)) {
      const run = new Run({ scenario, manifests, ...source });
      run.advance(16_000_000);
      const index = new RunIndex();
      index.receive(wholeSlice(run.trace));
      indexes.set(world, index);
    }
  });
  const ledgerOf = (world: string, cursor = Infinity): WorldLedger => {
    const index = indexes.get(world) ?? new RunIndex();
    return new LedgerCounter(index).at(Math.min(cursor, index.trace.length));
  };

  test.each([
    // istiod 500m and 2048Mi, a sidecar or a waypoint 100m and 128Mi, a ztunnel 200m and 512Mi, an agent of the CNI 100m and 100Mi.
    ['none', { hops: 1, containers: 2, proxies: none, cpu: 0.25, memory: 64 }],
    ['sidecar', { hops: 3, containers: 5, proxies: { ...none, sidecar: 2 }, cpu: 0.95, memory: 64 + 2_048 + 2 * 128 }],
    ['ambient', { hops: 3, containers: 7, proxies: { ...none, ztunnel: 2 }, cpu: 1.35, memory: 64 + 2_048 + 2 * 612 }],
    [
      'waypoint',
      {
        hops: 4,
        containers: 8,
        proxies: { ...none, ztunnel: 2, waypoint: 1 },
        cpu: 1.45,
        memory: 64 + 2_048 + 2 * 612 + 128,
      },
    ],
  ])('%s counts what stands there', (world, { hops, containers, proxies, cpu, memory }) => {
    const ledger = ledgerOf(world);
    expect([ledger.answered, ledger.failed, ledger.restarts]).toEqual([5, 0, 0]);
    expect(ledger.hops).toBe(hops);
    expect(ledger.containers).toBe(containers);
    expect(ledger.proxies).toEqual(proxies);
    expect(ledger.requested.cpu).toBeCloseTo(cpu, 9);
    expect(ledger.requested.memory).toBe(memory * MI);
  });

  test.each([
    ['none', { workloads: 0, controlPlane: 0, share: 0 }],
    ['sidecar', { workloads: 1, controlPlane: 2, share: 1 }],
    // ztunnel to ztunnel; or to the waypoint and on.
    ['ambient', { workloads: 1, controlPlane: 2, share: 1 }],
    ['waypoint', { workloads: 2, controlPlane: 3, share: 1 }],
  ])('%s counts handshakes and ciphertext', (world, { workloads, controlPlane, share }) => {
    const { handshakes, messages } = ledgerOf(world);
    expect(handshakes).toEqual({ workloads, controlPlane });
    expect(messages.all).toBeGreaterThanOrEqual(10);
    expect(messages.encrypted / messages.all).toBe(share);
  });

  test('any world holds for an instant: what comes later is not in it', () => {
    const index = indexes.get('sidecar') ?? new RunIndex();
    const third = index.requests.responses[2] ?? 0;
    const [before, after] = [ledgerOf('sidecar', third), ledgerOf('sidecar', third + 1)];
    expect([before.answered, after.answered]).toEqual([2, 3]);
    expect(before.firstAnswer).toBe(index.trace.timeOf(index.requests.responses[0] ?? 0));
    expect(ledgerOf('sidecar', 0)).toMatchObject({ answered: 0, latency: undefined, hops: undefined, containers: 0 });
  });

  test('any world has its latencies in microseconds, the slowest as the 99th percentile of five', () => {
    const index = indexes.get('ambient') ?? new RunIndex();
    const latencies = index.requests.responses.map((id) => Number(index.trace.getAs(id, 'response').latency));
    const { latency } = ledgerOf('ambient');
    expect(latency?.p99.value).toBe(Math.max(...latencies));
    expect(latency?.mean.value).toBeCloseTo(latencies.reduce((sum, one) => sum + one, 0) / 5, 6);
  });
});

test('a run that goes back and on again is counted anew, and a killed pod’s failed request shows', () => {
  const { trace } = ambientShop().run;
  const index = new RunIndex();
  index.receive(wholeSlice(trace));
  const counter = new LedgerCounter(index);
  const whole = counter.at(trace.length);
  expect([whole.answered, whole.failed]).toEqual([11, 1]);
  index.truncate(index.requests.responses[4] ?? 0);
  expect(counter.at(index.trace.length).answered).toBe(4);
  index.receive(wholeSlice(trace));
  expect(counter.at(trace.length)).toEqual(whole);
});
