// What pods hold of their nodes, as the decision that gave each of them a node says it: their containers' requests together.
import type { Pod } from '../explore/index.ts';
import { isAmong, podsOf } from '../explore/index.ts';
import type { Trace } from '../trace/index.ts';

/** A pod took its place, or left it. */
export interface Placement {
  /** The record that says so. */
  readonly record: number;
  readonly pod: Pod;
  readonly isTaken: boolean;
  /** Thousandths of a core. */
  readonly millicores: number;
  readonly mebibytes: number;
}

/** Bytes in a mebibyte. */
const mebibyte = 1_048_576;

/** Of the pods of these workloads, in order of time. */
export function placementsOf(trace: Trace, among: readonly string[]): readonly Placement[] {
  const pods = podsByName(trace);
  const held = new Map<string, Placement>();
  const placements: Placement[] = [];
  for (const record of trace.select(['decision', 'pod'])) {
    if (record.kind === 'pod') {
      if (record.phase !== 'Gone') continue;
      const left = held.get(`${record.namespace}/${record.name}`);
      if (left === undefined) continue;
      held.delete(left.pod.name);
      placements.push({ ...left, record: record.id, isTaken: false });
      continue;
    }
    if (record.point !== 'scheduler' || record.chosen === 'none') continue;
    const pod = pods.get(String(record.input['pod']));
    if (pod === undefined || !isAmong(pod, among)) continue;
    const taken: Placement = {
      record: record.id,
      pod,
      isTaken: true,
      millicores: Math.round(Number(record.input['cpu'] ?? 0) * 1_000),
      mebibytes: Math.round(Number(record.input['memory'] ?? 0) / mebibyte),
    };
    held.set(pod.name, taken);
    placements.push(taken);
  }
  return placements;
}

/** By `namespace/pod`. A pod is recorded after it was given a node. */
function podsByName(trace: Trace): ReadonlyMap<string, Pod> {
  const known = podsOf(trace);
  const pods = new Map<string, Pod>();
  for (const record of trace.select(['pod'])) {
    const pod = known.pod(record.pod);
    if (pod !== undefined) pods.set(pod.name, pod);
  }
  return pods;
}
