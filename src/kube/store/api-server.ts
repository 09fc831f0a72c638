// The API server: the one place where objects are stored. It checks, admits, stores, records and tells those who watch.
// Requests reach it after their sender's delay; a webhook's call takes time of its own, and the world may change meanwhile.
// Not modelled: authentication and RBAC, resource quotas, validating webhooks, finalizers, server-side apply's field owners.
import type { Context, EntityId, EntityType } from '../../kernel/index.ts';
import { PersistentMap } from '../../kernel/index.ts';
import type { NamespaceResource, Resource, ResourceRef } from '../../manifests/index.ts';
import { isKind, refOf } from '../../manifests/index.ts';
import { record } from '../../trace/index.ts';
import type { ApiMessage, ApiServerId, ClusterWiring, CreateReply, StoredObject, WatchEvent } from '../api.ts';
import { apiRequest, collectGarbage, webhookCall } from '../facts.ts';
import { canonical } from '../objects/names.ts';
import { originOf } from '../objects/origin.ts';
import { callWebhook, nextWebhook, plural, refusalOf } from './admission.ts';
import { forbiddenChange } from './immutable.ts';
import type { Objects } from './objects.ts';
import { keyOf, keyOfRef, noObjects, withChange, withNew, withoutObject } from './objects.ts';
import type { ServiceAddresses } from './service-address.ts';
import { allocateAddress, noServiceAddresses, releaseAddress, withAddress } from './service-address.ts';
import type { WatchStreamMessage } from './watch-stream.ts';
import { openWatch } from './watch-stream.ts';

interface Watch {
  readonly watcher: EntityId<WatchEvent>;
  readonly stream: EntityId<WatchStreamMessage>;
  readonly kinds: ReadonlySet<string> | '*';
  readonly nodeName: string | undefined;
}

export interface ApiServer {
  readonly objects: Objects;
  /** Each object as it was last applied, before admission changed it. */
  readonly applied: PersistentMap<Resource>;
  readonly addresses: ServiceAddresses;
  readonly watches: readonly Watch[];
  readonly wiring: ClusterWiring;
  /** Versions of the cluster's kubelets; webhooks may ask. */
  readonly kubelets: readonly string[];
}

/** A new object on its way through admission. */
interface Creation {
  readonly resource: Resource;
  readonly owner: ResourceRef | undefined;
  readonly actor: string;
  readonly revision: number;
  readonly reply: EntityId<CreateReply> | undefined;
  /** As applied; undefined for what controllers create. */
  readonly applied: Resource | undefined;
}

type OwnMessage =
  | { readonly type: 'webhook'; readonly creation: Creation; readonly webhook: number }
  | { readonly type: 'collect'; readonly uid: string }
  | { readonly type: 'empty-namespace'; readonly namespace: string };

export const apiServerType: EntityType<ApiServer, ApiMessage | OwnMessage> = {
  name: 'kube.api-server',
  handle(server, message, ctx) {
    switch (message.type) {
      case 'apply':
        return apply(ctx, server, message);
      case 'create':
        return create(ctx, server, { ...message, reply: message.reply, applied: undefined });
      case 'update':
        return update(ctx, server, message);
      case 'bind':
        return bind(ctx, server, message);
      case 'delete':
        return remove(ctx, server, message);
      case 'status':
        return setStatus(ctx, server, message);
      case 'patch-metadata':
        return patchMetadata(ctx, server, message);
      case 'subscribe':
        return subscribe(ctx, server, message);
      case 'unsubscribe':
        return unsubscribe(ctx, server, message.watcher);
      case 'webhook':
        return reviewed(ctx, server, message);
      case 'collect':
        return collect(ctx, server, message.uid);
      case 'empty-namespace':
        return emptyNamespace(ctx, server, message.namespace);
    }
  },
};

/** Makes the API server of a cluster. */
export function createApiServer(ctx: Context, wiring: ClusterWiring, kubelets: readonly string[]): ApiServerId {
  const value: ApiServer = {
    objects: noObjects,
    applied: PersistentMap.empty(),
    addresses: noServiceAddresses,
    watches: [],
    wiring,
    kubelets,
  };
  return ctx.create(apiServerType, 'api-server', value); // its own messages stay inside this file
}

/** The order `kubectl apply` of a whole set needs: namespaces before what lives in them, else as given. */
export function inApplyOrder(resources: readonly Resource[]): readonly Resource[] {
  const isFirst = (resource: Resource): boolean =>
    resource.kind === 'Namespace' || resource.kind === 'CustomResourceDefinition';
  return [...resources.filter(isFirst), ...resources.filter((resource) => !isFirst(resource))];
}

type Of<T extends ApiMessage['type']> = Extract<ApiMessage, { readonly type: T }>;

