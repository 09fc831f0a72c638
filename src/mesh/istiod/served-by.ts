// What one istiod of several is: its version is its image's, its revision its label's, its environment its container's.
// Source: istio/istio:manifests/charts/istio-control/istio-discovery/templates/deployment.yaml, pilot/pkg/features/pilot.go at 1.31.
import type { PodResource } from '../../manifests/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { imageTag, istiodEnvironmentAt } from '../config/index.ts';

export interface ServedBy {
  /** The mesh as this istiod has it. */
  readonly mesh: MeshConfiguration;
  readonly revision: string;
}

/** `pod`: istiod's own; undefined: the installation's. */
export function servedBy(pod: PodResource | undefined, mesh: MeshConfiguration): ServedBy {
  const container = pod?.spec.containers.find(({ name }) => name === 'discovery');
  if (pod === undefined || container === undefined) return { mesh, revision: 'default' };
  const revision = pod.metadata.labels['istio.io/rev'] ?? 'default';
  const istio = imageTag(container) ?? mesh.versions.istio;
  const variable = (name: string): string | undefined => container.env?.find((entry) => entry.name === name)?.value;
  return {
    revision,
    mesh: {
      ...mesh,
      versions: { ...mesh.versions, istio },
      istiod: istiodEnvironmentAt(istio, mesh.istiod, variable),
    },
  };
}
