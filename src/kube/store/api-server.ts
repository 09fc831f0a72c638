// The API server: the one place where objects are stored. It checks, admits, stores, records and tells those who watch.
// Requests reach it after their sender's delay; a webhook's call takes time of its own, and the world may change meanwhile.
// Not modelled: authentication and RBAC, resource quotas, validating webhooks, server-side apply's field owners.
import type { Context, EntityId, EntityType } from '../../kernel/index.ts';
import { PersistentMap } from '../../kernel/index.ts';
import type { NamespaceResource, PodResource, PodSpec, Resource } from '../../manifests/index.ts';
import { isKind, refOf } from '../../manifests/index.ts';
import type { ApiMessage, ApiServerId, ClusterWiring, PodStatus, WatchEvent } from '../api.ts';
import { apiRequest, webhookCall } from '../facts.ts';
import { lateParts } from '../late-parts.ts';
import { canonical, DISRUPTED } from '../objects/names.ts';
import { withTargetGates } from '../load-balancer/parts.ts';
import { callWebhook, nextWebhook, plural, refusalOf, webhooksOf } from './admission.ts';
import { collect, emptyNamespace, finish, remove } from './deletion.ts';
import { forbiddenChange } from './immutable.ts';
import { keyOf, keyOfRef, noObjects, withChange, withNew } from './objects.ts';
import type { ApiServer, Creation, OwnMessage, Watch } from './server.ts';
import { change, isWatched, notify, recordObject, reject } from './server.ts';
import { allocateAddress, noServiceAddresses, withAddress } from './service-address.ts';
import { openWatch } from './watch-stream.ts';

