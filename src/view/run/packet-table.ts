// What travelled: every packet's record, which are in flight at an instant, and which never arrived.

import type { Trace } from '../../trace/index.ts';
import { columnsOf, countBefore, dropFrom } from './columns.ts';
import type { FoldByKind, RunTable } from './run-table.ts';
import { SpanTable } from './span-table.ts';

const droppedAt = columnsOf('dropped');

export class PacketTable implements RunTable {
  /** Numbers of the packets' records, ascending. */
  readonly ids: number[] = [];
  /** Packets in flight by instant. */
  readonly flights = new SpanTable();
  /** The `dropped` record of a packet that never arrived, by packet. */
  readonly drops = new Map<number, number>();
  readonly fold: FoldByKind = {
    packet: (id) => {
      this.ids.push(id);
      this.flights.add(id, this.#trace.timeOf(id), this.#trace.durationOf(id));
    },
    dropped: (id) => {
      this.drops.set(this.#trace.operand(id, droppedAt.packet), id);
    },
  };
  readonly #trace: Trace;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** How many packets are on their way at `t`. */
  countInFlight(t: number): number {
    let count = 0;
    this.flights.overlapping(t, t, () => (count += 1));
    return count;
  }

  /** When the next packet leaves, if none is on its way at `t`: undefined while one is, infinity when none ever leaves. */
  quietUntil(t: number): number | undefined {
    return this.countInFlight(t) > 0 ? undefined : (this.next(t) ?? Infinity);
  }

  /** When the next packet after `t` leaves; undefined if none does. */
  next(t: number): number | undefined {
    const id = this.ids[countBefore(this.ids, this.#trace.firstAfter(t))];
    return id === undefined ? undefined : this.#trace.timeOf(id);
  }

  truncate(length: number): void {
    dropFrom(this.ids, length);
    this.flights.truncate(length);
    for (const [packet, drop] of this.drops) if (drop >= length) this.drops.delete(packet);
  }
}
