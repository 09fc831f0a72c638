// The eviction of a pod: a deletion that asks its PodDisruptionBudget first. Rollouts, node crashes and plain deletions never ask.
// Source: kubernetes/kubernetes@v1.34: pkg/registry/core/pod/storage/eviction.go, pkg/controller/disruption/disruption.go.
// Simplified: what a budget allows is counted at that moment from the store, without the disruption controller's lag.
import type { JsonObject, PodDisruptionBudgetResource, PodResource } from '../../manifests/index.ts';
import { isKind, selectorMatches } from '../../manifests/index.ts';
import type { StoredObject } from '../api.ts';
import type { Objects } from './objects.ts';
import { keyOfRef } from './objects.ts';

/** What a PodDisruptionBudget allows now. */
export interface Disruptions {
  readonly allowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  readonly expectedPods: number;
}

type Pod = StoredObject<PodResource>;

/** Why a pod may not be evicted now; undefined if it may. */
export function evictionRefusal(objects: Objects, pod: Pod): string | undefined {
  const { status, deletedAt, resource } = pod;
  const phase = status?.kind === 'Pod' ? status.phase : 'Pending';
  if (phase !== 'Running' || deletedAt !== undefined) return undefined;
  const budgets = budgetsFor(objects, pod);
  if (budgets.length > 1)
    return 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
  const [budget] = budgets;
  if (budget === undefined) return undefined;
  const { allowed, currentHealthy, desiredHealthy } = disruptionsOf(objects, budget);
  const isReady = status?.kind === 'Pod' && status.conditions.ready;
  if (!isReady) {
    const always = budget.resource.spec.unhealthyPodEvictionPolicy === 'AlwaysAllow';
    if (always || (currentHealthy >= desiredHealthy && desiredHealthy > 0)) return undefined;
  }
  if (allowed > 0) return undefined;
  const { name } = budget.resource.metadata;
  return `Cannot evict pod as it would violate the pod's disruption budget. The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently (429 Too Many Requests, pod ${resource.metadata.name})`;
}

function specOf({ resource }: StoredObject): JsonObject {
  return (resource.object['spec'] ?? {}) as JsonObject; // an object, by the schema
}

type Budget = StoredObject<PodDisruptionBudgetResource>;

function budgetsFor(objects: Objects, { resource: pod }: Pod): readonly Budget[] {
  return objects.byKey.values().flatMap((object): Budget[] => {
    const { resource } = object;
    const isHere = isKind(resource, 'PodDisruptionBudget') && resource.metadata.namespace === pod.metadata.namespace;
    return isHere && selects(resource, pod) ? [{ ...object, resource }] : [];
  });
}

/** A budget without a selector selects nothing, one with an empty selector everything. */
function selects({ spec: { selector } }: PodDisruptionBudgetResource, pod: PodResource): boolean {
  return selector !== undefined && selectorMatches(selector, pod.metadata.labels);
}

/** What a budget allows: healthy pods beyond those it wants. */
function disruptionsOf(objects: Objects, budget: Budget): Disruptions {
  const pods = objects.byKey.values().flatMap((object): Pod[] => {
    const { resource } = object;
    const isOne =
      isKind(resource, 'Pod') &&
      resource.metadata.namespace === budget.resource.metadata.namespace &&
      selects(budget.resource, resource) &&
      !(object.status?.kind === 'Pod' && (object.status.phase === 'Succeeded' || object.status.phase === 'Failed'));
    return isOne ? [{ ...object, resource }] : [];
  });
  const currentHealthy = pods.filter(
    ({ status, deletedAt }) => deletedAt === undefined && status?.kind === 'Pod' && status.conditions.ready,
  ).length;
  const { minAvailable, maxUnavailable } = budget.resource.spec;
  let expectedPods = pods.length;
  let desiredHealthy: number;
  if (maxUnavailable !== undefined || typeof minAvailable === 'string') {
    const expected = expectedScale(objects, pods);
    // Nobody says how many there should be: the controller fails on the safe side.
    if (expected === undefined) return { allowed: 0, currentHealthy, desiredHealthy: 0, expectedPods };
    expectedPods = expected;
    desiredHealthy =
      maxUnavailable === undefined
        ? scaledUp(minAvailable, expected)
        : Math.max(0, expected - scaledUp(maxUnavailable, expected));
  } else desiredHealthy = minAvailable ?? 1;
  const allowed = expectedPods <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  return { allowed, currentHealthy, desiredHealthy, expectedPods };
}

/** Percentages are rounded up. Source: disruption.go getExpectedPodCount, GetScaledValueFromIntOrPercent(..., true). */
function scaledUp(value: unknown, of: number): number {
  if (typeof value === 'number') return value;
  const text = String(value);
  return text.endsWith('%') ? Math.ceil((Number(text.slice(0, -1)) * of) / 100) : Number(text);
}

/**
 * The replicas that the pods' controllers want, each controller once, a Deployment for its ReplicaSets; pods without one count for nothing.
 * Undefined where a controller has no scale, as DaemonSets and Jobs have none. Source: disruption.go getExpectedScale, failSafe.
 */
function expectedScale(objects: Objects, pods: readonly Pod[]): number | undefined {
  const scales = new Map<string, number>();
  for (const { owner, resource } of pods) {
    if (owner === undefined) continue;
    const { namespace } = resource.metadata;
    const own = objects.byKey.get(`${owner.kind}/${namespace}/${owner.name}`);
    const above = own?.owner === undefined ? undefined : objects.byKey.get(keyOfRef(own.owner));
    const scaled = above?.resource.kind === 'Deployment' ? above : own;
    const replicas = scaled === undefined ? undefined : specOf(scaled)['replicas'];
    if (scaled === undefined || !scaledKinds.has(scaled.resource.kind) || typeof replicas !== 'number')
      return undefined;
    scales.set(scaled.uid, replicas);
  }
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
}

const scaledKinds: ReadonlySet<string> = new Set(['Deployment', 'ReplicaSet', 'StatefulSet']);
