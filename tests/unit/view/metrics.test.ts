// Metrics counted from runs as the engine plays them, and the arithmetic behind them on samples made by hand.

import { describe, expect, test } from 'vitest';
import {
  connectionMetrics,
  CounterReader,
  counterText,
  latencyHistogram,
  requestMetrics,
  type Sample,
  SampleReader,
  stepOf,
  type Window,
} from '../../../src/view/metrics/index.ts';
import { failures, runFailure, type Mode } from './failures.ts';
import { indexOf } from './indexed.ts';

const END = 7_000_000;
const whole: Window = { from: -1, to: END };

function countersOf(name: string, mode: Mode) {
  const run = runFailure(
    failures.find((candidate) => candidate.name === name)!,
    mode,
  );
  const index = indexOf(run.trace);
  const reader = new SampleReader();
  const lines = (cursor = index.trace.length) =>
    new CounterReader().lines(index, reader.reported(index), cursor).map(counterText);
  return { index, reader, lines };
}

const sidecar = countersOf('nothing is wrong', 'sidecar');
const ambient = countersOf('a DENY policy matches', 'ambient');

describe('requests of three seconds', () => {
  const sample = (at: number, latency: number, isOk = true, from = 'web'): Sample => {
    return { id: at, at: at * 1_000, from, to: 'orders', isOk, latency };
  };
  const samples = [
    sample(100, 2_000),
    sample(900, 4_000),
    sample(1_500, 300_000, false),
    sample(2_500, 2_500),
    sample(2_600, 9_000, true, 'batch'),
  ];
  const second: Window = { from: 1_000_000, to: 3_000_000 };

  test.each([
    ['all of them, and those of each pair', second, '', [3, 1, 9_000, 300_000]],
    ['one pair within the window', second, 'web>orders', [2, 1, 2_500, 300_000]],
    ['one pair in the whole run', { from: 0, to: 3_000_000 }, 'web>orders', [4, 1, 2_500, 300_000]],
    ['a window in which nothing ended', { from: 0, to: 50_000 }, 'batch>orders', [0, 0, undefined, undefined]],
  ] as const)('%s', (_, window, key, expected) => {
    const row = requestMetrics(samples, window, 3_000_000).rows.find((candidate) => candidate.key === key)!;
    expect([row.requests, row.failures, row.p50, row.p99]).toEqual(expected);
  });

  test('the end of a window counts, its beginning does not', () => {
    const ends = (from: number, to: number) => requestMetrics(samples, { from, to }, 3_000_000).rows[0]!.requests;
    expect([ends(100_000, 900_000), ends(99_999, 900_000), ends(100_000, 899_999)]).toEqual([1, 2, 0]);
  });

  test('the steps of the course lose nothing', () => {
    for (const row of requestMetrics(samples, second, 3_000_000).rows) {
      const own = samples.filter(({ from }) => row.key === '' || row.from === from);
      expect(row.steps.reduce((sum, { requests }) => sum + requests, 0)).toBe(own.length);
      expect(row.steps.reduce((sum, { failures: failed }) => sum + failed, 0)).toBe(
        own.filter(({ isOk }) => !isOk).length,
      );
    }
  });

  test('the row names the request that failed last', () => {
    expect(requestMetrics(samples, second, 3_000_000).rows[0]).toMatchObject({ last: 2_600, lastFailure: 1_500 });
  });

  test('the histogram holds each request of the window once, failures apart', () => {
    const buckets = latencyHistogram(samples, '', second);
    expect(
      buckets.map(({ from, to, ok, failed }) => [from, to, ok, failed]).filter(([, , ok, failed]) => ok! + failed! > 0),
    ).toEqual([
      [2_000, 5_000, 1, 0],
      [5_000, 10_000, 1, 0],
      [200_000, 500_000, 0, 1],
    ]);
    expect(latencyHistogram(samples, 'nobody>orders', second)).toEqual([]);
  });
});

test.each([1_000_000, 7_000_000, 12_345_678, 60_000_000, 600_000_000])(
  'a run of %s µs has at most sixty steps',
  (end) => {
    expect(end / stepOf(end)).toBeLessThanOrEqual(60);
    expect(end / stepOf(end)).toBeGreaterThan(10);
  },
);

describe('what proxies count', () => {
  test('both sidecars count the same requests, each as its own', () => {
    const total = sidecar.lines().filter((line) => line.startsWith('istio_requests_total'));
    expect(total).toEqual([
      'istio_requests_total{reporter="destination",destination_workload="orders",destination_workload_namespace="shop",response_code="200",response_flags="-"} 3',
      'istio_requests_total{reporter="source",source_workload="web",source_workload_namespace="shop",destination_service_name="orders",response_code="200",response_flags="-"} 3',
    ]);
  });

  test('applications have asked as often as their proxies say', () => {
    const ends = sidecar.reader.samples(sidecar.index, 'applications').filter(({ isOk }) => isOk);
    expect(sidecar.reader.samples(sidecar.index, 'source').length).toBe(ends.length);
    expect(new Set(ends.map(({ from, to }) => `${from}>${to}`))).toEqual(new Set(['web>orders']));
  });

  test('ztunnel counts connections and no requests, on either side', () => {
    const names = new Set(ambient.lines().map((line) => line.split('"', 2).join('"')));
    expect(names).toEqual(
      new Set([
        'istio_tcp_connections_closed_total{reporter="destination',
        'istio_tcp_connections_closed_total{reporter="source',
        'istio_tcp_connections_opened_total{reporter="destination',
        'istio_tcp_connections_opened_total{reporter="source',
      ]),
    );
  });

  test('a ztunnel never closes more connections than it has opened, and has closed all that were denied', () => {
    for (const part of [0.7, 0.8, 0.9, 1]) {
      const lines = ambient.lines(Math.floor(ambient.index.trace.length * part));
      const value = (name: string, reporter: string): number =>
        Number(
          lines
            .find((line) => line.startsWith(`${name}{reporter="${reporter}"`))
            ?.split(' ')
            .at(-1) ?? 0,
        );
      for (const reporter of ['source', 'destination']) {
        const opened = value('istio_tcp_connections_opened_total', reporter);
        const closed = value('istio_tcp_connections_closed_total', reporter);
        expect(closed).toBeLessThanOrEqual(opened);
        if (part === 1) expect(opened).toBe(closed);
      }
    }
  });

  test('nothing is counted before it happens', () => {
    expect(sidecar.lines(0)).toEqual([]);
  });
});

describe('connections', () => {
  test.each([
    ['sidecar', 'web>orders', true],
    ['none', 'web>orders', false],
  ] as const)('in mode %s what stands open between pods is counted, encrypted or not', (mode, key, isEncrypted) => {
    const index = mode === 'sidecar' ? sidecar.index : countersOf('nothing is wrong', mode).index;
    const { rows, steps } = connectionMetrics(index, whole, { step: 100_000, end: END });
    const row = rows.find((candidate) => candidate.key === key)!;
    expect(row.opened).toBeGreaterThan(0);
    if (isEncrypted) expect(row).toMatchObject({ open: 1, encrypted: 1, failed: 0 });
    else expect(row.encrypted).toBe(0);
    for (const step of steps) expect(step.open).toBeGreaterThanOrEqual(step.encrypted);
    const open = rows.reduce((sum, candidate) => sum + candidate.open, 0);
    expect(steps.at(-1)!.open).toBe(open);
  });
});