function apply(ctx: Context, server: ApiServer, message: Of<'apply'>): ApiServer {
  const { actor, revision } = message;
  const resource = isKind(message.resource, 'Namespace') ? withNameLabel(message.resource) : message.resource;
  const key = keyOf(resource);
  const before = server.objects.byKey.get(key);
  if (before === undefined)
    return create(ctx, server, { resource, owner: undefined, actor, revision, reply: undefined, applied: resource });
  const last = server.applied.get(key) ?? before.resource;
  const isSame = last.object === resource.object || canonical(last.object) === canonical(resource.object);
  const forbidden = isSame ? undefined : forbiddenChange(last, resource);
  if (forbidden !== undefined) return reject(ctx, server, { resource, actor, revision }, forbidden);
  const next = merged(before.resource, resource);
  const applied = server.applied.with(key, resource);
  // Unchanged, as kubectl says: only the way back to the text is new, and nobody is told.
  if (isSame)
    return { ...server, applied, objects: withChange(server.objects, before, { resource: next, revision })[0] };
  return change(ctx, { ...server, applied }, before, { resource: next, revision }, actor);
}

/** Every namespace carries its name as a label. Source: kubernetes/kubernetes@v1.34: pkg/apis/core/v1/defaults.go SetDefaults_Namespace. */
function withNameLabel(namespace: NamespaceResource): NamespaceResource {
  const { metadata } = namespace;
  const labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
  return { ...namespace, metadata: { ...metadata, labels } };
}

/** What the cluster added to an object stays when it is applied again: a Service's address, a pod's whole admitted spec. */
function merged(before: Resource, after: Resource): Resource {
  if (
    isKind(before, 'Service') &&
    isKind(after, 'Service') &&
    before.spec.clusterIP !== undefined &&
    after.spec.clusterIP === undefined
  ) {
    return withAddress(after, before.spec.clusterIP);
  }
  if (!isKind(before, 'Pod')) return after;
  const { labels, annotations } = after.metadata;
  const metadata = {
    ...before.metadata,
    labels: { ...before.metadata.labels, ...labels },
    annotations: { ...before.metadata.annotations, ...annotations },
  };
  return { ...before, metadata, source: after.source };
}

function create(ctx: Context, server: ApiServer, creation: Creation): ApiServer {
  const { resource } = creation;
  if (server.objects.byKey.get(keyOf(resource)) !== undefined) {
    return reject(ctx, server, creation, `${plural(resource.kind)} "${resource.metadata.name}" already exists`);
  }
  const refusal = refusalOf(server.objects, resource);
  return refusal === undefined ? admit(ctx, server, creation, 0) : reject(ctx, server, creation, refusal);
}

/** Calls the next webhook that wants the object, or stores it when there is none. */
function admit(ctx: Context, server: ApiServer, creation: Creation, first: number): ApiServer {
  const webhook = nextWebhook(server.wiring, server.objects, creation.resource, first);
  if (webhook < 0) return store(ctx, server, creation);
  ctx.schedule(webhookCall, ctx.self as EntityId<OwnMessage>, { type: 'webhook', creation, webhook });
  return server;
}

function reviewed(
  ctx: Context,
  server: ApiServer,
  message: Extract<OwnMessage, { readonly type: 'webhook' }>,
): ApiServer {
  const { creation, webhook } = message;
  const hook = server.wiring.webhooks[webhook];
  if (hook === undefined) return server;
  const { objects, kubelets } = server;
  const verdict = callWebhook(ctx, hook, {
    objects,
    resource: creation.resource,
    revision: creation.revision,
    kubelets,
  });
  if (verdict.kind === 'refused') return reject(ctx, server, creation, verdict.reason);
  return admit(ctx, server, { ...creation, resource: verdict.resource }, webhook + 1);
}

function store(ctx: Context, server: ApiServer, creation: Creation): ApiServer {
  const { owner, actor, revision, applied } = creation;
  let { resource } = creation;
  let { addresses } = server;
  const refusal =
    server.objects.byKey.get(keyOf(resource)) === undefined
      ? refusalOf(server.objects, resource)
      : `${plural(resource.kind)} "${resource.metadata.name}" already exists`;
  if (refusal !== undefined) return reject(ctx, server, creation, refusal);
  if (isKind(resource, 'Service')) {
    const allocation = allocateAddress(addresses, resource);
    if (allocation.kind === 'refused') return reject(ctx, server, creation, allocation.reason);
    if (allocation.kind === 'allocated') ({ addresses, resource } = allocation);
  }
  const [objects, object] = withNew(server.objects, { resource, owner, revision, now: ctx.now });
  recordObject(ctx, 'created', { resource, actor, revision });
  const next = {
    ...server,
    objects,
    addresses,
    applied: applied === undefined ? server.applied : server.applied.with(keyOf(resource), applied),
  };
  notify(ctx, next, 'ADDED', object);
  if (creation.reply !== undefined)
    ctx.schedule(apiRequest, creation.reply, { type: 'created', ref: refOf(resource), reason: '' });
  // An owner that went while its dependent was on the way: the garbage collector sees to it.
  if (owner !== undefined && objects.byKey.get(keyOfRef(owner)) === undefined)
    return remove(ctx, next, { type: 'delete', ref: refOf(resource), actor: 'generic-garbage-collector' });
  return next;
}

