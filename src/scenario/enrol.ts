// Which mesh is installed, and which namespaces join it.
import type { JsonObject, Resource } from '../manifests/index.ts';
import { isKind, parseManifests } from '../manifests/index.ts';
import type { MeshMode, ScenarioSource } from './port.ts';

const injectionLabels: readonly string[] = ['istio-injection', 'istio.io/rev', 'sidecar.istio.io/inject'];
const modeLabel = 'istio.io/dataplane-mode';
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

/** The resources with every namespace they name present, and labelled for `mesh` when somebody asked for it by name. */
export function withNamespaces(resources: readonly Resource[], mesh: MeshMode | undefined): readonly Resource[] {
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
      ? labelled(resource, mesh)
      : resource,
  );
}

/** The path that namespaces have which no file declares. */
export const impliedNamespaces = 'namespaces';

/** A namespace that the manifests take for granted, as whoever pastes them has it already. */
function impliedNamespace(name: string): readonly Resource[] {
  return parseManifests([
    { path: impliedNamespaces, text: `apiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n` },
  ]).resources;
}

const relabelled = new WeakMap<object, Map<MeshMode, Resource>>();

function labelled(namespace: Resource, mesh: 'sidecar' | 'ambient'): Resource {
  let byMode = relabelled.get(namespace.object);
  if (byMode === undefined) relabelled.set(namespace.object, (byMode = new Map<MeshMode, Resource>()));
  const known = byMode.get(mesh);
  if (known !== undefined) return { ...namespace, object: known.object, metadata: known.metadata };
  const kept = Object.entries(namespace.metadata.labels).filter(
    ([label]) => label !== modeLabel && !injectionLabels.includes(label),
  );
  const labels = Object.fromEntries([
    ...kept,
    mesh === 'ambient' ? [modeLabel, 'ambient'] : ['istio-injection', 'enabled'],
  ] as [string, string][]);
  const metadata = { ...namespace.metadata, labels };
  const written = namespace.object['metadata'] as JsonObject; // no object is stored without metadata
  const resource: Resource = {
    ...namespace,
    metadata,
    object: { ...namespace.object, metadata: { ...written, labels } },
  };
  byMode.set(mesh, resource);
  return resource;
}

const envoyWords = /inject|istio\.io\/rev|sidecar|istio-proxy|gateway|waypoint/i;

/** Whether a scenario may come to have an Envoy, by the words in its files: rather too often than too seldom. */
export function mayHaveEnvoys({ mesh, scenario, manifests, extras = [] }: ScenarioSource): boolean {
  const texts = [scenario, ...[...manifests, ...extras].map(({ text }) => text)];
  return mesh === 'sidecar' || texts.some((text) => envoyWords.test(text));
}
