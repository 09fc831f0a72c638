// gRPC streams of programs, with and without a mesh: what travels, what a stream keeps, and how it breaks and comes back.
import { describe, expect, test } from 'vitest';
import type { MeshMode } from '../../../src/scenario/port.ts';
import { Run } from '../../../src/scenario/index.ts';
import type { TraceRecord } from '../../../src/trace/index.ts';
import { app, documents, namespace, service } from '../mesh/istio-sidecar/scene.ts';
import '../provide-envoys.ts';

const second = 1_000_000;
const manifests = [
  namespace('shop', {}),
  app('shop/web', { container: { ports: [] } }),
  app('shop/orders', { port: 9000 }),
  service('shop/orders', { name: 'grpc', port: 9000 }),
];

interface StreamOptions {
  readonly stream: 'client' | 'server' | 'bidi';
  readonly count?: number;
  /** What happens: interventions of the scenario. */
  readonly interventions?: readonly object[];
  readonly until?: number;
}

/** web holds a stream to orders, a message every 500 ms. */
function streaming(mesh: MeshMode, options: StreamOptions): Run {
  const { stream, count, interventions = [], until = 28 } = options;
  const call = {
    url: 'grpc://orders:9000/shop.Orders/Watch',
    stream,
    every: '500ms',
    ...(count === undefined ? {} : { count }),
  };
  const spec = { programs: [{ workload: 'shop/web', boot: '15s', calls: [call] }], interventions };
  const run = new Run({
    scenario: documents({ apiVersion: 'meshscope.dev/v1', kind: 'Scenario', metadata: { name: 'streams' }, spec }),
    manifests: manifests.map((text, index) => ({ path: `${index}.yaml`, text })),
    mesh,
  });
  expect(run.info.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  run.advance(until * second);
  return run;
}

const requests = (run: Run): readonly TraceRecord<'request'>[] =>
  [...run.trace.select(['request'])].filter(({ protocol, tag }) => protocol === 'grpc' && tag === '');
const results = (run: Run): readonly string[] => {
  const own = new Set(requests(run).map(({ id }) => id));
  return [...run.trace.select(['response'])].filter(({ request }) => own.has(request)).map(({ result }) => result);
};

/** The frames of a stream as the application's own sockets carry them, in order: `>` from the client. */
function frames(run: Run): readonly string[] {
  const own = requests(run)[0]?.id;
  const inApp = new Set(
    [...run.trace.select(['connection'])]
      .filter(
        ({ process }) =>
          run.trace.entity(process).path.includes('/web-') && !run.trace.entity(process).path.includes('istio'),
      )
      .map(({ connection }) => connection),
  );
  return [...run.trace.select(['packet'])]
    .filter(({ request, connection }) => request === own && inApp.has(connection))
    .flatMap(({ message, toServer }) =>
      message.layer === 'http2'
        ? message.frames.map(
            (frame) => `${toServer ? '>' : '<'} ${frame.frame}${'end' in frame && frame.end ? ' END' : ''}`,
          )
        : [],
    );
}

const modes = ['none', 'sidecar', 'ambient'] as const;

describe.each(modes)('a gRPC stream (%s)', (mesh) => {
  test.each([
    ['bidi', ['> HEADERS', '> DATA', '< HEADERS', '< DATA', '> DATA', '> DATA END', '< DATA', '< HEADERS END']],
    ['client', ['> HEADERS', '> DATA', '> DATA', '> DATA END', '< HEADERS', '< DATA', '< HEADERS END']],
    ['server', ['> HEADERS', '> DATA END', '< HEADERS', '< DATA', '< DATA', '< HEADERS END']],
  ] as const)('%s: HEADERS, a DATA frame a message, trailers at the end', (stream, expected) => {
    const run = streaming(mesh, { stream, count: 2, until: 26 });
    expect(frames(run)).toEqual(expected);
    expect(results(run)).toEqual(['200']);
  });

  test('that is never ended stays under way on the one connection it has', () => {
    const run = streaming(mesh, { stream: 'bidi' });
    expect(requests(run)).toHaveLength(1);
    expect(results(run)).toEqual([]);
    expect(frames(run).filter((frame) => frame === '< DATA').length).toBeGreaterThan(15);
    const { plaintext, mtls } = run.summary().connections;
    expect({ plaintext, mtls }).toEqual(mesh === 'none' ? { plaintext: 1, mtls: 0 } : { plaintext: 0, mtls: 1 });
  });

  test('breaks when its server is killed, and is opened again', () => {
    // A pod that vanishes says nothing: a client's ztunnel may send once more into its old tunnel, until a PING goes without answer.
    const run = streaming(mesh, { stream: 'bidi', interventions: [{ at: '24s', kill: 'shop/orders' }], until: 75 });
    const [first, ...later] = results(run);
    // Envoy resets a stream whose answer had begun; elsewhere the connection itself ends.
    expect(first).toBe(mesh === 'sidecar' ? 'grpc 13' : 'grpc 14');
    expect(later.filter((result) => !result.startsWith('grpc 14'))).toEqual([]);
    const all = requests(run);
    expect(all.length).toBe(results(run).length + 1);
    const last = all.at(-1)?.id;
    expect([...run.trace.select(['served'])].some(({ request }) => request === last)).toBe(true);
  });
});

test('attempts that reach nobody follow gRPC’s back-off', () => {
  const run = streaming('none', {
    stream: 'bidi',
    interventions: [{ at: '5s', delete: 'Deployment/shop/orders' }],
    until: 70,
  });
  const at = requests(run).map((request) => request.at);
  const gaps = at.slice(1).map((time, index) => (time - (at[index] ?? 0)) / second);
  expect(gaps[0]).toBeCloseTo(1, 3);
  let span = 1;
  for (const gap of gaps.slice(1, 6)) {
    span *= 1.6;
    expect(gap / span).toBeGreaterThanOrEqual(0.799);
    expect(gap / span).toBeLessThanOrEqual(1.201);
  }
  expect(gaps.length).toBeGreaterThan(5);
});
