// What becomes of open connections when their listener changes: told to go at once, kept as they were, closed after drainDuration.
// Source: envoyproxy/envoy:source/common/http/conn_manager_impl.cc, common/listener_manager/active_stream_listener_base.cc at 1.37;
// istio/istio:pkg/envoy/proxy.go args (--drain-strategy immediate, --drain-time-s) at 1.31.
import { describe, expect, test } from 'vitest';
import { NO_RECORD } from '../../../../src/kernel/index.ts';
import type { Run } from '../../../../src/scenario/index.ts';
import type { TraceRecord } from '../../../../src/trace/index.ts';
import type { Scene } from '../istio-sidecar/scene.ts';
import { app, disagreements, istio, namespace, play, service } from '../istio-sidecar/scene.ts';

const second = 1_000_000;
const drains = (config: object): object => ({ annotations: { 'proxy.istio.io/config': JSON.stringify(config) } });
const shop = [
  namespace('shop'),
  app('shop/web'),
  app('shop/orders', drains({ drainDuration: '10s' })),
  service('shop/orders', { name: 'http', port: 8080 }),
  app('shop/report', drains({ drainDuration: '10s' })),
  service('shop/report', { name: 'http', port: 8080 }),
  app('shop/stock', { ...drains({ drainDuration: '10s' }), port: 9000 }),
  service('shop/stock', { name: 'grpc', port: 9000 }),
  app('shop/db', { ...drains({ drainDuration: '10s' }), port: 3306 }),
  service('shop/db', { name: 'tcp', port: 3306 }),
];
const nobody = (name: string): string =>
  istio('AuthorizationPolicy', `shop/${name}`, {
    action: 'DENY',
    selector: { matchLabels: { app: name } },
    rules: [{}],
  });

/** At 20 s of the run a policy denies everything, while a connection of each kind is open. */
function denied(): Scene {
  return play(shop, [], {
    seconds: 26,
    extras: { 'deny.yaml': ['orders', 'report', 'stock', 'db'].map(nobody).join('\n---\n') },
    scenario: {
      programs: [
        { workload: 'shop/orders', listens: [{ port: 8080, latency: '2s' }] },
        { workload: 'shop/report', listens: [{ port: 8080, latency: '60s' }] },
        {
          workload: 'shop/web',
          boot: '4s',
          calls: [
            'http://orders:8080/ every 3s',
            'http://report:8080/ on start',
            { url: 'tcp://db:3306', every: '1s' },
            { url: 'grpc://stock:9000/shop.Stock/Watch', stream: 'bidi', every: '1s' },
          ],
        },
      ],
      interventions: [{ at: '20s', apply: 'deny.yaml' }],
    },
  });
}

function causesOf({ trace }: Run, id: number): readonly number[] {
  const causes: number[] = [];
  for (let at = id; at >= 0; at = trace.causeOf(at)) causes.push(at);
  return causes;
}