export const apiServerType: EntityType<ApiServer, ApiMessage | OwnMessage> = {
  name: 'kube.api-server',
  handle(server, message, ctx) {
    switch (message.type) {
      case 'apply':
        return apply(ctx, server, message);
      case 'create':
        return create(ctx, server, {
          ...message,
          ordinal: message.ordinal ?? 0,
          reply: message.reply,
          applied: undefined,
        });
      case 'update':
        return update(ctx, server, message);
      case 'bind':
        return bind(ctx, server, message);
      case 'delete':
        return remove(ctx, server, message);
      case 'evict':
        return evict(ctx, server, message);
      case 'status':
        return setStatus(ctx, server, message);
      case 'pod-condition':
        return setCondition(ctx, server, message);
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
    return create(ctx, server, {
      resource,
      owner: undefined,
      ordinal: 0,
      actor,
      revision,
      reply: undefined,
      applied: resource,
    });
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
  if (!isKind(before, 'Pod') || !isKind(after, 'Pod')) return after;
  const { labels, annotations } = after.metadata;
  const metadata = {
    ...before.metadata,
    labels: { ...before.metadata.labels, ...labels },
    annotations: { ...before.metadata.annotations, ...annotations },
  };
  const { schedulingGates: _, ...kept } = before.spec;
  const gates = after.spec.schedulingGates ?? [];
  const spec = {
    ...kept,
    containers: withImages(kept.containers, after.spec.containers),
    ...(kept.initContainers && { initContainers: withImages(kept.initContainers, after.spec.initContainers) }),
    ...(gates.length > 0 && { schedulingGates: gates }),
  };
  const object = { ...before.object, spec: spec as never }; // the typed spec mirrors the JSON
  const pod: PodResource = { ...before, metadata, spec, object, source: after.source };
  return pod;
}

/** Of what may change in a pod, images and scheduling gates are acted on. */
function withImages(list: PodSpec['containers'], stated: PodSpec['containers'] = []): PodSpec['containers'] {
  return list.map((own) => ({ ...own, ...imageOf(stated.find(({ name }) => name === own.name)) }));
}

function imageOf(container: PodSpec['containers'][number] | undefined): { readonly image?: string } {
  return container?.image === undefined ? {} : { image: container.image };
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
  const hook = webhooksOf(server.wiring, server.objects)[webhook];
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
  const { owner, ordinal, actor, revision, applied } = creation;
  let resource = withTargetGates(server.objects, creation.resource, server.wiring.loadBalancers);
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
  const isApplied = applied !== undefined;
  const [objects, object] = withNew(server.objects, { resource, owner, ordinal, isApplied, revision, now: ctx.now });
  recordObject(ctx, 'created', { resource, actor, revision });
  const next = {
    ...server,
    objects,
    addresses,
    applied: isApplied ? server.applied.with(keyOf(resource), applied) : server.applied,
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
  if (before === undefined) return server;
  const { resource, actor } = message;
  const next = change(ctx, server, before, { resource }, actor);
  const after = next.objects.byKey.get(keyOf(resource));
  return after === undefined ? next : finish(ctx, next, after, actor);
}

function bind(ctx: Context, server: ApiServer, message: Of<'bind'>): ApiServer {
  const before = server.objects.byKey.get(keyOfRef(message.ref));
  if (before === undefined || !isKind(before.resource, 'Pod') || before.resource.spec.nodeName !== undefined)
    return server;
  const spec = { ...before.resource.spec, nodeName: message.nodeName };
  const resource = { ...before.resource, spec, object: { ...before.resource.object, spec: spec as never } }; // the typed spec mirrors the JSON
  return change(ctx, server, before, { resource }, message.actor);
}

/** A refusal is told to who asked, as kubectl drain needs it. */
function evict(ctx: Context, server: ApiServer, { ref, actor, reply }: Of<'evict'>): ApiServer {
  const pod = server.objects.byKey.get(keyOfRef(ref));
  if (pod === undefined || !isKind(pod.resource, 'Pod')) return server;
  const { resource, revision } = pod;
  const refusal = lateParts().evictionRefusal(server.objects, { ...pod, resource });
  if (refusal !== undefined) return reject(ctx, server, { resource, actor, revision, reply }, refusal);
  // Source: eviction.go addConditionAndDeletePod.
  const marked = setCondition(ctx, server, { ref, condition: DISRUPTED, isTrue: true, actor });
  return remove(ctx, marked, { type: 'delete', ref, actor, uid: pod.uid });
}

function setStatus(ctx: Context, server: ApiServer, message: Of<'status'>): ApiServer {
  const before = server.objects.byKey.get(keyOfRef(message.ref));
  if (before === undefined || (message.uid !== undefined && message.uid !== before.uid)) return server;
  const { status } = message;
  // A kubelet patches the conditions that are its own: what others wrote stays.
  const kept =
    status.kind === 'Pod' && before.status?.kind === 'Pod' ? { ...status, gates: before.status.gates } : status;
  return change(ctx, server, before, { status: kept }, message.actor);
}

function setCondition(ctx: Context, server: ApiServer, message: Omit<Of<'pod-condition'>, 'type'>): ApiServer {
  const before = server.objects.byKey.get(keyOfRef(message.ref));
  if (before === undefined || !isKind(before.resource, 'Pod')) return server;
  const status = before.status?.kind === 'Pod' ? before.status : freshPodStatus;
  if (status.gates[message.condition] === message.isTrue) return server;
  const gates = { ...status.gates, [message.condition]: message.isTrue };
  return change(ctx, server, before, { status: { ...status, gates } }, message.actor);
}

/** Of a pod that no kubelet has said anything of. */
const freshPodStatus: PodStatus = {
  kind: 'Pod',
  phase: 'Pending',
  podIP: undefined,
  nodeName: undefined,
  conditions: { scheduled: false, initialized: false, containersReady: false, ready: false },
  containers: [],
  gates: {},
};

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

function subscribe(ctx: Context, server: ApiServer, message: Of<'subscribe'>): ApiServer {
  const { watcher, kinds, delay, nodeName } = message;
  const number = server.watches.filter((watch) => watch.watcher === watcher).length;
  const watch: Watch = {
    watcher,
    stream: openWatch(ctx, watcher, delay, number),
    kinds: kinds === '*' ? '*' : new Set(kinds),
    nodeName,
  };
  for (const object of server.objects.byKey.select((candidate) => isWatched(watch, candidate)))
    ctx.tell(watch.stream, { type: 'watch', event: 'ADDED', object });
  return { ...server, watches: [...server.watches, watch] };
}

function unsubscribe(ctx: Context, server: ApiServer, watcher: EntityId<WatchEvent>): ApiServer {
  for (const watch of server.watches) if (watch.watcher === watcher) ctx.tell(watch.stream, { type: 'end' });
  return { ...server, watches: server.watches.filter((watch) => watch.watcher !== watcher) };
}
