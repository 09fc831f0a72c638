import { describe, expect, test } from 'vitest';
import type { Violation } from '../../../src/lesson/index.ts';
import { checks, measures } from '../../../src/lesson/index.ts';
import { sentences } from '../../../src/lesson/model/index.ts';
import { placeholdersOf } from '../../../src/text/index.ts';
import { TraceWriter } from './trace-writer.ts';

const mutual = ['spiffe://cluster.local/ns/shop/sa/web', 'spiffe://cluster.local/ns/shop/sa/orders'] as const;

function evaluate(check: string, writer: TraceWriter, parameters: object): readonly Violation[] {
  const found = checks.find(({ id }) => id === check);
  if (found === undefined) throw new Error(`no check ${check}`);
  return found.evaluate(writer.trace, parameters);
}

/** [deciding record, sentence] of each violation; every sentence exists in both languages and uses the parameters given. */
function told(violations: readonly Violation[]): readonly (readonly [number | undefined, string])[] {
  for (const { sentence, params } of violations) {
    for (const language of ['en', 'ja'] as const) {
      const wanted = placeholdersOf(sentences[language][sentence]);
      expect(Object.keys(params)).toEqual(expect.arrayContaining([...wanted]));
    }
  }
  return violations.map(({ record, sentence }) => [record, sentence]);
}

test('both languages use the same parameters in every sentence', () => {
  for (const key of Object.keys(sentences.en) as (keyof typeof sentences.en)[]) {
    expect(placeholdersOf(sentences.ja[key]), key).toEqual(placeholdersOf(sentences.en[key]));
  }
});

test('the lists of checks and of measures are sorted', () => {
  for (const ids of [checks.map(({ id }) => id), measures.map(({ id }) => id)]) {
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => (a < b ? -1 : 1)));
  }
});

describe('encrypted-between-workloads', () => {
  const among = { among: ['shop/*'] };
  const judge = (writer: TraceWriter, parameters: object = among) =>
    told(evaluate('encrypted-between-workloads', writer, parameters));

  test('holds for mutual TLS, and where nothing was said at all', () => {
    const writer = new TraceWriter();
    writer.call(1, 100, { secured: mutual });
    writer.write('connection', 5, { connection: 101, client: 1, server: 2, link: 'network' });
    writer.write('packet', 5, { connection: 101, message: { layer: 'tls', flight: [] } });
    expect(judge(writer)).toEqual([]);
  });

  test.each([
    ['both-outside', []],
    ['server-outside', [1]],
    ['client-outside', [2]],
    ['both-inside', [1, 2]],
  ] as const)('names who is missing when plaintext travels: %s', (sentence, redirected) => {
    const writer = new TraceWriter();
    for (const netns of redirected) writer.write('rules', 0, { netns, set: 'istio-cni ambient', rules: 6 });
    const packet = writer.call(1, 100);
    expect(judge(writer)).toEqual([[packet, `plaintext.${sentence}`]]);
  });

  test('rules that were taken away again count no more', () => {
    const writer = new TraceWriter();
    writer.write('rules', 0, { netns: 1, set: 'istio-cni ambient', rules: 6 });
    writer.write('rules', 1, { netns: 1, set: 'none', rules: 0 });
    const packet = writer.call(2, 100);
    expect(judge(writer)).toEqual([[packet, 'plaintext.both-outside']]);
  });

  test('TLS with one identity only is not enough', () => {
    const writer = new TraceWriter();
    const packet = writer.call(1, 100, { secured: ['', mutual[1]] });
    expect(judge(writer)).toEqual([[packet, 'plaintext.one-way-tls']]);
  });

  test('leaves out loopback, nodes, other workloads and what came before', () => {
    const writer = new TraceWriter();
    writer.call(1, 100, { server: 1, link: 'loopback' });
    writer.call(2, 101, { client: 3, link: 'node' });
    expect(judge(writer)).toEqual([]);
    writer.call(3, 102);
    expect(judge(writer, { among: ['shop/web'] })).toEqual([]);
    expect(judge(writer, { among: ['shop/*'], after: '5ms' })).toEqual([]);
    expect(judge(writer)).toHaveLength(1);
  });
});

