// The level of Sockets: where the gates of a pod's network namespace stand in its walls, and where its sockets are listed.

import type { PodEntry } from '../run/entries.ts';
import { HBONE_PORT, INBOUND_PORT, OUTBOUND_PORT } from '../run/place.ts';
import type { PodKind } from '../run/proxy-pod.ts';
import type { RunIndex } from '../run/run-index.ts';
import type { GatePlace, InsidePlace } from './grid.ts';

const LINE = 16;
/** Sockets that are listed; the last line counts those that are left out. */
const LINES = 5;
/** Above the list: the line about the redirect rules. */
const RULES = 22;
const PAD = 8;
/** The sign that a line begins with. */
const SIGN = 20;
/** Width of a character of the list's type. */
const CHARACTER = 6.7;
/** From the upper and the lower end of a wall to its first and last gate. */
const GATE_UP = 8;
const GATE_DOWN = 20;

/** What the list adds to the height of a card. */
export const SOCKETS_HEIGHT = RULES + LINES * LINE + PAD;

/** Ztunnel's and Envoy's port for name look-ups that were captured. Source: istio/istio:pkg/config/constants. */
const DNS_PORT = 15053;
/** Ports whose sockets stand in a wall, by side, from top to bottom; a proxy's other ports are its own affairs. */
const WALLS: readonly (readonly [side: GatePlace['side'], ports: readonly number[]])[] = [
  ['in', [HBONE_PORT, INBOUND_PORT]],
  ['out', [OUTBOUND_PORT, DNS_PORT]],
];

interface Wire {
  readonly kind: PodKind;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Height of what lies above the list, and how much of that is the head of the card. */
  readonly wire: number;
  readonly top: number;
  /** Where connections leave and arrive that no gate takes. */
  readonly middle: number;
}

export function placeInside(
  index: RunIndex,
  pod: PodEntry,
  { kind, x, y, width, wire, top, middle }: Wire,
): InsidePlace {
  const ports = new Set(pod.netns.flatMap((netns) => [...index.hosts.proxyPorts(netns)]));
  const upper = y + top - GATE_UP;
  const lower = y + wire - GATE_DOWN;
  // A gateway or a waypoint captures nothing: its ports are its body's.
  const walls = kind === 'workload' ? WALLS : [];
  const gates = walls.flatMap(([side, wanted]) => {
    const there = wanted.filter((port) => ports.has(port));
    return there.map((port, at): GatePlace => {
      // The first gate out stands where the applications' connections leave; those in keep clear of where they arrive.
      const first = side === 'out' ? middle - 5 : upper;
      return { side, port, x: side === 'in' ? x : x + width, y: at === 0 ? first : lower };
    });
  });
  return {
    gates,
    rulesY: y + wire + RULES - 8,
    list: { x: x + 10, y: y + wire + RULES, width: width - 20, height: LINES * LINE },
    lineHeight: LINE,
    lines: LINES,
    characters: Math.floor((width - 20 - SIGN) / CHARACTER),
  };
}
