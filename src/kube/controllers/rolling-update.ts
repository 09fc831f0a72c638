// How a Deployment moves from old ReplicaSets to the new one: how many replicas each should have now. Pure.
// Source: kubernetes/kubernetes@v1.34: pkg/controller/deployment/{rolling,recreate,sync}.go, util/deployment_util.go.
// Not modelled: revision history.
import type { DeploymentSpec, IntOrString } from '../../manifests/index.ts';

/** A ReplicaSet of the Deployment as it stands. */
export interface ReplicaSetScale {
  readonly name: string;
  readonly isNew: boolean;
  /** Wanted, there, ready. */
  readonly desired: number;
  readonly replicas: number;
  readonly ready: number;
  /** Deleted and not gone yet. */
  readonly terminating: number;
  /** Ready for minReadySeconds. */
  readonly available: number;
}

/** Wanted replicas by ReplicaSet name, for those that change. */
export function nextScales(spec: DeploymentSpec, sets: readonly ReplicaSetScale[]): ReadonlyMap<string, number> {
  const fresh = sets.find((set) => set.isNew);
  const old = sets.filter((set) => !set.isNew && set.desired + set.replicas + set.terminating > 0);
  if (spec.strategy.type === 'Recreate') return recreate(spec, fresh, old);
  if (fresh === undefined) return new Map();
  if (old.length === 0) return fresh.desired === spec.replicas ? new Map() : new Map([[fresh.name, spec.replicas]]);
  return rollingUpdate(spec, spec.strategy.rollingUpdate, fresh, old);
}

function recreate(
  spec: DeploymentSpec,
  fresh: ReplicaSetScale | undefined,
  old: readonly ReplicaSetScale[],
): ReadonlyMap<string, number> {
  const toStop = old.filter((set) => set.desired > 0);
  if (toStop.length > 0) return new Map(toStop.map((set) => [set.name, 0]));
  // The new pods come once the old ones are gone.
  const isWaiting = old.some((set) => set.replicas + set.terminating > 0);
  return fresh === undefined || isWaiting || fresh.desired === spec.replicas
    ? new Map()
    : new Map([[fresh.name, spec.replicas]]);
}

/**
 * Of a Deployment that is paused, or whose replicas changed in the middle of a rollout: the sizes its ReplicaSets take. A single active one
 * takes all; several share what is added or taken away by their part of `mostBefore`, the most pods they were allowed together until now:
 * the largest first, which gets what rounding leaves. Source: sync.go scale, util/deployment_util.go GetReplicaSetProportion.
 */
export function proportionalScales(
  spec: DeploymentSpec,
  sets: readonly ReplicaSetScale[],
  mostBefore: number,
): ReadonlyMap<string, number> {
  const active = sets.filter(({ desired }) => desired > 0);
  const fresh = sets.find(({ isNew }) => isNew);
  const [only = fresh ?? sets.at(-1), ...others] = active;
  if (only === undefined) return new Map();
  if (others.length === 0) return only.desired === spec.replicas ? new Map() : new Map([[only.name, spec.replicas]]);
  if (fresh?.desired === spec.replicas && fresh.available === spec.replicas)
    return new Map(active.filter(({ isNew }) => !isNew).map(({ name }) => [name, 0]));
  if (spec.strategy.type === 'Recreate') return new Map();
  const most = mostPods(spec);
  let rest = most - sum(active, ({ desired }) => desired);
  const isGrowing = rest > 0;
  // Of equal ones the newer grows first and the older shrinks first.
  const inTurn = (isGrowing ? active.toReversed() : active).toSorted((a, b) => b.desired - a.desired);
  const sizes = new Map<string, number>();
  for (const { name, desired } of inTurn) {
    const share = spec.replicas === 0 ? -desired : Math.round((desired * most) / mostBefore) - desired;
    const own = rest === 0 ? 0 : isGrowing ? Math.min(share, rest) : Math.max(share, rest);
    sizes.set(name, desired + own);
    rest -= own;
  }
  const [largest = only] = inTurn;
  sizes.set(largest.name, Math.max(0, (sizes.get(largest.name) ?? 0) + rest));
  return new Map(active.map(({ name }) => [name, sizes.get(name) ?? 0]));
}

/** The most pods a Deployment may have at a time, while it has any. */
export function mostPods({ replicas, strategy }: DeploymentSpec): number {
  if (replicas === 0 || strategy.type === 'Recreate') return replicas;
  return replicas + rolloutBounds(strategy.rollingUpdate, replicas).surge;
}

interface Bounds {
  readonly maxSurge: IntOrString;
  readonly maxUnavailable: IntOrString;
}

function rollingUpdate(
  spec: DeploymentSpec,
  bounds: Bounds,
  fresh: ReplicaSetScale,
  old: readonly ReplicaSetScale[],
): ReadonlyMap<string, number> {
  const { surge, unavailable } = rolloutBounds(bounds, spec.replicas);
  const total = fresh.desired + sum(old, (set) => set.desired);
  const scales = new Map<string, number>();
  if (fresh.desired < spec.replicas) {
    const room = Math.max(0, spec.replicas + surge - total);
    if (room > 0) scales.set(fresh.name, fresh.desired + Math.min(room, spec.replicas - fresh.desired));
  } else if (fresh.desired > spec.replicas) scales.set(fresh.name, spec.replicas);
  // Old pods go as far as enough ready ones remain, counting new pods that are not ready yet as missing.
  const newMissing = fresh.desired - fresh.available;
  let removable = Math.max(0, total - (spec.replicas - unavailable) - newMissing);
  for (const set of old) {
    const unhealthy = Math.min(removable, Math.max(0, set.desired - set.available));
    removable -= unhealthy;
    if (unhealthy > 0) scales.set(set.name, set.desired - unhealthy);
  }
  const available = fresh.available + sum(old, (set) => set.available);
  let spare = Math.min(removable, Math.max(0, available - (spec.replicas - unavailable)));
  for (const set of old) {
    const left = scales.get(set.name) ?? set.desired;
    const down = Math.min(spare, left);
    spare -= down;
    if (down > 0) scales.set(set.name, left - down);
  }
  return scales;
}

/** maxSurge is rounded up, maxUnavailable down; both zero would stand still, so one pod may then be unavailable. */
export function rolloutBounds(
  { maxSurge, maxUnavailable }: Bounds,
  replicas: number,
): { readonly surge: number; readonly unavailable: number } {
  const surge = scaledCount(maxSurge, replicas, Math.ceil);
  const unavailable = Math.min(replicas, scaledCount(maxUnavailable, replicas, Math.floor));
  return surge === 0 && unavailable === 0 ? { surge: 0, unavailable: 1 } : { surge, unavailable };
}

/** A number of pods, or a percentage of them. */
export function scaledCount(value: IntOrString, of: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  return value.endsWith('%') ? round((Number(value.slice(0, -1)) * of) / 100) : Number(value);
}

function sum(sets: readonly ReplicaSetScale[], of: (set: ReplicaSetScale) => number): number {
  return sets.reduce((total, set) => total + of(set), 0);
}