describe('requests-succeed', () => {
  const parameters = { from: 'shop/web', url: 'http://orders:8080/', after: '10ms', within: '100ms' };
  const judge = (writer: TraceWriter, more: object = {}) =>
    told(evaluate('requests-succeed', writer, { ...parameters, ...more }));

  test('holds when every request after the instant is answered well and in time', () => {
    const writer = new TraceWriter();
    writer.request(1, { after: 1, ok: false });
    writer.request(20, { after: 99, ok: true });
    expect(judge(writer)).toEqual([]);
  });

  test('a failed answer decides', () => {
    const writer = new TraceWriter();
    const response = writer.request(20, { after: 5, ok: false });
    expect(judge(writer)).toEqual([[response, 'request.failed']]);
  });

  test('an answer that comes late decides at its request, and so does none', () => {
    const writer = new TraceWriter();
    const late = writer.request(20, { after: 101, ok: true }) - 1;
    const never = writer.request(200, undefined);
    writer.request(400, { after: 1, ok: true });
    expect(judge(writer)).toEqual([
      [late, 'request.late'],
      [never, 'request.late'],
    ]);
  });

  test('a request under way when the run ends is not judged; too few judged requests prove nothing', () => {
    const writer = new TraceWriter();
    writer.request(20, undefined);
    expect(judge(writer)).toEqual([[undefined, 'request.too-few']]);
  });
});

describe('requests-refused', () => {
  const parameters = { from: 'shop/web', url: 'http://orders:8080/', after: '10ms' };
  const judge = (writer: TraceWriter, more: object = {}) =>
    told(evaluate('requests-refused', writer, { ...parameters, ...more }));

  test('holds when nothing arrives from the instant on, whatever arrived before', () => {
    const writer = new TraceWriter();
    const early = writer.write('request', 1, { netns: 1, url: 'http://orders:8080/cart' });
    writer.write('served', 2, { request: early });
    writer.write('response', 3, { request: early, ok: true });
    writer.request(20, { after: 1, ok: false });
    expect(judge(writer)).toEqual([]);
  });

  test('a request that is let in decides where it is served, even if its answer never comes', () => {
    const writer = new TraceWriter();
    const request = writer.write('request', 20, { netns: 1, url: 'http://orders:8080/cart' });
    const served = writer.write('served', 21, { request });
    expect(judge(writer)).toEqual([[served, 'request.let-in']]);
  });

  test('what was let in before and has not ended goes on', () => {
    const writer = new TraceWriter();
    const request = writer.write('request', 1, { netns: 1, url: 'http://orders:8080/watch' });
    writer.write('served', 2, { request });
    writer.request(20, { after: 1, ok: false });
    expect(judge(writer)).toEqual([[request, 'request.goes-on']]);
  });

  test('who did not try was not refused, unless nobody has to try', () => {
    expect(judge(new TraceWriter())).toEqual([[undefined, 'request.too-few']]);
    expect(judge(new TraceWriter(), { atLeast: 0 })).toEqual([]);
  });
});

describe('rolled-out', () => {
  const judge = (writer: TraceWriter) =>
    told(evaluate('rolled-out', writer, { workload: 'mesh/ztunnel', after: '10ms' }));
  const pod = (writer: TraceWriter, at: number, number: number, node: number, ready = true): void => {
    const names = { namespace: 'mesh', name: `ztunnel-${number}`, workload: 'DaemonSet/ztunnel' };
    writer.write('pod', at, { ...names, pod: number, node, ready });
  };

  test('holds when every node has a newer pod that is ready', () => {
    const writer = new TraceWriter();
    pod(writer, 1, 21, 31);
    pod(writer, 12, 22, 31, false);
    pod(writer, 15, 22, 31);
    expect(judge(writer)).toEqual([]);
  });

  test('a pod that was made before does not count, nor one that is not ready', () => {
    const writer = new TraceWriter();
    pod(writer, 1, 21, 31);
    pod(writer, 12, 21, 31);
    pod(writer, 13, 22, 31, false);
    expect(judge(writer)).toEqual([[undefined, 'rollout.missing']]);
  });

  test('where there was nothing, nothing was replaced', () => {
    expect(judge(new TraceWriter())).toEqual([[undefined, 'rollout.nothing']]);
  });
});

