// Resources that the cluster makes itself (ReplicaSets, pods, EndpointSlices, ...): nobody typed them, but most come from
// something somebody typed, so they carry a way back to that text.
import { assert } from '../../kernel/index.ts';
import type {
  FieldPath,
  ObjectMeta,
  Range,
  Resource,
  ResourceOf,
  ResourceSource,
  TypedKind,
} from '../../manifests/index.ts';

const nowhere: Range = { start: { line: 1, column: 1, offset: 0 }, end: { line: 1, column: 1, offset: 0 } };

/** The source of what no manifest stands behind: its path is ''. */
export const builtIn: ResourceSource = {
  path: '',
  documentIndex: 0,
  range: nowhere,
  locate: () => nowhere,
  locateKey: () => nowhere,
};

const templateSources = new WeakMap<ResourceSource, ResourceSource>();

/** The source of a pod made from a workload's template: its `spec.x` is the workload's `spec.template.spec.x`. */
export function templateSource(workload: ResourceSource): ResourceSource {
  let source = templateSources.get(workload);
  if (source === undefined) {
    const inside = (path: FieldPath): FieldPath => ['spec', 'template', ...path];
    source = {
      path: workload.path,
      documentIndex: workload.documentIndex,
      range: workload.locate(inside([])),
      locate: (path) => workload.locate(inside(path)),
      locateKey: (path) => workload.locateKey(inside(path)),
    };
    templateSources.set(workload, source);
  }
  return source;
}

const groups = {
  ConfigMap: 'v1',
  CronJob: 'batch/v1',
  DaemonSet: 'apps/v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  Job: 'batch/v1',
  Namespace: 'v1',
  Pod: 'v1',
  ReplicaSet: 'apps/v1',
  Service: 'v1',
  ServiceAccount: 'v1',
} as const satisfies Partial<Record<TypedKind, string>>;
type MadeKind = keyof typeof groups;

/** The apiVersion of the kinds the cluster makes or owns things with; '' for others. */
export function apiVersionOf(kind: string): string {
  return kind in groups ? groups[kind as MadeKind] : kind === 'Deployment' || kind === 'StatefulSet' ? 'apps/v1' : '';
}

/** What a kind adds to every resource. */
type Specific<K extends MadeKind> = Omit<ResourceOf<K>, keyof Resource>;

/** A resource of a simulated kind; `fields` are what the kind adds (`spec`, `endpoints`, `data`, ...). */
export function makeResource<K extends MadeKind>(
  kind: K,
  metadata: ObjectMeta,
  fields: Specific<K>,
  source: ResourceSource,
): ResourceOf<K> {
  const apiVersion = groups[kind];
  assert(metadata.name !== '', 'a made resource has a name');
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const made = {
    apiVersion,
    group,
    version,
    kind,
    metadata,
    object: { apiVersion, kind, metadata, ...fields },
    support: 'simulated',
    source,
    ...fields,
  };
  return made as unknown as ResourceOf<K>; // the typed fields are JSON: each kind's type mirrors its schema
}

/** Metadata of a made resource. */
export function metadata(namespace: string, name: string, more: Partial<ObjectMeta> = {}): ObjectMeta {
  return { labels: {}, annotations: {}, ...more, namespace, name };
}