function update(ctx: Context, server: ApiServer, message: Of<'update'>): ApiServer {
  const before = server.objects.byKey.get(keyOf(message.resource));
  return before === undefined ? server : change(ctx, server, before, { resource: message.resource }, message.actor);
}

function bind(ctx: Context, server: ApiServer, message: Of<'bind'>): ApiServer {
  const before = server.objects.byKey.get(keyOfRef(message.ref));
  if (before === undefined || !isKind(before.resource, 'Pod') || before.resource.spec.nodeName !== undefined)
    return server;
  const spec = { ...before.resource.spec, nodeName: message.nodeName };
  const resource = { ...before.resource, spec, object: { ...before.resource.object, spec: spec as never } }; // the typed spec mirrors the JSON
  return change(ctx, server, before, { resource }, message.actor);
}

function setStatus(ctx: Context, server: ApiServer, message: Of<'status'>): ApiServer {
  const before = server.objects.byKey.get(keyOfRef(message.ref));
  if (before === undefined || (message.uid !== undefined && message.uid !== before.uid)) return server;
  return change(ctx, server, before, { status: message.status }, message.actor);
}

function patchMetadata(ctx: Context, server: ApiServer, message: Of<'patch-metadata'>): ApiServer {
  const before = server.objects.byKey.get(keyOfRef(message.ref));
  if (before === undefined) return server;
  const { labels, annotations } = before.resource.metadata;
  const metadata = {
    ...before.resource.metadata,
    labels: patched(labels, message.labels),
    annotations: patched(annotations, message.annotations),
  };
  const resource = { ...before.resource, metadata, object: { ...before.resource.object, metadata: metadata as never } }; // the typed metadata mirrors the JSON
  return change(ctx, server, before, { resource }, message.actor);
}

function patched(
  values: Readonly<Record<string, string>>,
  patch: Readonly<Record<string, string | null>> = {},
): Readonly<Record<string, string>> {
  const next: Record<string, string> = {};
  for (const [key, value] of Object.entries({ ...values, ...patch })) if (value !== null) next[key] = value;
  return next;
}

function change(
  ctx: Context,
  server: ApiServer,
  before: StoredObject,
  fields: Partial<StoredObject>,
  actor: string,
): ApiServer {
  const [objects, object] = withChange(server.objects, before, fields);
  recordObject(ctx, 'updated', { resource: object.resource, actor, revision: object.revision });
  const next = { ...server, objects };
  notify(ctx, next, 'MODIFIED', object);
  return next;
}

function remove(ctx: Context, server: ApiServer, message: Of<'delete'>): ApiServer {
  const object = server.objects.byKey.get(keyOfRef(message.ref));
  if (object === undefined || (message.uid !== undefined && message.uid !== object.uid)) return server;
  const grace = graceOf(object, message.gracePeriodSeconds);
  if (grace > 0) {
    if (object.deletedAt !== undefined) return server;
    return change(ctx, server, object, { deletedAt: ctx.now, deletionGracePeriodSeconds: grace }, message.actor);
  }
  if (object.resource.kind === 'Namespace') return terminateNamespace(ctx, server, object, message.actor);
  return removeNow(ctx, server, object, message.actor);
}

/** Seconds a pod has to end; 0 for everything that simply goes: other kinds, and pods that do not run. */
function graceOf({ resource, status }: StoredObject, asked: number | undefined): number {
  if (!isKind(resource, 'Pod') || resource.spec.nodeName === undefined) return 0;
  if (status?.kind === 'Pod' && (status.phase === 'Succeeded' || status.phase === 'Failed')) return 0;
  return asked ?? resource.spec.terminationGracePeriodSeconds;
}

function removeNow(ctx: Context, server: ApiServer, object: StoredObject, actor: string): ApiServer {
  const { resource, revision } = object;
  const objects = withoutObject(server.objects, object);
  recordObject(ctx, 'deleted', { resource, actor, revision });
  const next = {
    ...server,
    objects,
    applied: server.applied.without(keyOf(resource)),
    addresses: releaseAddress(server.addresses, resource),
  };
  notify(ctx, next, 'DELETED', { ...object, resourceVersion: objects.resourceVersion });
  const self = ctx.self as EntityId<OwnMessage>;
  if (objects.dependents.get(object.uid) !== undefined)
    ctx.schedule(collectGarbage, self, { type: 'collect', uid: object.uid });
  return finishNamespace(ctx, next, resource.metadata.namespace);
}

