// The API server's objects as lists: lines grouped by kind, and what happened to one of them.

import type { ResourceRef } from '../../manifests/index.ts';
import type { Origin } from '../../trace/index.ts';
import { countBefore } from '../run/columns.ts';
import type { RunIndex } from '../run/run-index.ts';

/** A line of `kubectl get`: what the engine's port delivers. */
export interface ObjectLine {
  readonly ref: ResourceRef;
  /** Name and value of each column between name and age. */
  readonly columns: readonly (readonly [string, string])[];
}

export interface ObjectGroup<L extends ObjectLine> {
  readonly kind: string;
  /** Names of the columns between name and age. */
  readonly columns: readonly string[];
  readonly rows: readonly L[];
}

export interface ObjectFilter {
  /** Words that a line has to contain, all of them, in any case. */
  readonly search: string;
  /** Whether what belongs to Kubernetes and the mesh is listed too. */
  readonly isAll: boolean;
}

/** Kinds in the order in which people look for them; the rest follows by name. */
const kindOrder: readonly string[] = [
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'Service',
  'AuthorizationPolicy',
  'PeerAuthentication',
  'Gateway',
  'HTTPRoute',
  'VirtualService',
];
const systemNamespaces: ReadonlySet<string> = new Set([
  'istio-system',
  'kube-system',
  'kube-public',
  'kube-node-lease',
]);
/** What every cluster makes by itself. */
const madeKinds: ReadonlySet<string> = new Set(['ReplicaSet', 'EndpointSlice', 'ServiceAccount', 'Namespace']);

export function objectGroups<L extends ObjectLine>(
  lines: readonly L[],
  { search, isAll }: ObjectFilter,
): readonly ObjectGroup<L>[] {
  const words = search
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  const groups = new Map<string, L[]>();
  for (const line of lines) {
    if (!isAll && words.length === 0 && isSystem(line)) continue;
    const text = textOf(line);
    if (!words.every((word) => text.includes(word))) continue;
    // Two kinds of one name (Gateway) are two tables.
    const kind = line.ref.group === undefined ? line.ref.kind : `${line.ref.kind}.${line.ref.group}`;
    const group = groups.get(kind);
    if (group === undefined) groups.set(kind, [line]);
    else group.push(line);
  }
  const place = (kind: string): number => (kindOrder.includes(kind) ? kindOrder.indexOf(kind) : kindOrder.length);
  return [...groups]
    .toSorted(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1))
    .map(([kind, rows]) => ({ kind, columns: headsOf(rows), rows }));
}

/** Some columns stand last and in some rows only. */
function headsOf(rows: readonly ObjectLine[]): readonly string[] {
  const widest = rows.reduce<ObjectLine['columns']>(
    (most, { columns }) => (columns.length > most.length ? columns : most),
    [],
  );
  return widest.map(([name]) => name);
}

function isSystem({ ref }: ObjectLine): boolean {
  return systemNamespaces.has(ref.namespace) || madeKinds.has(ref.kind);
}

function textOf({ ref, columns }: ObjectLine): string {
  return [ref.kind, `${ref.namespace}/${ref.name}`, ...columns.map(([, value]) => value)].join(' ').toLowerCase();
}

export interface ObjectHistoryView {
  /** Records of its writes and events up to the cursor, the latest first; at most `RECORDS_MAX`. */
  readonly records: readonly number[];
  /** Where somebody wrote it; undefined when the cluster made it. */
  readonly origin: Origin | undefined;
}

const RECORDS_MAX = 40;

export function objectHistoryOf(
  index: RunIndex,
  { kind, namespace, name }: ResourceRef,
  cursor: number,
): ObjectHistoryView {
  const history = index.objects.of(kind, namespace, name);
  if (history === undefined) return { records: [], origin: undefined };
  const writes = history.writes.slice(0, countBefore(history.writes, cursor));
  const events = history.events.slice(0, countBefore(history.events, cursor));
  const records = [...writes.slice(-RECORDS_MAX), ...events.slice(-RECORDS_MAX)]
    .toSorted((a, b) => b - a)
    .slice(0, RECORDS_MAX);
  const origin = writes
    .toReversed()
    .map((id) => index.trace.getAs(id, 'object').origin)
    .find((candidate): candidate is Origin => 'path' in candidate && candidate.path !== '');
  return { records, origin };
}

/** An age as kubectl prints it: `12s`, `3m20s`, `45m`, `5h`. `span` in microseconds. Source: kubernetes/apimachinery: pkg/util/duration. */
export function ageText(span: number): string {
  const seconds = Math.max(0, Math.floor(span / 1_000_000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  return minutes < 180 ? `${minutes}m` : `${Math.floor(minutes / 60)}h`;
}