describe('an AuthorizationPolicy that denies what is connected already', () => {
  const scene = denied();
  const { run } = scene;
  const trace = run.trace;
  const drained = [...trace.select(['decision'])].filter(({ point }) => point === 'envoy.drain');
  const of = (name: string): TraceRecord<'decision'> | undefined =>
    drained.find(({ subject }) => trace.entity(subject).path.includes(`/${name}-`));
  const since = (kind: string): readonly string[] => {
    const asked = [...trace.select(['request'])].filter(({ url }) => url.startsWith(kind));
    return [...trace.select(['response'])]
      .filter(({ at, request }) => at >= 20 * second && asked.some(({ id }) => id === request))
      .map(({ result }) => result);
  };

  test('drains one connection of each server, for the line that changed', () => {
    const names = drained.map(({ subject }) => /shop\/(\w+)-/.exec(trace.entity(subject).path)?.[1]);
    expect(names.sort()).toEqual(['db', 'orders', 'report', 'stock']);
    expect(disagreements(run).wrong).toEqual([]);
    const why = run.explain(of('orders')?.id ?? NO_RECORD)?.because ?? [];
    expect(why.map(({ rule }) => rule)).toEqual(['envoy.drain.filters', 'envoy.drain.until']);
    expect(why[0]?.origin).toMatchObject({ kind: 'AuthorizationPolicy', name: 'orders' });
    expect(why[1]?.params['seconds']).toBe(10);
  });

  test('lets the request under way through, and HTTP/1.1 closes with its answer: the next meets the policy', () => {
    expect(since('http://orders:8080/').slice(0, 2)).toEqual(['200', '403']);
    const closing = [...trace.select(['packet'])].filter(
      ({ at, message }) => at > 20 * second && JSON.stringify(message).includes('["connection","close"]'),
    );
    expect(closing.map(({ connection }) => connection)).toEqual([of('orders')?.connection]);
  });

  test('leaves bytes and streams as they are, until the chain is gone', () => {
    const gone = (of('db')?.at ?? NaN) + 10 * second;
    const bytes = since('tcp');
    expect(bytes.slice(0, 10)).toEqual(Array(10).fill('ok'));
    expect(new Set(bytes.slice(10))).toEqual(new Set(['reset']));
    const end = [...trace.select(['packet'])].find(
      ({ connection, message }) =>
        connection === of('db')?.connection && message.layer === 'tcp' && message.flag === 'FIN',
    );
    expect(end?.at).toBe(gone);
    expect(since('grpc').slice(0, 2)).toEqual(['grpc 13', 'grpc 7']);
  });

  test('cuts off what is still under way then, as both logs say', () => {
    expect(since('http://report:8080/')).toEqual(['503 UC']);
    const cut = [...trace.select(['response'])].find(({ result }) => result === '503 UC');
    const causes = causesOf(run, cut?.id ?? NO_RECORD);
    expect(causes).toContain(of('report')?.id);
    expect(causes.some((id) => trace.kindOf(id) === 'input')).toBe(true);
    const said = scene.log
      .filter((line) => line.includes('report:8080'))
      .map((line) => line.split('" ')[1]?.split(' - ')[0]);
    expect(said).toEqual([
      '0 DC downstream_local_disconnect(filter_chain_is_being_removed)',
      '503 UC upstream_reset_before_response_started{connection_termination}',
    ]);
  });
});

test('an edit of HTTP routes drains nothing', () => {
  const { run } = play(shop.slice(0, 4), [], {
    seconds: 14,
    extras: {
      'route.yaml': istio('VirtualService', 'shop/orders', {
        hosts: ['orders'],
        http: [{ headers: { response: { set: { 'x-new': 'yes' } } }, route: [{ destination: { host: 'orders' } }] }],
      }),
    },
    scenario: {
      programs: [{ workload: 'shop/web', boot: '4s', calls: ['http://orders:8080/ every 1s'] }],
      interventions: [{ at: '16s', apply: 'route.yaml' }],
    },
  });
  const packets = [...run.trace.select(['packet'])];
  const isNew = (text: string): boolean => text.includes('["x-new","yes"]');
  const changed = packets.find(({ message }) => isNew(JSON.stringify(message)));
  expect([...run.trace.select(['decision'])].filter(({ point }) => point === 'envoy.drain')).toEqual([]);
  expect(packets.some(({ at, connection }) => connection === changed?.connection && at < 16 * second)).toBe(true);
});

test('HTTP/2 is told to go with the first answer, whatever else is under way', () => {
  const shared = { name: 'grpc', port: 8080 };
  const { run } = play([...shop.slice(0, 3), service('shop/orders', shared)], [], {
    seconds: 14,
    extras: { 'any.yaml': istio('AuthorizationPolicy', 'shop/any', { rules: [{}] }) },
    scenario: {
      programs: [
        {
          workload: 'shop/web',
          boot: '4s',
          calls: [
            { url: 'grpc://orders:8080/shop.Orders/Watch', stream: 'bidi', every: '1s' },
            'grpc://orders:8080/shop.Orders/Get every 1s',
          ],
        },
      ],
      interventions: [{ at: '16s', apply: 'any.yaml' }],
    },
  });
  const said = [...run.trace.select(['packet'])].filter(({ message }) => JSON.stringify(message).includes('GOAWAY'));
  expect(said).toHaveLength(1);
  const { connection, at } = said[0] ?? { connection: NaN, at: NaN };
  const later = [...run.trace.select(['packet'])].filter((packet) => packet.at > at + second);
  // The stream goes on where it was, requests go elsewhere.
  expect(later.some((packet) => packet.connection === connection)).toBe(true);
  const failed = [...run.trace.select(['response'])].filter(
    (response) => response.at > 16 * second && !/^grpc 0$|^ok$|^200$/.test(response.result),
  );
  expect(failed.map(({ result }) => result)).toEqual([]);
});
