// The worlds that can be laid side by side: one workload, one seed, four ways to carry what it says.
import type { ScenarioSource } from '../../scenario/port.ts';

/** `waypoint`: ambient with a waypoint in every namespace. */
export const worldIds = ['none', 'sidecar', 'ambient', 'waypoint'] as const;
export type WorldId = (typeof worldIds)[number];

export const WORLDS_MIN = 2;
export const WORLDS_MAX = 3;

/** The same manifests and luck in a world; what their labels say of the mesh gives way. */
export function sourceIn(world: WorldId, source: ScenarioSource): ScenarioSource {
  if (world === 'waypoint') return { ...source, mesh: 'ambient', hasWaypoints: true };
  return { ...source, mesh: world, hasWaypoints: false };
}

/** The worlds after one has been chosen or left, in their order; what would be too few or too many stays as it was. */
export function toggled(chosen: readonly WorldId[], world: WorldId): readonly WorldId[] {
  const next = worldIds.filter((id) => chosen.includes(id) !== (id === world));
  return next.length < WORLDS_MIN || next.length > WORLDS_MAX ? chosen : next;
}
