// The run as the page holds it: the trace, and tables over it that are folded once as slices arrive and cut back when the run is
// rewound. State at an instant is read by binary search over the numbers of records; nothing is replayed.
// A `cursor` is a place between two records: everything with a smaller number has happened.

import { kindNames, Trace, type TraceSlice } from '../../trace/index.ts';
import { ClusterTable } from './cluster-table.ts';
import { ConnectionTable } from './connection-table.ts';
import { HostTable } from './host-table.ts';
import { LegTable } from './leg-table.ts';
import { LifeTable } from './life-table.ts';
import { MilestoneTable } from './milestone-table.ts';
import { ObjectTable } from './object-table.ts';
import { PacketTable } from './packet-table.ts';
import { PictureChanges } from './picture-changes.ts';
import { ReadinessTable } from './readiness-table.ts';
import { RequestTable } from './request-table.ts';
import { RevisionTable } from './revision-table.ts';
import type { RunTable } from './run-table.ts';

export class RunIndex {
  readonly trace = new Trace();
  /** Records after which the still part of the picture looks different. */
  readonly picture = new PictureChanges();
  readonly cluster = new ClusterTable(this.trace, this.picture);
  readonly hosts = new HostTable(this.trace, this.cluster, this.picture);
  readonly readiness = new ReadinessTable(this.trace, this.cluster);
  readonly revisions = new RevisionTable(this.trace, this.hosts, this.picture);
  readonly packets = new PacketTable(this.trace);
  readonly legs = new LegTable(this.picture);
  readonly connections = new ConnectionTable(this.trace, this.cluster, this.hosts, this.legs);
  readonly requests = new RequestTable(this.trace, this.connections);
  readonly milestones = new MilestoneTable(this.trace);
  readonly lives = new LifeTable(this.trace);
  readonly objects = new ObjectTable(this.trace);

  /** In order: a table may rely on what those before it have folded, or forgotten. */
  readonly #tables: readonly RunTable[] = [
    this.cluster,
    this.hosts,
    this.readiness,
    this.revisions,
    this.packets,
    this.connections,
    this.requests,
    this.milestones,
    this.lives,
    this.objects,
  ];
  /** What happens to a record, by its kind. */
  readonly #folds = new Map(kindNames.map((kind) => [kind, this.#tables.flatMap(({ fold }) => fold[kind] ?? [])]));
  #folded = 0;

  /** Takes a slice of the trace; what it replaces is forgotten first. */
  receive(slice: TraceSlice): void {
    this.truncate(slice.first);
    this.trace.receive(slice);
    this.fold();
  }

  /** Folds the records that were appended to the trace since the last call. */
  fold(): void {
    for (; this.#folded < this.trace.length; this.#folded += 1) {
      for (const fold of this.#folds.get(this.trace.kindOf(this.#folded)) ?? []) fold(this.#folded);
    }
  }

  /** Forgets every record from `length` on. */
  truncate(length: number): void {
    if (length >= this.#folded) return;
    this.trace.truncate(length);
    this.#folded = length;
    this.picture.truncate(length);
    this.legs.truncate(length);
    for (const table of this.#tables) table.truncate(length);
  }

  /** How many records have begun at or before `t`. */
  cursorAt(t: number): number {
    return this.trace.firstAfter(t);
  }
}
