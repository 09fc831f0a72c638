// The live sockets of a pod's network namespace at a cursor, as `ss` would list them inside it: one line a connection, with the
// redirect rule that took it and the request that waits on it.

import type { AnyEntityId } from '../../kernel/index.ts';
import { columnsOf, countBefore } from '../run/columns.ts';
import type { ConnectionEntry, PodEntry } from '../run/entries.ts';
import { netnsName } from '../run/names.ts';
import { isProxy } from '../run/place.ts';
import type { RunIndex } from '../run/run-index.ts';
import { stationOf } from '../run/station-of.ts';

/**
 * - `connecting`: the SYN has no answer yet.
 * - `opening`: TLS handshake.
 */
export type SocketState = 'connecting' | 'plain' | 'opening' | 'encrypted';

export interface SocketLine {
  readonly connection: AnyEntityId;
  readonly state: SocketState;
  /** `:40012 → O2:15008`, `:15008 ← W1:33001`, `:40012 → 10.96.0.31:8080 ⇒ :15001`. */
  readonly text: string;
  /** The request that has been sent and not yet answered: `GET /cart`; empty while nobody waits. */
  readonly waiting: string;
  /** That request's record; -1: none. */
  readonly request: number;
  /** The record a click leads to: the last packet of the request that waits, else how the connection began. */
  readonly record: number;
  /** The redirect rule that took the connection in this namespace; empty if none did. */
  readonly rule: string;
}

export interface PodSockets {
  /** At most as many as asked for, in order of their opening. */
  readonly lines: readonly SocketLine[];
  /** Live sockets that are left out: those that were used longest ago. */
  readonly omitted: number;
  /** What the redirect rules are called, and how many there are. */
  readonly ruleSet: string;
  readonly rules: number;
  /** Ports that an application listens on, ascending. */
  readonly appPorts: readonly number[];
  /** Every port a proxy listens on, ascending. */
  readonly proxyPorts: readonly number[];
}

const packetAt = columnsOf('packet');
const connectionAt = columnsOf('connection');
const capturedAt = columnsOf('captured');

/** What a pod's network namespace holds at `cursor`; the sockets used last, `linesMax` at most. */
export function podSockets(index: RunIndex, pod: PodEntry, cursor: number, linesMax: number): PodSockets {
  const netns = pod.netns.findLast((entity) => (index.hosts.netns.get(entity)?.first ?? Infinity) < cursor);
  if (netns === undefined) return NOTHING;
  const live = (index.connections.inNetns.get(netns) ?? []).filter((connection) => isLive(connection, cursor));
  // One line of the list is kept for the count of what is left out.
  const room = live.length > linesMax ? linesMax - 1 : linesMax;
  const shown = live.length > room ? usedLast(live, cursor, room) : live;
  const listeners = [...index.hosts.listeners(netns, cursor)].toSorted(([a], [b]) => a - b);
  const portsOf = (isWanted: (program: string) => boolean): readonly number[] =>
    listeners.flatMap(([port, program]) => (isWanted(program) ? [port] : []));
  return {
    lines: shown.map((connection) => socketLine(index, connection, { netns, cursor })),
    omitted: live.length - shown.length,
    ruleSet: index.hosts.ruleSet(netns, cursor),
    rules: index.hosts.redirectRules(netns, cursor),
    appPorts: portsOf((program) => !isProxy(program)),
    proxyPorts: portsOf(isProxy),
  };
}

const NOTHING: PodSockets = { lines: [], omitted: 0, ruleSet: '', rules: 0, appPorts: [], proxyPorts: [] };

function isLive({ opened, ended }: ConnectionEntry, cursor: number): boolean {
  return opened < cursor && (ended < 0 || ended >= cursor);
}

/** The sockets with the latest packets, in their own order. */
function usedLast(live: readonly ConnectionEntry[], cursor: number, room: number): readonly ConnectionEntry[] {
  const lastUse = ({ packets, opened }: ConnectionEntry): number => packets[countBefore(packets, cursor) - 1] ?? opened;
  const kept = new Set(live.toSorted((a, b) => lastUse(b) - lastUse(a)).slice(0, room));
  return live.filter((connection) => kept.has(connection));
}

