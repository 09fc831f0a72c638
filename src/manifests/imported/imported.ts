// What `kubectl get -o yaml` prints, made into manifests that somebody could have written: lists taken apart, what the API server and
// its controllers wrote left out, objects that controllers will make again left out. Texts that were written by hand stay as they are.
// Source: kubernetes/kubernetes:staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go (ObjectMeta), v1.34.

import { parseAllDocuments } from 'yaml';
import { isArray, isObject, type JsonObject, type JsonValue } from '../json.ts';
import type { ManifestFile } from '../source.ts';
import { toYaml } from '../to-yaml.ts';

export interface Imported {
  readonly file: ManifestFile;
  /** Objects kept; 0 for a text that was left as it is. */
  readonly objects: number;
  /** Names of objects left out, `ReplicaSet shop/web-6d5f`: whoever owns them makes them again. */
  readonly left: readonly string[];
}

/** Fields of metadata that only a server writes. */
const SERVER_METADATA = [
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
];
/** Annotations that clients and controllers keep for themselves. */
const OWN_ANNOTATIONS = ['kubectl.kubernetes.io/last-applied-configuration', 'deployment.kubernetes.io/revision'];
/** Kinds of which every object is somebody's own record. */
const RECORDS: ReadonlySet<string> = new Set(['Endpoints', 'EndpointSlice', 'Event', 'Lease', 'Node']);
/** Objects that every cluster makes for itself. */
const EVERYWHERE: ReadonlySet<string> = new Set([
  'Service kubernetes',
  'ServiceAccount default',
  'ConfigMap kube-root-ca.crt',
  'ConfigMap istio-ca-root-cert',
]);
/** Beyond this a YAML document's aliases are a bomb. */
const ALIASES_MAX = 1_000;

/** What only a server writes, or a list; a text without either is somebody's own, and keeps its comments. */
const SERVED = /^\s*(?:- )?"?(?:managedFields|resourceVersion|uid)"?:|^\s*"?kind"?: *"?\w*List\b/m;

/** A file as it can be applied. A text that no server wrote, or that is no YAML, comes back unchanged. */
export function importManifests(file: ManifestFile): Imported {
  const unchanged: Imported = { file, objects: 0, left: [] };
  if (!SERVED.test(file.text)) return unchanged;
  const objects = readAll(file.text);
  if (objects === undefined) return unchanged;
  const left: string[] = [];
  const kept = objects.filter((object) => {
    const isLeft = isMadeAgain(object);
    if (isLeft) left.push(nameOf(object));
    return !isLeft;
  });
  const text = kept.map((object) => toYaml(withoutServer(object))).join('---\n');
  return { file: { path: file.path.replace(/\.(json|txt)$/i, '.yaml'), text }, objects: kept.length, left };
}

/** Every object of a text, lists taken apart; undefined when it cannot be read. */
function readAll(text: string): readonly JsonObject[] | undefined {
  const objects: JsonObject[] = [];
  const documents = parseAllDocuments(text);
  for (const document of documents) {
    if (document.errors.length > 0) return undefined;
    const value = read(() => document.toJS({ maxAliasCount: ALIASES_MAX }) as JsonValue); // YAML without tags is what JSON can say
    if (value === undefined) return undefined;
    if (value === null) continue;
    if (!isObject(value)) return undefined;
    objects.push(...itemsOf(value));
  }
  return objects.length === 0 ? undefined : objects;
}

function read(value: () => JsonValue): JsonValue | undefined {
  try {
    return value();
  } catch {
    return undefined; // more aliases than a person writes
  }
}

function itemsOf(object: JsonObject): readonly JsonObject[] {
  const { kind, items } = { kind: object['kind'], items: object['items'] };
  if (typeof kind !== 'string' || !kind.endsWith('List') || !isArray(items)) return [object];
  const apiVersion = object['apiVersion'];
  const own =
    kind === 'List' || typeof apiVersion !== 'string' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
  return items.filter(isObject).flatMap((item) => itemsOf({ ...own, ...item }));
}

function isMadeAgain(object: JsonObject): boolean {
  const kind = textOf(object['kind']);
  const metadata = objectOf(object['metadata']);
  const owners = metadata['ownerReferences'];
  const isOwned = isArray(owners) && owners.some((owner) => isObject(owner) && owner['controller'] === true);
  const isToken = kind === 'Secret' && object['type'] === 'kubernetes.io/service-account-token';
  return isOwned || isToken || RECORDS.has(kind) || EVERYWHERE.has(`${kind} ${textOf(metadata['name'])}`);
}

function nameOf(object: JsonObject): string {
  const { namespace, name } = {
    namespace: textOf(objectOf(object['metadata'])['namespace']),
    name: textOf(objectOf(object['metadata'])['name']),
  };
  return `${textOf(object['kind'])} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}

function withoutServer(object: JsonObject): JsonObject {
  const metadata = without(objectOf(object['metadata']), SERVER_METADATA);
  const annotations = without(objectOf(metadata['annotations']), OWN_ANNOTATIONS);
  const spec = specOf(object);
  return {
    ...without(object, ['status', 'metadata', 'spec']),
    metadata: {
      ...without(metadata, ['annotations', 'ownerReferences']),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    ...(spec === undefined ? {} : { spec }),
  };
}

/** Addresses of that cluster mean nothing in another, nor does the node a pod was bound to. */
function specOf(object: JsonObject): JsonValue | undefined {
  const spec = object['spec'];
  if (spec === undefined || !isObject(spec)) return spec;
  switch (object['kind']) {
    case 'Service':
      return spec['clusterIP'] === 'None' ? without(spec, ['clusterIPs']) : without(spec, ['clusterIP', 'clusterIPs']);
    case 'Pod':
      return without(spec, ['nodeName']);
    default:
      return spec;
  }
}

function without(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return value !== undefined && isObject(value) ? value : {};
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