describe('peer-identity', () => {
  const parameters = { from: 'shop/web', to: 'shop/orders', identity: mutual[0] };
  const judge = (writer: TraceWriter) => told(evaluate('peer-identity', writer, parameters));

  test('holds when the handshake proved the identity', () => {
    const writer = new TraceWriter();
    writer.call(1, 100, { secured: mutual });
    expect(judge(writer)).toEqual([]);
  });

  test('an unknown and another caller are told apart, and so is nobody', () => {
    expect(judge(new TraceWriter())).toEqual([[undefined, 'identity.nobody']]);
    const writer = new TraceWriter();
    const unknown = writer.call(1, 100);
    const other = writer.call(2, 101, { secured: ['spiffe://cluster.local/ns/shop/sa/default', mutual[1]] });
    expect(judge(writer)).toEqual([
      [unknown, 'identity.unknown'],
      [other, 'identity.other'],
    ]);
  });
});

test('pods-unrestarted names each restart once', () => {
  const writer = new TraceWriter();
  const container = { pod: 11, name: 'web', role: 'app' };
  writer.write('container', 1, { ...container, state: 'running' });
  const first = writer.write('container', 2, {
    ...container,
    state: 'waiting',
    reason: 'CrashLoopBackOff',
    restarts: 1,
  });
  writer.write('container', 3, { ...container, state: 'running', restarts: 1 });
  const second = writer.write('container', 4, { ...container, state: 'running', restarts: 2 });
  expect(told(evaluate('pods-unrestarted', writer, { among: ['shop/orders'] }))).toEqual([]);
  expect(told(evaluate('pods-unrestarted', writer, { among: ['shop/*'] }))).toEqual([
    [first, 'container.restarted'],
    [second, 'container.restarted'],
  ]);
});

test('containers-unkilled names each container that SIGKILL ended, and no other', () => {
  const writer = new TraceWriter();
  const ended = (at: number, name: string, pod: number, exitCode: number): number =>
    writer.write('container', at, { pod, name, role: 'app', state: 'terminated', reason: 'Error', exitCode });
  writer.write('container', 1, { pod: 12, name: 'orders', role: 'app', state: 'running' });
  ended(2, 'orders', 12, 143);
  const early = ended(3, 'istio-proxy', 12, 137);
  ended(4, 'web', 11, 137);
  const killed = (parameters: object) => told(evaluate('containers-unkilled', writer, parameters));
  expect(killed({ among: ['shop/orders'] })).toEqual([[early, 'container.killed']]);
  expect(killed({ among: ['shop/orders'], after: '4ms' })).toEqual([]);
});

test('an eavesdropper hears each message where it passes', () => {
  const writer = new TraceWriter();
  const inside = writer.call(1, 100, { server: 1, link: 'loopback' });
  const sameNode = writer.call(2, 101, { link: 'node', secured: mutual });
  const betweenNodes = writer.call(3, 102, { link: 'network' });
  writer.call(4, 103, { client: 3, link: 'node' });
  const table = measures.find(({ id }) => id === 'eavesdropper')!.evaluate(writer.trace, { among: ['shop/*'] });
  expect(table.rows).toEqual([
    { label: 'eavesdropper.pod-loopback', values: [1, 0], example: inside },
    { label: 'eavesdropper.pod-interface', values: [1, 1], example: betweenNodes },
    { label: 'eavesdropper.node-interface', values: [1, 0], example: betweenNodes },
  ]);
  expect(sameNode).toBeGreaterThan(inside);
});

test('outcomes are counted by URL: well, with an error, cut', () => {
  const writer = new TraceWriter();
  writer.request(1, { after: 1, ok: true });
  const cart = writer.request(20, { after: 1, ok: true }) - 1;
  const refused = writer.write('request', 30, { netns: 1, url: 'http://orders:8080/admin' });
  writer.write('response', 31, { request: refused, status: 403, result: '403' });
  const cut = writer.write('request', 40, { netns: 1, url: 'http://orders:8080/admin' });
  writer.write('response', 41, { request: cut, result: 'reset' });
  writer.write('request', 50, { netns: 1, url: 'http://orders:8080/cart' });
  const urls = ['http://orders:8080/cart', 'http://orders:8080/admin'];
  const table = measures
    .find(({ id }) => id === 'outcomes')
    ?.evaluate(writer.trace, { from: 'shop/web', urls, after: '10ms' });
  expect(table?.rows.map(({ params, values, example }) => [params, values, example])).toEqual([
    [{ url: 'orders/cart' }, [1, 0, 0], cart],
    [{ url: 'orders/admin' }, [0, 1, 1], cut],
  ]);
});

