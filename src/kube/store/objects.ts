// The objects of the API server as one immutable value with its indexes: what is there, who owns whom, how many live where.
// Pure. Every function returns the next value; nobody is told anything here.
import type { Instant } from '../../kernel/index.ts';
import { PersistentMap } from '../../kernel/index.ts';
import type { EndpointSliceResource, PodResource, Resource, ResourceRef } from '../../manifests/index.ts';
import { isKind, refOf } from '../../manifests/index.ts';
import type { StoredObject } from '../api.ts';
import { uidOf } from '../objects/names.ts';
import { newObject } from '../objects/new-object.ts';

/** Belongs to an EndpointSlice: the name of its Service. Source: kubernetes/api@v0.34: discovery/v1/well_known_labels.go. */
export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';

export interface Objects {
  readonly byKey: PersistentMap<StoredObject>;
  /** Of the last write; every write takes the next. */
  readonly resourceVersion: number;
  /** Objects of a key that were deleted, where there were any. */
  readonly buried: PersistentMap<number>;
  /** Owner's uid -> keys of what it owns. */
  readonly dependents: PersistentMap<readonly string[]>;
  /** Namespace -> objects in it. */
  readonly population: PersistentMap<number>;
  /** Namespace -> pods that were asked for in it by manifests so far. */
  readonly wanted: PersistentMap<number>;
  /** `namespace/service` -> keys of its EndpointSlices. */
  readonly slices: PersistentMap<readonly string[]>;
  /** Keys of MutatingWebhookConfigurations in order of their names, which is the order of their calls. */
  readonly webhooks: readonly string[];
}

export const noObjects: Objects = {
  byKey: PersistentMap.empty(),
  resourceVersion: 0,
  buried: PersistentMap.empty(),
  dependents: PersistentMap.empty(),
  population: PersistentMap.empty(),
  wanted: PersistentMap.empty(),
  slices: PersistentMap.empty(),
  webhooks: [],
};

export function keyOfRef(ref: ResourceRef): string {
  return `${ref.group === undefined ? ref.kind : `${ref.kind}.${ref.group}`}/${ref.namespace}/${ref.name}`;
}

/** The key of a resource. A kind that has its name from another (Knative's Service, Istio's Gateway) is kept apart by its group. */
export function keyOf(resource: Resource): string {
  return keyOfRef(refOf(resource));
}

/** What a new object starts with. */
export interface NewObject {
  readonly resource: Resource;
  readonly owner: ResourceRef | undefined;
  /** Which of its owner's pods it is. */
  readonly ordinal: number;
  /** By a manifest, and by no controller. */
  readonly isApplied: boolean;
  readonly revision: number;
  readonly now: Instant;
}

/** Adds an object that was not there. */
export function withNew(objects: Objects, spec: NewObject): readonly [Objects, StoredObject] {
  const { resource, owner, ordinal, isApplied, revision, now } = spec;
  const key = keyOf(resource);
  const incarnation = objects.buried.get(key) ?? 0;
  const resourceVersion = objects.resourceVersion + 1;
  const uid = uidOf(key, incarnation);
  const ownerObject = owner === undefined ? undefined : objects.byKey.get(keyOfRef(owner));
  const ownerUid = ownerObject?.uid;
  const service = serviceOf(resource);
  const { namespace } = resource.metadata;
  const wanted = objects.wanted.get(namespace) ?? 0;
  const pods = podsOf(resource);
  const place = (ownerObject?.place ?? wanted) + ordinal;
  const object = newObject(resource, { uid, resourceVersion, createdAt: now, owner, revision, incarnation, place });
  const next: Objects = {
    ...objects,
    resourceVersion,
    byKey: objects.byKey.with(key, object),
    dependents: ownerUid === undefined ? objects.dependents : added(objects.dependents, ownerUid, key),
    slices: service === undefined ? objects.slices : added(objects.slices, service, key),
    webhooks: isWebhooks(resource) ? [...objects.webhooks, key].sort((a, b) => (a < b ? -1 : 1)) : objects.webhooks,
    population:
      namespace === ''
        ? objects.population
        : objects.population.with(namespace, (objects.population.get(namespace) ?? 0) + 1),
    // What a mesh puts into a namespace moves nobody in it.
    wanted: isApplied && pods > 0 ? objects.wanted.with(namespace, wanted + pods) : objects.wanted,
  };
  return [next, object];
}

