// What goes when an object is deleted: itself, at once or after its grace period; what it owned; what lived in its namespace.
// Source: kubernetes/kubernetes@v1.34: pkg/registry/core/pod/strategy.go CheckGracefulDelete, pkg/controller/garbagecollector.
import type { Context, EntityId } from '../../kernel/index.ts';
import { isKind, refOf } from '../../manifests/index.ts';
import type { ApiMessage, StoredObject } from '../api.ts';
import { collectGarbage } from '../facts.ts';
import { keyOf, keyOfRef, withoutObject } from './objects.ts';
import type { ApiServer, OwnMessage } from './server.ts';
import { change, notify, recordObject } from './server.ts';
import { releaseAddress } from './service-address.ts';

/** Deletes an object, or begins to. */
export function remove(
  ctx: Context,
  server: ApiServer,
  message: Extract<ApiMessage, { readonly type: 'delete' }>,
): ApiServer {
  const object = server.objects.byKey.get(keyOfRef(message.ref));
  if (object === undefined || (message.uid !== undefined && message.uid !== object.uid)) return server;
  const grace = graceOf(object, message.gracePeriodSeconds);
  if (grace > 0) {
    if (object.deletedAt !== undefined) return server;
    return change(ctx, server, object, { deletedAt: ctx.now, deletionGracePeriodSeconds: grace }, message.actor);
  }
  if (isHeldBack(object)) {
    if (object.deletedAt !== undefined && object.deletionGracePeriodSeconds === 0) return server;
    const deletedAt = object.deletedAt ?? ctx.now;
    return change(ctx, server, object, { deletedAt, deletionGracePeriodSeconds: 0 }, message.actor);
  }
  if (object.resource.kind === 'Namespace') return terminateNamespace(ctx, server, object, message.actor);
  return removeNow(ctx, server, object, message.actor);
}

/** An object with finalizers stays until the last of them is taken off. */
function isHeldBack({ resource }: Pick<StoredObject, 'resource'>): boolean {
  return (resource.metadata.finalizers ?? []).length > 0;
}

/** Takes away an object that waited for its finalizers only. */
export function finish(ctx: Context, server: ApiServer, object: StoredObject, actor: string): ApiServer {
  return object.deletedAt === undefined || object.deletionGracePeriodSeconds !== 0 || isHeldBack(object)
    ? server
    : removeNow(ctx, server, object, actor);
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
export function collect(ctx: Context, server: ApiServer, uid: string): ApiServer {
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
export function emptyNamespace(ctx: Context, server: ApiServer, namespace: string): ApiServer {
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
