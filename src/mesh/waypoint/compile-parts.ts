// What a waypoint's listener and its routes are compiled from.
import type { PushContext } from '../push/index.ts';
import type { MeshService, WorkloadModel } from '../registry/index.ts';

export interface WaypointParts {
  readonly push: PushContext;
  /** Namespace and labels of its pods. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Those it stands before, by hostname, oldest first. */
  readonly services: ReadonlyMap<string, MeshService>;
  readonly workloads: readonly WorkloadModel[];
  /** Takes HTTP/1.0. */
  readonly acceptsHttp10: boolean;
}
