// What istioctl would say of the manifests in the cluster that is simulated: with its istiod, its namespaces, the pods that the
// workloads will have. A door of its own beside index.ts: it loads when manifests are looked at for the first time.
import type { Diagnostic, FieldPath, ManifestFile, Range, Resource } from '../manifests/index.ts';
import { isKind, parseManifests, refOf } from '../manifests/index.ts';
import type { AnalysisKey, AnalysisMessage, AnalysisObject } from '../mesh/analysis/index.ts';
import { analyze, chartPorts, defaultIngressGateway } from '../mesh/analysis/index.ts';
import { defaultMeshConfiguration, istiodManifests, webhooksOf } from '../mesh/index.ts';
import { meshAskedFor, withNamespaces } from './enrol.ts';
import { expectedGateways } from './expected-gateways.ts';
import { expectedPods } from './expected-pods.ts';
import { isScenario } from './format.ts';
import type { AnalysisFinding, MeshMode } from './port.ts';

export interface AnalysisOptions {
  /** What the files' own checks have said: of what is refused nothing more is told. */
  readonly diagnostics: readonly Diagnostic[];
  /** As for a run: enrols every namespace. */
  readonly mesh?: MeshMode;
  /** What the scenario has installed; default: what the labels ask for. */
  readonly installed?: MeshMode;
  /** What is taken to be installed where neither labels nor objects of Istio ask for a mesh. Default `none`. */
  readonly otherwise?: MeshMode;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Where a message's object is written. */
interface Place {
  readonly of: Resource;
  readonly path: FieldPath;
}

/** In the order of the files; nothing where no mesh is wanted. */
export function analyzeManifests(files: readonly ManifestFile[], options: AnalysisOptions): readonly AnalysisFinding[] {
  const { diagnostics, mesh, now } = options;
  const chosen = mesh ?? options.installed;
  if (chosen === 'none') return [];
  // What is refused is there all the same: others refer to it, and one mistake is one message.
  const given = parseManifests(files, { keepsInvalid: true }).resources.filter((resource) => !isScenario(resource));
  const installed = chosen ?? installedFor(given, options.otherwise ?? 'none');
  if (installed === 'none') return [];
  const places = new Map<AnalysisObject, Place>();
  const objects = clusterOf(given, { mesh, installed, places });
  const messages = analyze({
    objects,
    mesh: { config: { rootNamespace: defaultMeshConfiguration.meshConfig.rootNamespace }, networks: {} },
    now,
  });
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const isIncomplete = errors.some(({ resource }) => resource === undefined);
  const findings = messages.flatMap((message) => {
    const place = places.get(message.origin);
    if (place === undefined || (isIncomplete && missing.has(message.key))) return [];
    const finding = findingOf(message, place);
    return diagnostics.some((said) => says(said, finding, place.of)) ? [] : [finding];
  });
  return inOrder(onceEach(findings), files);
}

/** The mesh that labels ask for; else sidecars, if there is anything that only a mesh acts on. */
function installedFor(given: readonly Resource[], otherwise: MeshMode): MeshMode {
  const asked = meshAskedFor(given);
  if (asked !== 'none') return asked;
  return given.some(({ group }) => meshGroups.test(group)) ? 'sidecar' : otherwise;
}

const meshGroups = /(?:^|\.)istio\.io$|^gateway\.networking\.k8s\.io$/;

// --- The cluster

interface ClusterOptions {
  readonly mesh: MeshMode | undefined;
  readonly installed: MeshMode;
  /** Is told where the objects of the files are written. */
  readonly places: Map<AnalysisObject, Place>;
}

function clusterOf(given: readonly Resource[], { mesh, installed, places }: ClusterOptions): readonly AnalysisObject[] {
  const written = new Set(given.map(({ source }) => source));
  const own = parseManifests([istiodManifests(defaultMeshConfiguration), givenNamespace]).resources;
  // What the files say of an object of the installation replaces it, as kubectl apply would.
  const isGiven = (resource: Resource): boolean =>
    given.some(({ kind, metadata: { name, namespace } }) =>
      [kind, name, namespace].every((part, at) => part === [resource.kind, ...namesOf(resource)][at]),
    );
  const resources = [...own.filter((resource) => !isGiven(resource)), ...withNamespaces(given, mesh)];
  for (const resource of resources) if (written.has(resource.source)) places.set(resource, { of: resource, path: [] });
  const labels = new Map(
    resources
      .filter((resource) => isKind(resource, 'Namespace'))
      .map(({ metadata }) => [metadata.name, metadata.labels] as const),
  );
  const pods = expectedPods(given, labels, installed);
  for (const { pod, of, path } of pods) places.set(pod, { of, path });
  const hasGateway = pods.some(({ pod }) => pod.metadata.labels['istio'] === 'ingressgateway');
  return [
    ...resources.filter((resource) => resource.kind !== 'Pod' && !isInjectorsOwn(resource)),
    ...pods.map(({ pod }) => pod),
    ...expectedGateways(given),
    injectorWebhooks,
    // Gateways that select it are for the ingress gateway of the reader's own cluster.
    ...(hasGateway ? [] : defaultIngressGateway('istio-ingressgateway', chartPorts)),
  ];
}

function namesOf({ metadata: { name, namespace } }: Resource): readonly string[] {
  return [name, namespace];
}

const givenNamespace: ManifestFile = {
  path: 'given',
  text: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n',
};

/** The injector of the simulation has its configuration from elsewhere. */
function isInjectorsOwn({ kind, metadata }: Resource): boolean {
  return kind === 'ConfigMap' && metadata.name.startsWith('istio-sidecar-injector');
}

/** The webhooks that the simulated API server calls, as an object of it. */
const injectorWebhooks: AnalysisObject = {
  group: 'admissionregistration.k8s.io',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'istio-sidecar-injector', namespace: '', labels: {}, annotations: {} },
  object: {
    webhooks: webhooksOf('default').map(({ name, namespace, pod }) => ({
      name,
      namespaceSelector: { matchExpressions: namespace.map(expressionOf) },
      objectSelector: { matchExpressions: pod.map(expressionOf) },
      clientConfig: { service: { namespace: 'istio-system', name: 'istiod' } },
    })),
  },
};

