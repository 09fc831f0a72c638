// The ConfigMap `istio` of the root namespace, which istiod watches: what it says goes over what the mesh was installed with.
// Source: istio/istio:pkg/config/mesh/kubemesh/watcher.go, pilot/pkg/bootstrap/configcontroller.go at 1.31. Simplified: the trust domain
// and the root namespace are those of the installation, and a text that cannot be read says nothing.
import type { Resource } from '../../manifests/index.ts';
import { isKind, yamlValueOf } from '../../manifests/index.ts';
import type { MeshConfig } from './mesh-config.ts';
import { readMeshConfig } from './mesh-config.ts';

/** Its name for an istiod of a revision. */
export function meshConfigMap(revision: string): string {
  return revision === 'default' ? 'istio' : `istio-${revision}`;
}

interface Configured {
  readonly meshConfig: MeshConfig;
}

const read = new WeakMap<Resource, WeakMap<Configured, Configured>>();

/** A configuration under a ConfigMap; the same value for the same two. */
export function underConfigMap<T extends Configured>(installed: T, object: Resource | undefined): T {
  if (object === undefined || !isKind(object, 'ConfigMap')) return installed;
  const known = read.get(object) ?? new WeakMap<Configured, Configured>();
  read.set(object, known);
  const before = known.get(installed);
  if (before !== undefined) return before as T; // made of `installed`, below
  const { trustDomain, rootNamespace } = installed.meshConfig;
  const written = yamlValueOf(object.data['mesh'] ?? '');
  const meshConfig = { ...readMeshConfig(written, installed.meshConfig), trustDomain, rootNamespace };
  const configured = { ...installed, meshConfig };
  known.set(installed, configured);
  return configured;
}