test('a container beside the application is one too many; init containers are not counted', () => {
  const writer = new TraceWriter();
  const run = (at: number, name: string, role: string, restarts = 0): number =>
    writer.write('container', at, { pod: 11, name, role, state: 'running', restarts });
  run(1, 'istio-init', 'init');
  run(2, 'web', 'app');
  run(3, 'web', 'app', 1);
  const judge = (): unknown => told(evaluate('containers-per-pod', writer, { among: ['shop/*'], atMost: 1 }));
  expect(judge()).toEqual([]);
  const second = run(4, 'istio-proxy', 'sidecar');
  expect(judge()).toEqual([[second, 'containers.too-many']]);
  expect(told(evaluate('containers-per-pod', writer, { among: ['shop/*'], atLeast: 2 }))).toEqual([]);
  expect(told(evaluate('containers-per-pod', writer, { among: ['shop/*'], atLeast: 3 }))).toEqual([
    [second - 2, 'containers.too-few'],
  ]);
  const table = measures.find(({ id }) => id === 'lives')?.evaluate(writer.trace, { among: ['shop/*'] });
  expect(table?.rows.map(({ values }) => values)).toEqual([[1], [4], [1]]);
});

test('handshakes are counted for each pair of pods; plaintext needs none', () => {
  const writer = new TraceWriter();
  writer.call(1, 100, { secured: mutual });
  writer.call(3, 101);
  writer.call(5, 102, { server: 1, link: 'loopback', secured: mutual });
  const parameters = { from: 'shop/web', to: 'shop/orders', atMost: 1 };
  expect(told(evaluate('handshakes-per-pair', writer, parameters))).toEqual([]);
  const second = writer.call(7, 103, { secured: mutual }) - 1;
  expect(told(evaluate('handshakes-per-pair', writer, parameters))).toEqual([[second, 'handshakes.too-many']]);
  writer.request(9, { after: 1, ok: true });
  const table = measures
    .find(({ id }) => id === 'handshakes')
    ?.evaluate(writer.trace, { from: 'shop/web', to: 'shop/orders', url: 'http://orders' });
  expect(table?.rows.map(({ values }) => values)).toEqual([[1], [3], [2]]);
});

test('callers are told by the identities they proved', () => {
  const writer = new TraceWriter();
  writer.call(1, 100, { secured: mutual });
  writer.call(3, 101, { secured: mutual });
  const plain = writer.call(5, 102);
  writer.call(7, 103, { client: 2, server: 1 });
  const table = measures.find(({ id }) => id === 'callers')?.evaluate(writer.trace, { to: 'shop/orders' });
  expect(table?.rows).toMatchObject([
    { label: 'callers.who', params: { identity: 'cluster.local/ns/shop/sa/web' }, values: [2] },
    { label: 'callers.nobody', values: [1], example: plain },
  ]);
});