function expressionOf(requirement: ReturnType<typeof webhooksOf>[number]['pod'][number]): object {
  const { key } = requirement;
  if (requirement.is === 'absent') return { key, operator: 'DoesNotExist' };
  return { key, operator: requirement.is === 'in' ? 'In' : 'NotIn', values: requirement.values };
}

// --- Findings

/** Messages that something is not there: where a document could not be read, it may well be. */
const missing: ReadonlySet<AnalysisKey> = new Set<AnalysisKey>([
  'credential-not-found',
  'gateway-not-found',
  'gateway-port-not-in-service',
  'claims-not-read',
  'host-not-found',
  'host-not-in-gateway',
  'host-port-not-found',
  'mirror-host-not-found',
  'mirror-subset-not-found',
  'namespace-not-found',
  'no-pod-selected',
  'no-workload-in-namespace',
  'no-workload-matches',
  'rule-host-unknown',
  'subset-not-found',
  'subset-selects-nothing',
  'webhook-service-not-found',
]);

const severities = { Error: 'error', Warning: 'warning', Info: 'info' } as const;

function findingOf({ key, code, level, params, place }: AnalysisMessage, { of, path }: Place): AnalysisFinding {
  const range = rangeAt(of, [...path, ...place]);
  const resource = refOf(of);
  return { analysis: key, code, severity: severities[level], path: of.source.path, range, params, resource };
}

/** A value on one line, or the key of one that goes over many. What the text does not have is found at what it would stand in. */
function rangeAt({ source }: Resource, path: FieldPath): Range {
  const value = source.locate(path);
  return value.start.line === value.end.line ? value : source.locateKey(path);
}

/** Whether a diagnostic says as much: of an object that is refused, or the same by the same code. */
function says({ severity, code, resource }: Diagnostic, finding: AnalysisFinding, of: Resource): boolean {
  const isSame =
    resource?.kind === of.kind && resource.name === of.metadata.name && resource.namespace === of.metadata.namespace;
  return isSame && (severity === 'error' || code === finding.code);
}

/** A workload and its pods say some things alike. */
function onceEach(findings: readonly AnalysisFinding[]): readonly AnalysisFinding[] {
  const byPlace = new Map<string, AnalysisFinding>();
  for (const finding of findings) {
    const { code, path, range, params } = finding;
    const key = JSON.stringify([code, path, range.start.offset, params]);
    if (!byPlace.has(key)) byPlace.set(key, finding);
  }
  return [...byPlace.values()];
}

function inOrder(findings: readonly AnalysisFinding[], files: readonly ManifestFile[]): readonly AnalysisFinding[] {
  const order = new Map(files.map(({ path }, at) => [path, at]));
  return findings.toSorted(
    (a, b) => (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0) || a.range.start.offset - b.range.start.offset,
  );
}
