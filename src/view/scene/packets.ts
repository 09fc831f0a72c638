// Where every packet in flight is: a point along the leg of its connection, with its form. Filled into typed arrays that are
// used again for every frame, so that five thousand packets cost no garbage.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { WireMessage } from '../../trace/index.ts';
import type { Layout } from '../layout/layout.ts';
import { pointAlong } from '../layout/path.ts';
import { columnsOf } from '../run/columns.ts';
import type { ConnectionEntry, LegEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';
import { labelOf } from '../wire/message.ts';

/** The packet grammar as numbers, so that a painter can sort by it. Shape in the low bits, then the ring. */
export const FORM = { circle: 0, diamond: 1, square: 2, hollow: 3, plaintext: 0, encrypted: 4, selected: 8 } as const;
export const SHAPE_MASK = 3;

export interface Flag {
  readonly packet: number;
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export class PacketFrame {
  count = 0;
  x = new Float32Array(256);
  y = new Float32Array(256);
  form = new Uint8Array(256);
  id = new Int32Array(256);
  /** What failed, in words, for the packets that carry bad news. */
  readonly flags: Flag[] = [];

  clear(): void {
    this.count = 0;
    this.flags.length = 0;
  }

  add(id: number, x: number, y: number, form: number): void {
    if (this.count === this.x.length) this.#grow();
    this.x[this.count] = x;
    this.y[this.count] = y;
    this.form[this.count] = form;
    this.id[this.count] = id;
    this.count += 1;
  }

  /** The packet drawn nearest to a point, if one lies within `radius`; -1 otherwise. */
  nearest(x: number, y: number, radius: number): number {
    let best = -1;
    let bestSquare = radius * radius;
    for (let at = 0; at < this.count; at += 1) {
      const dx = (this.x[at] ?? 0) - x;
      const dy = (this.y[at] ?? 0) - y;
      const square = dx * dx + dy * dy;
      if (square > bestSquare) continue;
      best = this.id[at] ?? -1;
      bestSquare = square;
    }
    return best;
  }

  #grow(): void {
    const size = this.x.length * 2;
    const [x, y, form, id] = [
      new Float32Array(size),
      new Float32Array(size),
      new Uint8Array(size),
      new Int32Array(size),
    ];
    x.set(this.x);
    y.set(this.y);
    form.set(this.form);
    id.set(this.id);
    [this.x, this.y, this.form, this.id] = [x, y, form, id];
  }
}

export interface PacketWindow {
  /** Packets that arrived after `since` are drawn where they arrived: at high speed one would see nothing otherwise. */
  readonly since: number;
  readonly t: number;
  /** Packets from this record on have not happened. */
  readonly cursor: number;
  /** Request whose packets are marked; -1: none. */
  readonly request: number;
}

const packetAt = columnsOf('packet');
const point = { x: 0, y: 0 };

/** Fills `frame` with the packets of `window`. Packets of legs that the layout has no way for are left out. */
export function packetsAt(index: RunIndex, layout: Layout, window: PacketWindow, frame: PacketFrame): PacketFrame {
  frame.clear();
  const { trace } = index;
  index.packets.flights.overlapping(Math.min(window.since, window.t), window.t, (id, start, end) => {
    if (id >= window.cursor) return;
    const connection = index.connections.get(trace.operand(id, packetAt.connection) as AnyEntityId); // an entity operand
    const path = connection === undefined ? undefined : layout.legs.get(connection.leg);
    if (connection === undefined || path === undefined) return;
    const share = Math.min(1, (window.t - start) / (end - start));
    const isToServer = trace.operand(id, packetAt.toServer) === 1;
    pointAlong(path, isToServer ? share : 1 - share, point);
    const failure = failureOf(index, id);
    frame.add(
      id,
      point.x,
      point.y,
      formOf(index, id, connection, failure) |
        (window.request >= 0 && trace.operand(id, packetAt.request) === window.request ? FORM.selected : 0),
    );
    if (failure !== '' && !isControl(index, connection))
      frame.flags.push({ packet: id, x: point.x, y: point.y, text: failure });
  });
  return frame;
}

function formOf(index: RunIndex, id: number, connection: ConnectionEntry, failure: string): number {
  const ring = index.trace.operand(id, packetAt.encrypted) === 1 ? FORM.encrypted : FORM.plaintext;
  if (index.packets.drops.has(id)) return FORM.hollow | ring;
  if (failure !== '') return FORM.diamond | ring;
  return (isControl(index, connection) ? FORM.square : FORM.circle) | ring;
}

function isControl(index: RunIndex, connection: ConnectionEntry): boolean {
  const leg = index.legs.get(connection.leg);
  return leg !== undefined && isControlLeg(leg);
}

/** Whether a leg belongs to the control plane: istiod at one end, or a kubelet that probes. */
function isControlLeg(leg: LegEntry): boolean {
  const isSo = (kind: string): boolean => kind === 'istiod' || kind === 'node' || kind === 'ztunnel';
  return isSo(leg.from.kind) || isSo(leg.to.kind);
}

/** Texts of failures by message: equal messages are stored once, so this is computed once for each. */
const failures = new WeakMap<object, string>();

function failureOf(index: RunIndex, id: number): string {
  const message = index.trace.dataAt(index.trace.operand(id, packetAt.message)) as WireMessage | undefined; // the type of the packet's field
  if (message === undefined) return '';
  let failure = failures.get(message);
  if (failure === undefined) failures.set(message, (failure = labelOf(message).failure));
  return failure;
}
