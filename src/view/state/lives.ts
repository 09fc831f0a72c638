// The lives that belong to what is selected, and how each stands at an instant.

import type { AnyEntityId, MachineOutline } from '../../kernel/index.ts';
import { countBefore } from '../run/columns.ts';
import type { LifeEntry } from '../run/life-table.ts';
import type { RunIndex } from '../run/run-index.ts';

export interface LifeStep {
  /** Number of the `state` record. */
  readonly id: number;
  /** Microseconds. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
  /** What made it step, as the record names it: an event, `after DELAY`, `begin`. */
  readonly event: string;
}

export interface LifeView {
  readonly entity: AnyEntityId;
  /** What is left of its path behind the selected thing's own; the whole path's end for the thing itself. */
  readonly name: string;
  readonly machine: MachineOutline;
  /** The active state, `up.steady`; parallel regions joined by `+`. Empty before the first step. */
  readonly state: string;
  /** Microseconds: since when; undefined before the first step. */
  readonly since: number | undefined;
  /** What has happened so far, the oldest first. */
  readonly steps: readonly LifeStep[];
}

/** The lives of a pod: its own, its containers', and those of the processes in them. In the order in which they began. */
export function livesOfPod(index: RunIndex, pod: AnyEntityId): readonly LifeEntry[] {
  const path = index.trace.entity(pod).path;
  return [...index.lives.lives.values()].filter((life) => life.path === path || life.path.startsWith(`${path}/`));
}

/** The life that a record is about or belongs to: its own entity's for a step, else none. */
export function lifeOfRecord(index: RunIndex, id: number): LifeEntry | undefined {
  if (id < 0 || index.trace.kindOf(id) !== 'state') return undefined;
  return index.lives.lives.get(index.trace.getAs(id, 'state').entity);
}

/** How a life stands before record `cursor`; undefined when the run does not describe its machine. */
export function lifeAt(
  index: RunIndex,
  machines: readonly MachineOutline[],
  { entity, path, machine: id, steps }: LifeEntry,
  cursor: number,
): LifeView | undefined {
  const machine = machines.find((outline) => outline.id === id);
  if (machine === undefined) return undefined;
  const taken = steps.slice(0, countBefore(steps, cursor)).map((step): LifeStep => {
    const { at, from, to, event } = index.trace.getAs(step, 'state');
    return { id: step, at, from, to, event };
  });
  const last = taken[taken.length - 1];
  return { entity, name: nameOf(path), machine, state: last?.to ?? '', since: last?.at, steps: taken };
}

/** `pod/shop/web-1/istio-proxy#0/xds` -> `istio-proxy#0/xds`; a pod's own life is named by the pod. */
function nameOf(path: string): string {
  const [room, , name = '', ...rest] = path.split('/');
  if (room !== 'pod') return path;
  return rest.length === 0 ? name : rest.join('/');
}