/** Deletes what a deleted owner owned. */
function collect(ctx: Context, server: ApiServer, uid: string): ApiServer {
  const keys = server.objects.dependents.get(uid) ?? [];
  const { cause } = ctx;
  let next: ApiServer = {
    ...server,
    objects: { ...server.objects, dependents: server.objects.dependents.without(uid) },
  };
  for (const key of keys) {
    ctx.cause = cause;
    const object = next.objects.byKey.get(key);
    if (object !== undefined)
      next = remove(ctx, next, {
        type: 'delete',
        ref: refOf(object.resource),
        actor: 'generic-garbage-collector',
        uid: object.uid,
      });
  }
  return next;
}

function terminateNamespace(ctx: Context, server: ApiServer, object: StoredObject, actor: string): ApiServer {
  if (object.deletedAt !== undefined) return server;
  const namespace = object.resource.metadata.name;
  ctx.schedule(collectGarbage, ctx.self as EntityId<OwnMessage>, { type: 'empty-namespace', namespace });
  return change(ctx, server, object, { deletedAt: ctx.now }, actor);
}

/** Deletes everything in a Terminating namespace; pods take their grace period. */
function emptyNamespace(ctx: Context, server: ApiServer, namespace: string): ApiServer {
  const { cause } = ctx;
  let next = server;
  for (const object of server.objects.byKey.values()) {
    ctx.cause = cause;
    if (object.resource.metadata.namespace !== namespace) continue;
    next = remove(ctx, next, {
      type: 'delete',
      ref: refOf(object.resource),
      actor: 'namespace-controller',
      uid: object.uid,
    });
  }
  return finishNamespace(ctx, next, namespace);
}

/** A Terminating namespace goes with the last object in it. */
function finishNamespace(ctx: Context, server: ApiServer, namespace: string): ApiServer {
  const home = namespace === '' ? undefined : server.objects.byKey.get(`Namespace//${namespace}`);
  if (home?.deletedAt === undefined || (server.objects.population.get(namespace) ?? 0) > 0) return server;
  return removeNow(ctx, server, home, 'namespace-controller');
}

interface Write {
  readonly resource: Resource;
  readonly actor: string;
  readonly revision: number;
  readonly reply?: EntityId<CreateReply> | undefined;
}

function reject(ctx: Context, server: ApiServer, write: Write, reason: string): ApiServer {
  recordObject(ctx, 'rejected', write, reason);
  if (write.reply !== undefined)
    ctx.schedule(apiRequest, write.reply, { type: 'refused', ref: refOf(write.resource), reason });
  return server;
}

/** The record of a write; what follows names it as its cause. */
function recordObject(ctx: Context, verb: string, write: Write, status = ''): void {
  const { kind, metadata } = write.resource;
  const { namespace, name } = metadata;
  ctx.cause = record(ctx, 'object', {
    verb,
    resource: kind,
    namespace,
    name,
    actor: write.actor,
    origin: originOf(write.resource, write.revision),
    status,
  });
}

function notify(ctx: Context, server: ApiServer, event: WatchEvent['event'], object: StoredObject): void {
  for (const watch of server.watches)
    if (isWatched(watch, object)) ctx.tell(watch.stream, { type: 'watch', event, object });
}

function isWatched(watch: Watch, { resource }: StoredObject): boolean {
  if (watch.kinds !== '*' && !watch.kinds.has(resource.kind)) return false;
  return watch.nodeName === undefined || (isKind(resource, 'Pod') && resource.spec.nodeName === watch.nodeName);
}

function subscribe(ctx: Context, server: ApiServer, message: Of<'subscribe'>): ApiServer {
  const { watcher, kinds, delay, nodeName } = message;
  const number = server.watches.filter((watch) => watch.watcher === watcher).length;
  const watch: Watch = {
    watcher,
    stream: openWatch(ctx, watcher, delay, number),
    kinds: kinds === '*' ? '*' : new Set(kinds),
    nodeName,
  };
  for (const object of server.objects.byKey.values())
    if (isWatched(watch, object)) ctx.tell(watch.stream, { type: 'watch', event: 'ADDED', object });
  return { ...server, watches: [...server.watches, watch] };
}

function unsubscribe(ctx: Context, server: ApiServer, watcher: EntityId<WatchEvent>): ApiServer {
  for (const watch of server.watches) if (watch.watcher === watcher) ctx.tell(watch.stream, { type: 'end' });
  return { ...server, watches: server.watches.filter((watch) => watch.watcher !== watcher) };
}
