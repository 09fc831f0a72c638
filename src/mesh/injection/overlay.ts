// What a template adds to a pod, and how two containers of one name become one.
// Source: istio/istio:pkg/kube/inject/webhook.go applyOverlayYAML (a strategic merge patch) at 1.31.
import type { Container, JsonObject, JsonValue, PodResource, Volume } from '../../manifests/index.ts';
import { isObject } from '../../manifests/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import type { InjectionValues } from './values.ts';

export interface Overlay {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
}

/** What a template is rendered from. */
export interface TemplateInput {
  /** The pod as its user wrote it. */
  readonly pod: PodResource;
  readonly mesh: MeshConfiguration;
  readonly values: InjectionValues;
  readonly isNative: boolean;
  /** The application waits for the proxy; ordinary sidecars only. */
  readonly holdsApplication: boolean;
}

/** Lists whose items are told apart by a field, and merged; any other list is replaced. */
const mergeKeys: Readonly<Record<string, string>> = {
  env: 'name',
  ports: 'containerPort',
  volumeMounts: 'mountPath',
  volumeDevices: 'devicePath',
};

/** `above` over `below`. */
export function mergeContainers(below: Container, above: Container): Container {
  // Containers are JSON: their type mirrors the schema.
  return mergeObjects(below as unknown as JsonObject, above as unknown as JsonObject) as unknown as Container;
}

function mergeObjects(below: JsonObject, above: JsonObject): JsonObject {
  const merged: Record<string, JsonValue> = { ...below };
  for (const [field, value] of Object.entries(above)) merged[field] = mergeValues(field, below[field], value);
  return merged;
}

function mergeValues(field: string, below: JsonValue | undefined, above: JsonValue): JsonValue {
  const key = mergeKeys[field];
  if (Array.isArray(below) && Array.isArray(above) && key !== undefined) return mergeLists(key, below, above);
  return isObject(below) && isObject(above) ? mergeObjects(below, above) : above;
}

function mergeLists(key: string, below: readonly JsonValue[], above: readonly JsonValue[]): readonly JsonValue[] {
  const keyOf = (item: JsonValue): JsonValue | undefined => (isObject(item) ? item[key] : undefined);
  const kept = below.map((item) => {
    const over = above.find((other) => keyOf(other) === keyOf(item));
    return isObject(item) && isObject(over) ? mergeObjects(item, over) : item;
  });
  return [...above.filter((item) => !below.some((other) => keyOf(other) === keyOf(item))), ...kept];
}

/** The value of an annotation, else the installation's. */
export function annotated(pod: PodResource, annotation: string, fallback: string): string {
  return pod.metadata.annotations[annotation] ?? fallback;
}
