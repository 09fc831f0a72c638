// Connections that leave a pod or a machine, as its kernel counts them: opened, failed, and how many stand open, in the clear and
// encrypted. What stays inside of a pod (from an application to its proxy) is left out.

import type { AnyEntityId } from '../../kernel/index.ts';
import type { ConnectionEntry } from '../run/entries.ts';
import { netnsName } from '../run/names.ts';
import { workloadName } from '../run/place.ts';
import type { RunIndex } from '../run/run-index.ts';
import type { Window } from './requests.ts';

export interface ConnectionRow {
  readonly key: string;
  /** A workload, a node or a machine. */
  readonly from: string;
  readonly to: string;
  /** Within the window. */
  readonly opened: number;
  readonly failed: number;
  /** At the playhead. */
  readonly open: number;
  readonly encrypted: number;
  /** The one that was opened last up to the playhead: its record. */
  readonly last: number;
}

/** How many stood open at the end of a step. */
export interface OpenStep {
  readonly from: number;
  readonly to: number;
  readonly open: number;
  readonly encrypted: number;
}

export interface ConnectionMetrics {
  readonly rows: readonly ConnectionRow[];
  readonly steps: readonly OpenStep[];
  readonly most: number;
}

/** One connection's life in microseconds; Infinity for what has not happened. */
interface Life {
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly record: number;
  readonly opened: number;
  readonly secured: number;
  readonly ended: number;
  readonly hasFailed: boolean;
}

export function connectionMetrics(
  index: RunIndex,
  window: Window,
  { step, end }: { readonly step: number; readonly end: number },
): ConnectionMetrics {
  const lives = [...index.connections.entries.values()].flatMap((connection) => lifeOf(index, connection) ?? []);
  const rows = new Map<string, Life[]>();
  for (const life of lives) {
    if (life.opened > window.to) continue;
    const own = rows.get(life.key);
    if (own === undefined) rows.set(life.key, [life]);
    else own.push(life);
  }
  const steps = stepsOf(lives, step, end);
  return {
    rows: [...rows.values()].map((own) => rowOf(own, window)).toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    steps,
    most: Math.max(0, ...steps.map(({ open }) => open)),
  };
}

function lifeOf(index: RunIndex, connection: ConnectionEntry): Life | undefined {
  if (connection.link === 'loopback') return undefined;
  const at = (record: number): number => (record < 0 ? Infinity : index.trace.timeOf(record));
  const from = nameOf(index, connection.client);
  const to = nameOf(index, connection.server) || index.trace.getAs(connection.opened, 'connection').destination;
  return {
    key: `${from}>${to}`,
    from,
    to,
    record: connection.opened,
    opened: index.trace.timeOf(connection.opened),
    secured: at(connection.secured),
    ended: Math.min(at(connection.ended), at(connection.failed)),
    hasFailed: connection.failed >= 0,
  };
}

function nameOf(index: RunIndex, netns: AnyEntityId): string {
  if (netns < 0) return '';
  const pod = index.cluster.pods.get(index.hosts.netns.get(netns)?.pod ?? netns);
  return pod === undefined ? netnsName(index, netns) : workloadName(pod.workload);
}

function rowOf(own: readonly Life[], { from, to }: Window): ConnectionRow {
  const isIn = (at: number): boolean => at > from && at <= to;
  const open = own.filter((life) => life.opened <= to && life.ended > to);
  const [first] = own;
  return {
    key: first?.key ?? '',
    from: first?.from ?? '',
    to: first?.to ?? '',
    opened: own.filter((life) => isIn(life.opened)).length,
    failed: own.filter((life) => life.hasFailed && isIn(life.ended)).length,
    open: open.length,
    encrypted: open.filter((life) => life.secured <= to).length,
    last: own.at(-1)?.record ?? -1,
  };
}

/** Each connection changes two or three steps; what is open is summed up from the left. */
function stepsOf(lives: readonly Life[], step: number, end: number): readonly OpenStep[] {
  const count = Math.max(1, Math.ceil(end / step));
  const open = new Array<number>(count).fill(0);
  const encrypted = new Array<number>(count).fill(0);
  const change = (counts: number[], at: number, by: 1 | -1): void => {
    const place = Math.floor(at / step);
    if (place < count) counts[place] = (counts[place] ?? 0) + by;
  };
  for (const life of lives) {
    change(open, life.opened, 1);
    change(open, life.ended, -1);
    if (life.secured === Infinity || life.secured > life.ended) continue;
    change(encrypted, life.secured, 1);
    change(encrypted, life.ended, -1);
  }
  let [openNow, encryptedNow] = [0, 0];
  return open.map((by, place) => {
    openNow += by;
    encryptedNow += encrypted[place] ?? 0;
    return { from: place * step, to: Math.min(end, (place + 1) * step), open: openNow, encrypted: encryptedNow };
  });
}
