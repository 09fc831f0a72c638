// What stands at the edge of a mesh, and requests that are tried again.

import { describe, expect, test } from 'vitest';
import {
  layoutOf,
  PacketFrame,
  packetsAt,
  recentRetries,
  recentRetrySpan,
  retryBadges,
  RunIndex,
  sceneAt,
  timelineOf,
  type Box,
} from '../../../src/view/index.ts';
import { attemptOfPacket, retriesBefore } from '../../../src/view/run/attempts.ts';
import { gatewayRun } from './gateway-run.ts';
import { indexOf, part, wholeSlice } from './indexed.ts';
import { RunBuilder } from './run-builder.ts';

const built = gatewayRun();
const index = indexOf(built.run.trace);
const end = built.run.trace.length;

describe('a pod that is nothing but a proxy', () => {
  test('is a waypoint where it takes HBONE, else a gateway; applications are neither', () => {
    const { pods } = layoutOf(index, { level: 'containers' });
    const kinds = [built.gateway, built.waypoint, built.web].map(({ pod }) => pods.get(pod)?.kind);
    expect(kinds).toEqual(['gateway', 'waypoint', 'workload']);
    expect(pods.get(built.gateway.pod)?.apps).toEqual([]);
    expect(pods.get(built.gateway.pod)?.body).toBeDefined();
  });
});

test('a gateway of an enrolled namespace is one, though ztunnel takes HBONE in its pod', () => {
  const run = new RunBuilder();
  const node = run.node('node-1', 'a');
  const ztunnel = run.pod('ztunnel-1', { workload: 'ztunnel', namespace: 'istio-system', node, program: 'ztunnel' });
  const options = { workload: 'edge-istio', node, containers: ['istio-proxy'], proxy: ztunnel.app, listens: [80] };
  const { pod } = run.pod('edge-istio-6f7', options);
  const enrolled = indexOf(run.trace);
  expect(layoutOf(enrolled, { level: 'containers' }).pods.get(pod)?.kind).toBe('gateway');
});

describe('machines outside of the cluster', () => {
  for (const level of ['pods', 'containers', 'sockets'] as const) {
    test(`stand outside of the nodes, callers left, at the level of ${level}`, () => {
      const layout = layoutOf(index, { level });
      const [row] = layout.rows;
      const [client, mail] = layout.machines;
      expect(layout.machines.map(({ name }) => name)).toEqual(['laptop', 'smtp.example']);
      expect(client!.x + client!.width).toBeLessThan(row!.x);
      expect(client!.x + client!.width).toBeLessThan(layout.istiod?.x ?? Infinity);
      expect(mail!.x).toBeGreaterThan(row!.x + row!.width);
      expect(mail!.x + mail!.width).toBeLessThanOrEqual(layout.width);
    });

    test(`are joined to pods without crossing a card, at the level of ${level}`, () => {
      const layout = layoutOf(index, { level });
      const cards: Box[] = [...layout.pods.values(), ...layout.machines];
      for (const leg of index.legs.entries.values()) {
        if (leg.from.kind !== 'machine' && leg.to.kind !== 'machine') continue;
        const path = layout.legs.get(leg.key);
        expect(path, leg.key).toBeDefined();
        for (let at = 2; at < path!.points.length - 2; at += 2) {
          const [x, y] = [path!.points[at]!, path!.points[at + 1]!];
          const crossed = cards.filter((box) => isWithin(box, x, y));
          expect(crossed, `${leg.key} at ${x},${y}`).toEqual([]);
        }
      }
    });
  }

  test('are there from their first record on, and their connections are drawn with the others', () => {
    const layout = layoutOf(index);
    expect(sceneAt(index, layout, 0).machines).toEqual([]);
    const scene = sceneAt(index, layout, end);
    expect(scene.machines.map(({ name }) => name)).toEqual(['laptop', 'smtp.example']);
    const keys = scene.bundles.flatMap(({ legs }) => legs.map(({ key }) => key));
    expect(keys.filter((key) => key.includes('machine'))).toHaveLength(2);
  });
});

describe('another attempt of a request', () => {
  const request = index.requests.get(built.request)!;

  test('begins with the second choice of an endpoint', () => {
    expect(request.retries).toEqual([built.retry]);
    expect([retriesBefore(request, built.retry), retriesBefore(request, built.retry + 1)]).toEqual([0, 1]);
  });

  test('is what its packets carry, but not those between the application and the proxy', () => {
    const [asked] = request.packets;
    expect(attemptOfPacket(index, asked!)).toBe(1);
    expect(attemptOfPacket(index, built.again)).toBe(2);
    const t = index.trace.timeOf(built.again) + 10;
    const layout = layoutOf(index);
    const frame = packetsAt(index, layout, { since: t, t, cursor: index.cursorAt(t), request: -1 }, new PacketFrame());
    expect(frame.attempts.map(({ at, number }) => [frame.id[at], number])).toEqual([[built.again, 2]]);
  });

  test('stays on its leg for a second', () => {
    const at = index.trace.timeOf(built.retry);
    const marks = (t: number) => recentRetries(index, recentRetrySpan(index, t, index.cursorAt(t)));
    expect(marks(at - 1).size).toBe(0);
    const [[leg, count]] = [...marks(at + 5_000)] as [[string, number]]; // one leg, or the next line fails
    expect(count).toBe(1);
    expect(index.legs.get(leg)?.to).toMatchObject({ kind: 'gate-in', pod: built.waypoint.pod, port: 15008 });
    expect(marks(at + 1_000_001).size).toBe(0);
    const layout = layoutOf(index);
    const [x, y] = layout.legs.get(leg)!.points;
    const [badge, ...others] = retryBadges(
      layout,
      new Map([
        [leg, 2],
        ['gone', 1],
      ]),
    );
    expect([badge?.count, badge?.y, others]).toEqual([2, y, []]);
    expect(badge!.x).toBeGreaterThan(x!);
  });

  test('is counted at its tick of the strip', () => {
    const run = gatewayRun();
    run.run.write('response', {
      request: run.request,
      result: '200',
      status: 200,
      ok: true,
      latency: 4_000 as never, // a span
      detail: '',
    });
    const answered = indexOf(run.run.trace);
    const model = timelineOf(answered, { stretch: { from: 0, to: 20_000 }, width: 800, markers: [] });
    expect(model.ticks.map(({ retries }) => retries)).toEqual([1]);
  });

  test('is forgotten with the future it belonged to', () => {
    const cut = new RunIndex();
    const whole = wholeSlice(built.run.trace);
    cut.receive(whole);
    cut.truncate(built.retry);
    expect(cut.requests.retries).toEqual([]);
    expect(cut.requests.get(built.request)?.retries).toEqual([]);
    cut.receive(part(whole, built.retry, whole.count));
    expect(cut.requests.retries).toEqual([built.retry]);
  });
});

function isWithin(box: Box, x: number, y: number): boolean {
  return x > box.x + 1 && x < box.x + box.width - 1 && y > box.y + 1 && y < box.y + box.height - 1;
}
