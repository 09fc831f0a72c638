// What a pod's network namespace holds, line by line, and what one packet carries, layer by layer.
// Expected results change only by `npx vitest run --project unit tests/unit/view/sockets.test.ts -u`, and are read before they are kept.

import { describe, expect, test } from 'vitest';
import { closeUpOf, FORM, layersOfPacket, PacketFrame, podSockets, RunIndex } from '../../../src/view/index.ts';
import { gatewayRun } from './gateway-run.ts';
import { indexOf, part, wholeSlice } from './indexed.ts';
import { ambientShop } from './standing-runs.ts';
import { plainShop, sidecarShop } from './standing-shops.ts';

const LINES = 5;

function describeSockets(index: RunIndex, cursor: number, lines = LINES): string {
  return [...index.cluster.pods.values()]
    .filter((pod) => pod.role === 'workload')
    .flatMap((pod) => {
      const inside = podSockets(index, pod, cursor, lines);
      return [
        `${pod.station} ${pod.name}: ${inside.ruleSet} ${inside.rules}, apps ${inside.appPorts.join(' ')}, proxies ${inside.proxyPorts.join(' ')}`,
        ...inside.lines.map(
          ({ state, text, waiting, rule }) =>
            `    ${state} ${text}${waiting === '' ? '' : ` | ${waiting}`}${rule === '' ? '' : ` | ${rule}`}`,
        ),
        ...(inside.omitted === 0 ? [] : [`    +${inside.omitted}`]),
      ];
    })
    .join('\n');
}

const ambient = ambientShop();
const worlds: readonly (readonly [name: string, index: RunIndex, at: number])[] = [
  ['none', indexOf(plainShop().run.trace), plainShop().refusedAt],
  ['sidecar', indexOf(sidecarShop().run.trace), sidecarShop().refusedAt],
  ['ambient', indexOf(ambient.run.trace), ambient.run.trace.timeOf(ambient.requests.failed) + 40],
  ['gateway', indexOf(gatewayRun().run.trace), Infinity],
];

describe('the sockets of every pod', () => {
  for (const [name, index, at] of worlds) {
    test(`in ${name}`, async () => {
      const cursor = at === Infinity ? index.trace.length : index.cursorAt(at);
      await expect(describeSockets(index, cursor)).toMatchFileSnapshot(`golden/sockets-${name}.txt`);
    });

    test(`in ${name} are the same after a look into a future that was cut off`, () => {
      const whole = wholeSlice(index.trace);
      const half = Math.floor(whole.count / 2);
      const cut = new RunIndex();
      cut.receive(whole);
      cut.truncate(half);
      expect(describeSockets(cut, half)).toBe(describeSockets(index, half));
      cut.receive(part(whole, half, whole.count));
      expect(describeSockets(cut, whole.count)).toBe(describeSockets(index, whole.count));
    });

    test(`in ${name} take no more lines than there are, and every one is counted`, () => {
      for (const lines of [1, 2, 3, 50]) {
        for (const pod of index.cluster.pods.values()) {
          const all = podSockets(index, pod, index.trace.length, Infinity).lines.length;
          const inside = podSockets(index, pod, index.trace.length, lines);
          expect(inside.lines.length + inside.omitted).toBe(all);
          expect(inside.lines.length + (inside.omitted > 0 ? 1 : 0)).toBeLessThanOrEqual(Math.max(1, lines));
        }
      }
    });
  }
});

describe('the layers of a packet', () => {
  for (const [name, index] of worlds) {
    test(`in ${name}, each distinct one once`, async () => {
      const seen = new Set<string>();
      for (const id of index.packets.ids) {
        const layers = layersOfPacket(index, id);
        const text = layers.map(({ kind, title, lines }) => [`${kind} ${title}`, ...lines].join(' | ')).join('\n  ');
        seen.add(text.replace(/\d+\.\d+\.\d+\.\d+/g, 'ip'));
      }
      await expect([...seen].join('\n')).toMatchFileSnapshot(`golden/layers-${name}.txt`);
    });
  }
});

describe('the packet that shows what it carries', () => {
  const seen = { x: 0, y: 0, width: 100, height: 100 };
  const frame = new PacketFrame();
  const put = (id: number, x: number, form: number = FORM.circle): void =>
    frame.add(id, form, { x, y: 50, dx: 1, dy: 0 });
  put(1, 90);
  put(2, 45);
  put(3, 10, FORM.circle | FORM.selected);
  put(4, 300, FORM.circle | FORM.selected);

  test('is the selected one, else one of the selected request, both in sight', () => {
    expect(closeUpOf(frame, 1, seen)?.packet).toBe(1);
    expect(closeUpOf(frame, 4, seen)?.packet).toBe(3);
  });

  test('else the one nearest to the middle; nothing where none is in sight', () => {
    expect(closeUpOf(frame, -1, { ...seen, x: 20 })?.packet).toBe(1);
    expect(closeUpOf(frame, -1, { ...seen, y: 60 })).toBeUndefined();
  });
});