/** How many pods a resource asks for; those of a DaemonSet have their nodes and no place. */
function podsOf(resource: Resource): number {
  if (isKind(resource, 'Pod') || isKind(resource, 'CronJob')) return 1;
  if (isKind(resource, 'Job')) return resource.spec.parallelism;
  return isKind(resource, 'Deployment') || isKind(resource, 'ReplicaSet') || isKind(resource, 'StatefulSet')
    ? resource.spec.replicas
    : 0;
}

/** Changes an object that is there. */
export function withChange(
  objects: Objects,
  before: StoredObject,
  change: Partial<StoredObject>,
): readonly [Objects, StoredObject] {
  const resourceVersion = objects.resourceVersion + 1;
  const object: StoredObject = { ...before, ...change, resourceVersion };
  return [{ ...objects, resourceVersion, byKey: objects.byKey.with(keyOf(object.resource), object) }, object];
}

/** Takes an object away. */
export function withoutObject(objects: Objects, object: StoredObject): Objects {
  const key = keyOf(object.resource);
  const owner = object.owner === undefined ? undefined : objects.byKey.get(keyOfRef(object.owner));
  const service = serviceOf(object.resource);
  const { namespace } = object.resource.metadata;
  return {
    ...objects,
    resourceVersion: objects.resourceVersion + 1,
    byKey: objects.byKey.without(key),
    buried: objects.buried.with(key, object.incarnation + 1),
    dependents: owner === undefined ? objects.dependents : removed(objects.dependents, owner.uid, key),
    slices: service === undefined ? objects.slices : removed(objects.slices, service, key),
    webhooks: isWebhooks(object.resource) ? objects.webhooks.filter((other) => other !== key) : objects.webhooks,
    population:
      namespace === ''
        ? objects.population
        : objects.population.with(namespace, (objects.population.get(namespace) ?? 1) - 1),
  };
}

function isWebhooks({ kind }: Resource): boolean {
  return kind === 'MutatingWebhookConfiguration';
}

/** A ready endpoint of a Service: its pod, where one is known; undefined: none is ready. */
export function readyEndpoint(
  objects: Objects,
  service: { readonly namespace: string; readonly name: string },
): { readonly pod: PodResource | undefined } | undefined {
  for (const key of objects.slices.get(`${service.namespace}/${service.name}`) ?? []) {
    const slice = objects.byKey.get(key)?.resource;
    if (slice === undefined || !isKind(slice, 'EndpointSlice')) continue;
    const ready = slice.endpoints.find(({ conditions }) => conditions.ready !== false);
    if (ready === undefined) continue;
    const pod = objects.byKey.get(`Pod/${service.namespace}/${ready.targetRef?.name ?? ''}`)?.resource;
    return { pod: pod !== undefined && isKind(pod, 'Pod') ? pod : undefined };
  }
  return undefined;
}

/** The labels of a namespace; none when it does not exist. */
export function namespaceLabels(objects: Objects, namespace: string): Readonly<Record<string, string>> {
  return objects.byKey.get(`Namespace//${namespace}`)?.resource.metadata.labels ?? {};
}

/** `namespace/service` of an EndpointSlice. */
function serviceOf(resource: Resource): string | undefined {
  return isKind(resource, 'EndpointSlice') ? serviceOfSlice(resource) : undefined;
}

/** `namespace/service` that an EndpointSlice belongs to; undefined when it has no label for it. */
export function serviceOfSlice(slice: EndpointSliceResource): string | undefined {
  const name = slice.metadata.labels[SERVICE_NAME_LABEL];
  return name === undefined ? undefined : `${slice.metadata.namespace}/${name}`;
}

function added(index: PersistentMap<readonly string[]>, at: string, key: string): PersistentMap<readonly string[]> {
  return index.with(at, [...(index.get(at) ?? []), key]);
}
function removed(index: PersistentMap<readonly string[]>, at: string, key: string): PersistentMap<readonly string[]> {
  const rest = (index.get(at) ?? []).filter((other) => other !== key);
  return rest.length === 0 ? index.without(at) : index.with(at, rest);
}