interface Seen {
  readonly netns: AnyEntityId;
  readonly cursor: number;
}

function socketLine(index: RunIndex, connection: ConnectionEntry, seen: Seen): SocketLine {
  const { trace } = index;
  const waiting = waitingOn(index, connection, seen.cursor);
  const capture = index.connections.captures.get(connection.entity)?.find((id) => {
    return id < seen.cursor && trace.operand(id, capturedAt.netns) === seen.netns;
  });
  return {
    connection: connection.entity,
    state: stateAt(connection, seen.cursor),
    text: addressesOf(index, connection, { ...seen, capture }),
    waiting: waiting === undefined ? '' : askedFor(index, waiting.request),
    request: waiting?.request ?? -1,
    record: waiting?.packet ?? connection.opened,
    rule: capture === undefined ? '' : trace.textAt(trace.operand(capture, capturedAt.rule)),
  };
}

function stateAt({ accepted, handshake, secured }: ConnectionEntry, cursor: number): SocketState {
  if (secured >= 0 && secured < cursor) return 'encrypted';
  if (handshake >= 0 && handshake < cursor) return 'opening';
  return accepted >= 0 && accepted < cursor ? 'plain' : 'connecting';
}

interface SeenCapture extends Seen {
  /** The record of the rule that took it here. */
  readonly capture: number | undefined;
}

function addressesOf(index: RunIndex, connection: ConnectionEntry, { netns, cursor, capture }: SeenCapture): string {
  const { trace } = index;
  const textAt = (column: number): string => trace.textAt(trace.operand(connection.opened, column));
  const source = portOf(textAt(connectionAt.source));
  const to = capture === undefined ? '' : ` ⇒ :${trace.operand(capture, capturedAt.port)}`;
  if (connection.client !== netns) {
    const isAccepted = connection.accepted >= 0 && connection.accepted < cursor;
    const local = isAccepted && capture === undefined ? connection.acceptedPort : connection.port;
    return `:${local}${to} ← ${nameOf(index, connection.client)}:${source}`;
  }
  // What was redirected is known by the address that was asked for.
  const peer = capture === undefined ? peerOf(index, connection, netns) : textAt(connectionAt.dialled);
  return `:${source} → ${peer}${to}`;
}

function peerOf(index: RunIndex, { server, opened, port }: ConnectionEntry, netns: AnyEntityId): string {
  const isKnown = index.hosts.netns.has(server);
  if (!isKnown) return index.trace.textAt(index.trace.operand(opened, connectionAt.destination));
  return server === netns ? `:${port}` : `${nameOf(index, server)}:${port}`;
}

/** The station of a pod; the name of any other machine. */
function nameOf(index: RunIndex, netns: AnyEntityId): string {
  const pod = index.hosts.netns.get(netns)?.pod;
  const station = pod === undefined || pod < 0 ? '' : stationOf(index, pod);
  return station === '' ? netnsName(index, netns) : station;
}

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}

/** Packets that are looked through for the request they belong to: between two of its own lie few of the tunnel's. */
const LOOK_BACK = 24;

/** The unanswered request of a connection's latest packets, with the last packet that names it. */
function waitingOn(
  index: RunIndex,
  { packets }: ConnectionEntry,
  cursor: number,
): { readonly request: number; readonly packet: number } | undefined {
  const end = countBefore(packets, cursor);
  for (let at = end - 1; at >= Math.max(0, end - LOOK_BACK); at -= 1) {
    const packet = packets[at] ?? 0;
    const request = index.trace.operand(packet, packetAt.request);
    const entry = request < 0 ? undefined : index.requests.get(request);
    if (entry !== undefined && (entry.response < 0 || entry.response >= cursor)) return { request, packet };
  }
  return undefined;
}

/** `GET /cart`; the protocol where there is no method. */
function askedFor(index: RunIndex, request: number): string {
  const { method, url, protocol } = index.trace.getAs(request, 'request');
  const path = /^[a-z]+:\/\/[^/]+(\/.*)$/.exec(url)?.[1] ?? '';
  return method === '' ? protocol : `${method} ${path}`.trimEnd();
}
