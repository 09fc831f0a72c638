import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { layoutOf, RunIndex, sceneAt, type RunIndex as Index } from '../../../src/view/index.ts';
import { SpanTable } from '../../../src/view/run/span-table.ts';
import { indexOf, part, wholeSlice } from './indexed.ts';
import { ambientShop } from './standing-runs.ts';

const shop = ambientShop();
const whole = wholeSlice(shop.run.trace);

/** Everything an index holds, as plain data. */
function contents(index: Index): unknown {
  return {
    length: index.trace.length,
    pods: [...index.cluster.pods].map(([entity, pod]) => [entity, pod.changes, [...pod.containers], pod.netns]),
    netns: [...index.hosts.netns],
    processes: [...index.hosts.processes],
    connections: [...index.connections.entries],
    requests: [...index.requests.entries],
    legs: [...index.legs.entries],
    lists: [
      index.packets.ids,
      index.requests.responses,
      index.requests.failures,
      index.milestones.inputs,
      index.milestones.markers,
      index.milestones.pushes,
      index.milestones.objects,
      index.picture.ids,
    ],
    drops: [...index.packets.drops],
    decisions: [...index.connections.decisions].filter(([, ids]) => ids.length > 0),
    scene: sceneAt(index, layoutOf(index), index.trace.length),
  };
}

describe('the index of a run', () => {
  test('is the same whether the trace came in one slice or in many', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(whole.count), { maxLength: 8 }), (cuts) => {
        const index = new RunIndex();
        const bounds = [0, ...cuts.toSorted((a, b) => a - b), whole.count];
        bounds.slice(1).forEach((end, at) => index.receive(part(whole, bounds[at]!, end)));
        expect(contents(index)).toEqual(contents(indexOf(shop.run.trace)));
      }),
      { numRuns: 25 },
    );
  });

  test('forgets what a rewind replaces, and is then as if it had never known it', () => {
    fc.assert(
      fc.property(fc.nat(whole.count), (length) => {
        const rewound = indexOf(shop.run.trace);
        rewound.receive(part(whole, length, length));
        const fresh = new RunIndex();
        fresh.receive(part(whole, 0, length));
        expect(contents(rewound)).toEqual(contents(fresh));

        rewound.receive(part(whole, length, whole.count));
        expect(contents(rewound)).toEqual(contents(indexOf(shop.run.trace)));
      }),
      { numRuns: 60 },
    );
  });

  test('counts the open connections of a leg at any instant', () => {
    const index = indexOf(shop.run.trace);
    for (const leg of index.legs.entries.values()) {
      const own = [...index.connections.entries.values()].filter((connection) => connection.leg === leg.key);
      for (const cursor of [0, 150, 200, 300, 400, index.trace.length]) {
        const counts = index.legs.countsAt(leg, cursor);
        const open = own.filter(
          (connection) =>
            connection.opened < cursor &&
            (connection.ended < 0 || connection.ended >= cursor) &&
            (connection.accepted < cursor || connection.dialledLeg === leg.key),
        );
        expect(counts.plain + counts.opening + counts.encrypted, `${leg.key} at ${cursor}`).toBe(open.length);
        expect(counts.encrypted).toBe(
          open.filter((connection) => connection.secured >= 0 && connection.secured < cursor).length,
        );
      }
    }
  });

  test('says which packet leaves next, and which request a record belongs to', () => {
    const index = indexOf(shop.run.trace);
    const { cold } = shop.requests;
    const packet = index.requests.get(cold)!.packets[0]!;
    expect(index.requests.of(packet)).toBe(cold);
    expect(index.packets.next(index.trace.timeOf(packet) - 1)).toBe(index.trace.timeOf(packet));
    expect(index.packets.next(10_000_000)).toBeUndefined();
  });
});

describe('spans', () => {
  test('that overlap a stretch are found, and no others', () => {
    const span = fc.record({ gap: fc.nat(500), duration: fc.oneof(fc.nat(40), fc.nat(5_000), fc.nat(2_000_000)) });
    fc.assert(
      fc.property(
        fc.array(span, { maxLength: 60 }),
        fc.nat(30_000),
        fc.nat(2_000),
        fc.nat(60),
        (spans, from, width, kept) => {
          const table = new SpanTable();
          let start = 0;
          const all = spans.map(({ gap, duration }, id) => {
            start += gap;
            table.add(id, start, duration);
            return { id, start, end: start + duration, duration };
          });
          table.truncate(kept);
          const found: number[] = [];
          table.overlapping(from, from + width, (id) => found.push(id));
          const expected = all.filter(
            ({ id, start: begin, end, duration }) => id < kept && duration > 0 && begin <= from + width && end > from,
          );
          expect(found.toSorted((a, b) => a - b)).toEqual(expected.map(({ id }) => id));
        },
      ),
    );
  });
});
