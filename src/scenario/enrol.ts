// Which mesh is installed, and which namespaces join it.
import type { JsonObject, ManifestFile, Resource } from '../manifests/index.ts';
import { isKind, parseManifests } from '../manifests/index.ts';
import type { MeshMode } from './port.ts';

const injectionLabels: readonly string[] = ['istio-injection', 'istio.io/rev', 'sidecar.istio.io/inject'];
const modeLabel = 'istio.io/dataplane-mode';
const waypointLabel = 'istio.io/use-waypoint';
const systemNamespaces: readonly string[] = ['istio-system', 'kube-system', 'kube-public', 'kube-node-lease'];

/** The mesh that the manifests' own labels ask for: ambient if anything is labelled so, else sidecars, else none. */
export function meshAskedFor(resources: readonly Resource[]): MeshMode {
  const labels = resources.flatMap((resource) => [resource.metadata.labels, templateLabels(resource)]);
  if (labels.some((set) => set[modeLabel] === 'ambient')) return 'ambient';
  return labels.some((set) => injectionLabels.some((label) => (set[label] ?? 'false') !== 'false'))
    ? 'sidecar'
    : 'none';
}

function templateLabels(resource: Resource): Readonly<Record<string, string>> {
  const withTemplate =
    isKind(resource, 'Deployment') ||
    isKind(resource, 'StatefulSet') ||
    isKind(resource, 'DaemonSet') ||
    isKind(resource, 'Job');
  return withTemplate ? (resource.spec.template.metadata.labels ?? {}) : {};
}

/**
 * The resources with every namespace they name present, and labelled for `mesh` when somebody asked for it by name; those in
 * `waypoints` with the name of the waypoint that was made for them.
 */
export function withNamespaces(
  resources: readonly Resource[],
  mesh: MeshMode | undefined,
  waypoints: readonly string[] = [],
): readonly Resource[] {
  const declared = new Set(
    resources.filter((resource) => isKind(resource, 'Namespace')).map((resource) => resource.metadata.name),
  );
  const named = new Set(
    resources
      .map((resource) => resource.metadata.namespace)
      .filter((namespace) => namespace !== '' && !systemNamespaces.includes(namespace)),
  );
  const missing = [...named]
    .filter((namespace) => !declared.has(namespace) && (namespace !== 'default' || mesh !== undefined))
    .sort((a, b) => (a < b ? -1 : 1));
  const all = [...missing.flatMap((name) => impliedNamespace(name)), ...resources];
  if (mesh === undefined || mesh === 'none') return all;
  return all.map((resource) =>
    isKind(resource, 'Namespace') && !systemNamespaces.includes(resource.metadata.name)
      ? labelled(resource, waypoints.includes(resource.metadata.name) ? 'waypoint' : mesh)
      : resource,
  );
}

/** The namespaces, of those that `withNamespaces` has enrolled in ambient, for which nobody has named a waypoint. */
export function namespacesWithoutWaypoint(resources: readonly Resource[]): readonly string[] {
  return resources
    .filter((resource) => isKind(resource, 'Namespace'))
    .filter(({ metadata }) => !systemNamespaces.includes(metadata.name) && metadata.labels[waypointLabel] === undefined)
    .map(({ metadata }) => metadata.name);
}

/**
 * What `istioctl waypoint apply --enroll-namespace` leaves in an enrolled namespace: a Gateway `waypoint`, and the namespace's label.
 * Source: istio/istio:istioctl/pkg/waypoint/waypoint.go at 1.31.
 */
export function waypointManifest(namespace: string): ManifestFile {
  const text = `apiVersion: v1
kind: Namespace
metadata: {name: ${namespace}, labels: {${modeLabel}: ambient, ${waypointLabel}: waypoint}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: waypoint, namespace: ${namespace}}
spec:
  gatewayClassName: istio-waypoint
  listeners:
    - {name: mesh, port: 15008, protocol: HBONE}
`;
  return { path: `waypoint-${namespace}.yaml`, text };
}

/** The path that namespaces have which no file declares. */
export const impliedNamespaces = 'namespaces';

/** A namespace that the manifests take for granted, as whoever pastes them has it already. */
function impliedNamespace(name: string): readonly Resource[] {
  return parseManifests([
    { path: impliedNamespaces, text: `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n` },
  ]).resources;
}

type Enrolment = 'sidecar' | 'ambient' | 'waypoint';
const enrolmentLabels: Readonly<Record<Enrolment, Readonly<Record<string, string>>>> = {
  sidecar: { 'istio-injection': 'enabled' },
  ambient: { [modeLabel]: 'ambient' },
  waypoint: { [modeLabel]: 'ambient', [waypointLabel]: 'waypoint' },
};

const relabelled = new WeakMap<object, Map<Enrolment, Resource>>();

function labelled(namespace: Resource, enrolment: Enrolment): Resource {
  let known = relabelled.get(namespace.object);
  if (known === undefined) relabelled.set(namespace.object, (known = new Map<Enrolment, Resource>()));
  const before = known.get(enrolment);
  if (before !== undefined) return { ...namespace, object: before.object, metadata: before.metadata };
  const kept = Object.entries(namespace.metadata.labels).filter(
    ([label]) => label !== modeLabel && !injectionLabels.includes(label),
  );
  const labels = { ...Object.fromEntries(kept), ...enrolmentLabels[enrolment] };
  const written = namespace.object['metadata'] as JsonObject; // no object is stored without metadata
  const resource: Resource = {
    ...namespace,
    metadata: { ...namespace.metadata, labels },
    object: { ...namespace.object, metadata: { ...written, labels } },
  };
  known.set(enrolment, resource);
  return resource;
}
