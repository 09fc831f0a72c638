import { describe, expect, test } from 'vitest';
import { apply, pods, records, runFor, world } from './harness.ts';
import { container, httpProbe, pod, podSpec, server } from './manifests.ts';

describe('readiness', () => {
  test('a container without a readinessProbe is ready as soon as it runs', () => {
    const w = world();
    apply(w, [pod('web', podSpec([container('app')]))]);
    runFor(w, 5);
    expect(pods(w)).toEqual(['web Running ready']);
  });

  test('a probe is a real HTTP request from the node to the pod, and only 200 to 399 count', () => {
    const w = world({ nodes: 1, behaviours: { app: { healthyAfter: 15_000 } } });
    apply(w, [pod('web', podSpec([server('app', 8080, { readinessProbe: httpProbe({ periodSeconds: 5 }) })]))]);
    runFor(w, 10);
    expect(pods(w)).toEqual(['web Running']);
    const probe = records(w, 'request')[0];
    expect(probe).toMatchObject({
      method: 'GET',
      url: 'http://10.244.1.2:8080/healthz',
      source: '172.18.0.2',
      tag: 'probe',
    });
    expect(
      records(w, 'event')
        .filter((event) => event.reason === 'Unhealthy')
        .at(-1)?.message,
    ).toBe('Readiness probe failed: HTTP probe failed with statuscode: 503');
    runFor(w, 12);
    expect(pods(w)).toEqual(['web Running ready']);
  });

  test('a probe that fails after a pod was ready makes it unready, without a restart', () => {
    const w = world({ behaviours: { app: { healthyUntil: 8_000 } } });
    const probe = httpProbe({ periodSeconds: 2, failureThreshold: 2, initialDelaySeconds: 1 });
    apply(w, [pod('web', podSpec([server('app', 8080, { readinessProbe: probe })]))]);
    runFor(w, 6);
    expect(pods(w)).toEqual(['web Running ready']);
    runFor(w, 10);
    expect(pods(w)).toEqual(['web Running']);
    expect(records(w, 'container').every((item) => item.restarts === 0)).toBe(true);
  });

  test('before initialDelaySeconds nothing is asked', () => {
    const w = world();
    apply(w, [pod('web', podSpec([server('app', 8080, { readinessProbe: httpProbe({ initialDelaySeconds: 20 }) })]))]);
    runFor(w, 20);
    expect(records(w, 'request')).toEqual([]);
    runFor(w, 3);
    expect(pods(w)).toEqual(['web Running ready']);
  });

  const words: readonly (readonly [string, object, RegExp])[] = [
    [
      'nobody listens',
      { httpGet: { path: '/', port: 9999, scheme: 'HTTP' } },
      /^Readiness probe failed: Get "http:\/\/10\.244\.\d\.2:9999\/": dial tcp 10\.244\.\d\.2:9999: connect: connection refused$/,
    ],
    [
      'a TCP port that nobody listens on',
      { tcpSocket: { port: 9999 } },
      /^Readiness probe failed: dial tcp 10\.244\.\d\.2:9999: connect: connection refused$/,
    ],
    [
      'a port name that is not declared',
      { httpGet: { path: '/', port: 'metrics', scheme: 'HTTP' } },
      /^Readiness probe failed: couldn't find port: metrics$/,
    ],
  ];
  test.each(words)("the kubelet's words when %s", (_, handler, expected) => {
    const { httpGet: __, ...timing } = httpProbe();
    const w = world();
    apply(w, [pod('web', podSpec([server('app', 8080, { readinessProbe: { ...timing, ...handler } })]))]);
    runFor(w, 5);
    expect(records(w, 'event').find((event) => event.reason === 'Unhealthy')?.message).toMatch(expected);
    expect(pods(w)).toEqual(['web Running']);
  });

  const handlers: readonly (readonly [string, object])[] = [
    ['tcpSocket', { tcpSocket: { port: 'http' } }],
    ['grpc', { grpc: { port: 8080, service: '' } }],
    ['exec', { exec: { command: ['true'] } }],
  ];
  test.each(handlers)('a %s probe succeeds against a server that is up', (_, handler) => {
    const { httpGet: __, ...timing } = httpProbe({ initialDelaySeconds: 1 });
    const w = world();
    apply(w, [pod('web', podSpec([server('app', 8080, { readinessProbe: { ...timing, ...handler } })]))]);
    runFor(w, 5);
    expect(pods(w)).toEqual(['web Running ready']);
  });

  test('a run is settled between probes of pods that are ready', () => {
    const w = world();
    apply(w, [
      pod(
        'web',
        podSpec([
          server('app', 8080, { readinessProbe: httpProbe({ initialDelaySeconds: 1 }), livenessProbe: httpProbe() }),
        ]),
      ),
    ]);
    expect(w.kernel.settle((w.kernel.now + 60_000_000) as never)).toBe('settled');
    expect(pods(w)).toEqual(['web Running ready']);
  });
});

describe('liveness and startup', () => {
  test('a container that fails its livenessProbe is stopped and started again', () => {
    const w = world({ behaviours: { 'app#0': { healthyUntil: 5_000 } } });
    const probe = httpProbe({ periodSeconds: 2, failureThreshold: 2, initialDelaySeconds: 1 });
    apply(w, [pod('web', podSpec([server('app', 8080, { livenessProbe: probe })]))]);
    runFor(w, 15);
    expect(records(w, 'event').map((event) => event.message)).toContain(
      'Container app failed liveness probe, will be restarted',
    );
    expect(records(w, 'container').at(-1)).toMatchObject({ state: 'running', restarts: 1 });
    expect(pods(w)).toEqual(['web Running ready']);
  });

  test('with restartPolicy Never a failed livenessProbe ends the container for good', () => {
    const w = world({ behaviours: { app: { healthyUntil: 5_000 } } });
    const probe = httpProbe({ periodSeconds: 2, failureThreshold: 1, initialDelaySeconds: 1 });
    apply(w, [pod('web', podSpec([server('app', 8080, { livenessProbe: probe })], { restartPolicy: 'Never' }))]);
    runFor(w, 15);
    expect(pods(w)).toEqual(['web Failed']);
  });

  test('until the startupProbe succeeds the others do not run', () => {
    const w = world({ behaviours: { app: { healthyAfter: 8_000 } } });
    const startupProbe = httpProbe({
      periodSeconds: 2,
      failureThreshold: 30,
      httpGet: { path: '/start', port: 'http', scheme: 'HTTP' },
    });
    const livenessProbe = httpProbe({ periodSeconds: 1, failureThreshold: 1 });
    apply(w, [pod('web', podSpec([server('app', 8080, { startupProbe, livenessProbe })]))]);
    runFor(w, 20);
    const paths = records(w, 'request').map((request) => request.url.slice(request.url.lastIndexOf('/')));
    expect(paths.slice(0, 4)).toEqual(['/start', '/start', '/start', '/start']);
    expect(paths.lastIndexOf('/start')).toBeLessThan(paths.indexOf('/healthz'));
    expect(pods(w)).toEqual(['web Running ready']);
  });

  test('a startupProbe that never succeeds kills the container', () => {
    const w = world({ behaviours: { 'app#0': { healthyAfter: 1_000_000 } } });
    const startupProbe = httpProbe({ periodSeconds: 1, failureThreshold: 3 });
    apply(w, [pod('web', podSpec([server('app', 8080, { startupProbe })]))]);
    runFor(w, 15);
    expect(records(w, 'event').map((event) => event.message)).toContain(
      'Container app failed startup probe, will be restarted',
    );
    expect(pods(w)).toEqual(['web Running ready']);
  });
});
