// The fidelity ledger of a run: the rows of every part of the engine that this run uses.
import { hostFidelity } from '../host/index.ts';
import type { Fidelity } from '../kernel/index.ts';
import { kubeFidelity } from '../kube/index.ts';
import type { MeshSystem } from '../mesh/index.ts';
import { controlPlaneFidelity } from '../mesh/index.ts';
import { netFidelity } from '../net/index.ts';

/** In the order of a packet's way up: programs and sockets, the wire, Kubernetes, then the mesh if there is one. */
export function fidelityOf(systems: readonly MeshSystem[]): readonly Fidelity[] {
  return [
    ...hostFidelity,
    ...netFidelity,
    ...kubeFidelity,
    ...(systems.length === 0 ? [] : controlPlaneFidelity),
    ...systems.flatMap(({ fidelity }) => fidelity),
  ];
}
