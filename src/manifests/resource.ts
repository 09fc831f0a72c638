// A resource: what the API server would have stored for one document, plus the way back to the text it came from.

import type { JsonObject } from './json.ts';
import type { FieldPath, Range, SourceRange } from './source.ts';

/** Names an object of the cluster. `namespace` is '' when the kind is cluster-scoped. */
export interface ResourceRef {
  readonly kind: string;
  /** Only where the name of the kind alone would mean another one's object: Istio's Gateway, Knative's Service. */
  readonly group?: string;
  readonly namespace: string;
  readonly name: string;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** Labels and annotations are always there, empty when none were written. */
export interface ObjectMeta {
  readonly name: string;
  /** '' when the kind is cluster-scoped; otherwise the written namespace or `ParseOptions.defaultNamespace`. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
  readonly uid?: string;
  readonly generation?: number;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}

/** How to get from a field back to the text. Not for another thread: send `rangeOf(...)` there instead. */
export interface ResourceSource {
  readonly path: string;
  /** 0-based place of the document in its file, empty documents included; several items of one List share it. */
  readonly documentIndex: number;
  /** The whole object. */
  readonly range: Range;
  /** The range of the value at `path`. A value that is not in the text (a default) falls back to its nearest ancestor that is. */
  locate(path: FieldPath): Range;
  /** The range of the key that names the value at `path`; falls back as `locate` does. */
  locateKey(path: FieldPath): Range;
}

/**
 * - `simulated`: the engine acts on it.
 * - `accepted`: its schema is known, the API server would store it, the engine does not act on it.
 * - `unknown`: no schema is known; accepted as a cluster with that CRD would.
 */
export type Support = 'simulated' | 'accepted' | 'unknown';

export interface Resource {
  readonly apiVersion: string;
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  /** The whole object, pruned and defaulted as stored. The same document text yields the identical (===) object again while it is cached. */
  readonly object: JsonObject;
  readonly support: Support;
  readonly source: ResourceSource;
}

export function refOf({ kind, group, metadata: { namespace, name } }: Resource): ResourceRef {
  const owner = ownersOfNames.get(kind);
  return { kind, ...(owner !== undefined && owner !== group && { group }), namespace, name };
}

/** Kinds whose name other groups use too -> the group that is meant where none is named. */
const ownersOfNames: ReadonlyMap<string, string> = new Map([
  ['Gateway', 'gateway.networking.k8s.io'],
  ['Deployment', 'apps'],
  ['Job', 'batch'],
  ...['ConfigMap', 'Namespace', 'Pod', 'Secret', 'Service'].map((kind) => [kind, ''] as const),
]);

export function isSameRef(a: ResourceRef, b: ResourceRef): boolean {
  return a.kind === b.kind && a.group === b.group && a.namespace === b.namespace && a.name === b.name;
}

/** Identity in the cluster: two documents with the same identity are the same object applied twice. Versions of one group share it. */
export function identityOf(resource: Resource): string {
  return `${resource.group}/${resource.kind}/${resource.metadata.namespace}/${resource.metadata.name}`;
}

/** A field's place as plain data, for other threads. */
export function sourceRangeOf(resource: Resource, path: FieldPath = []): SourceRange {
  return {
    path: resource.source.path,
    range: path.length === 0 ? resource.source.range : resource.source.locate(path),
  };
}
