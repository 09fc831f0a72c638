// Where every packet in flight is: a point along the leg of its connection, with its form.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { Layout } from '../layout/layout.ts';
import { pointAlong } from '../layout/path.ts';
import { attemptOfPacket } from '../run/attempts.ts';
import { columnsOf } from '../run/columns.ts';
import type { ConnectionEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';
import { failureOfPacket } from './packet-failure.ts';
import { FORM, type PacketFrame } from './packet-frame.ts';

export interface PacketWindow {
  /** Packets that arrived after `since` are drawn where they arrived: at high speed one would see nothing otherwise. */
  readonly since: number;
  readonly t: number;
  /** Packets from this record on have not happened. */
  readonly cursor: number;
  /** Request whose packets are marked; -1: none. */
  readonly request: number;
}

/** Visible packets from which on form gives way to density. */
export const DENSE_FROM = 400;
/** How far before a packet its direction is measured, as a share of the way. */
const STEP = 0.01;

const packetAt = columnsOf('packet');
const point = { x: 0, y: 0, dx: 0, dy: 0 };
const before = { x: 0, y: 0 };

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
    pointAlong(path, isToServer ? share - STEP : 1 - share + STEP, before);
    const length = Math.sqrt((point.x - before.x) ** 2 + (point.y - before.y) ** 2);
    point.dx = length === 0 ? 1 : (point.x - before.x) / length;
    point.dy = length === 0 ? 0 : (point.y - before.y) / length;
    const failure = failureOfPacket(index, id);
    const traffic = trafficOf(index, connection);
    const isSelected = window.request >= 0 && trace.operand(id, packetAt.request) === window.request;
    const attempt = attemptOfPacket(index, id);
    if (attempt > 1) frame.attempts.push({ at: frame.count, number: attempt });
    frame.add(id, formOf(index, id, { traffic, failure }) | (isSelected ? FORM.selected : 0), point);
    if (failure !== '' && traffic === 'data') frame.flags.push({ packet: id, x: point.x, y: point.y, text: failure });
  });
  if (frame.count <= DENSE_FROM) frame.spread();
  return frame;
}

/** What a connection carries: the control plane's, a kubelet's probes, or what applications say. */
type Traffic = 'control' | 'probe' | 'data';

interface Manner {
  readonly traffic: Traffic;
  readonly failure: string;
}

function formOf(index: RunIndex, id: number, { traffic, failure }: Manner): number {
  const ring = index.trace.operand(id, packetAt.encrypted) === 1 ? FORM.encrypted : FORM.plaintext;
  if (index.packets.drops.has(id)) return FORM.hollow | ring;
  if (failure !== '') return FORM.diamond | ring;
  return shapes[traffic] | ring;
}

const shapes = { control: FORM.square, probe: FORM.triangle, data: FORM.circle } as const;

function trafficOf(index: RunIndex, connection: ConnectionEntry): Traffic {
  const leg = index.legs.get(connection.leg);
  if (leg === undefined) return 'data';
  const kinds = [leg.from.kind, leg.to.kind];
  if (kinds.includes('istiod') || kinds.includes('ztunnel')) return 'control';
  return kinds.includes('node') ? 'probe' : 'data';
}