describe('the way of a request', () => {
  /** A request that travels over so many connections, served in the pod of orders or nowhere in particular. */
  function travel(writer: TraceWriter, at: number, connections: number, server = 2): number {
    writer.write('process', at, { process: 50 + server, netns: server });
    const request = writer.write('request', at, { netns: 1, url: 'http://orders:8080/cart' });
    for (let connection = 100; connection < 100 + connections; connection += 1)
      writer.write('packet', at, { connection, toServer: true, request });
    writer.write('served', at + 1, { request, process: 50 + server });
    return request;
  }
  const url = 'http://orders:8080/';

  test('one proxy fewer than connections stands on it', () => {
    const writer = new TraceWriter();
    travel(writer, 1, 3);
    const long = travel(writer, 5, 4);
    const judge = (more: object): unknown =>
      told(evaluate('proxies-passed', writer, { from: 'shop/web', url, ...more }));
    expect(judge({ atMost: 3 })).toEqual([]);
    expect(judge({ atMost: 2 })).toEqual([[long, 'proxies.too-many']]);
    expect(judge({ atMost: 2, after: '6ms' })).toEqual([]);
    const table = measures
      .find(({ id }) => id === 'proxies')
      ?.evaluate(writer.trace, { from: 'shop/web', urls: [url] });
    expect(table?.rows).toMatchObject([{ values: [3], example: long }]);
  });

  test('it ends at the workload it is meant for', () => {
    const writer = new TraceWriter();
    const judge = (): unknown => told(evaluate('requests-reach', writer, { from: 'shop/web', url, to: 'shop/orders' }));
    expect(judge()).toEqual([[undefined, 'request.too-few']]);
    travel(writer, 1, 1);
    expect(judge()).toEqual([]);
    const elsewhere = travel(writer, 5, 1, 1) + 2;
    expect(judge()).toEqual([[elsewhere, 'request.elsewhere']]);
  });

  test('a workload serves its share of them', () => {
    const writer = new TraceWriter();
    const judge = (more: object): unknown =>
      told(
        evaluate('requests-share', writer, {
          ...{ from: 'shop/web', url, to: 'shop/orders', atLeastPercent: 60, atMostPercent: 70, atLeast: 3 },
          ...more,
        }),
      );
    travel(writer, 1, 1);
    travel(writer, 5, 1);
    expect(judge({})).toEqual([[undefined, 'request.too-few']]);
    const last = travel(writer, 9, 1, 1) + 2;
    expect(judge({})).toEqual([]);
    expect(judge({ atMostPercent: 66 })).toEqual([[last, 'request.share']]);
    expect(judge({ atLeastPercent: 67 })).toEqual([[last, 'request.share']]);
    expect(judge({ atMostPercent: 50, atLeastPercent: 50, after: '5ms', atLeast: 2 })).toEqual([]);
  });
});

test('what pods request is added up, for as long as they hold a place', () => {
  const writer = new TraceWriter();
  const mebibyte = 1_048_576;
  const place = (at: number, name: string, cpu: number, memory: number, chosen = 'node-1'): number =>
    writer.write('decision', at, {
      point: 'scheduler',
      chosen,
      input: { pod: `shop/${name}`, cpu, memory: memory * mebibyte },
    });
  place(1, 'web-1', 0.1, 128, 'none');
  const web = place(2, 'web-1', 0.1, 128);
  const orders = place(3, 'orders-1', 0.2, 512);
  const among = ['shop/web', 'shop/orders'];
  const within = (millicores: number, mebibytes: number) =>
    told(evaluate('requests-within', writer, { among, millicores, mebibytes }));
  expect(within(300, 640)).toEqual([]);
  expect(within(299, 640)).toEqual([[orders, 'requested.too-much']]);
  expect(within(300, 639)).toEqual([[orders, 'requested.too-much']]);
  const rows = () => measures.find(({ id }) => id === 'requested')?.evaluate(writer.trace, { among }).rows;
  expect(rows()?.map(({ values, example }) => [values, example])).toEqual([
    [[1, 100, 128], web],
    [[1, 200, 512], orders],
    [[2, 300, 640], web],
  ]);
  writer.write('pod', 4, { pod: 11, namespace: 'shop', name: 'web-1', workload: 'Deployment/web', phase: 'Gone' });
  expect(rows()?.map(({ values }) => values)).toEqual([
    [0, 0, 0],
    [1, 200, 512],
    [1, 200, 512],
  ]);
});

test('latency is that of requests which were answered well', () => {
  const writer = new TraceWriter();
  const answer = (at: number, latency: number, ok = true): number => {
    const request = writer.write('request', at, { netns: 1, url: 'http://orders:8080/cart' });
    return writer.write('response', at + 1, { request, ok, latency });
  };
  const parameters = { from: 'shop/web', url: 'http://orders', after: '10ms' };
  const judge = (atMost: string): unknown => told(evaluate('latency-mean', writer, { ...parameters, atMost }));
  expect(judge('1ms')).toEqual([[undefined, 'request.too-few']]);
  answer(1, 90_000);
  answer(20, 2_000);
  const slowest = answer(30, 4_000);
  answer(40, 90_000, false);
  expect(judge('3ms')).toEqual([]);
  expect(judge('2.9ms')).toEqual([[slowest, 'latency.too-long']]);
  const table = measures.find(({ id }) => id === 'latency')?.evaluate(writer.trace, parameters);
  // Two values 1 ms from their mean: a standard error of 1 ms.
  expect(table?.rows.map(({ values }) => values)).toEqual([[2], [3_000], [1_040], [4_960], [2_000], [4_000]]);
});
