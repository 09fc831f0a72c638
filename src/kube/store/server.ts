// The API server's value, and what every write does: store, record, tell those who watch.
import type { Context, EntityId, PersistentMap } from '../../kernel/index.ts';
import type { Resource, ResourceRef } from '../../manifests/index.ts';
import { isKind, refOf } from '../../manifests/index.ts';
import { record } from '../../trace/index.ts';
import type { ClusterWiring, CreateReply, StoredObject, WatchEvent } from '../api.ts';
import { apiRequest } from '../facts.ts';
import { originOf } from '../objects/origin.ts';
import type { Objects } from './objects.ts';
import { withChange } from './objects.ts';
import type { ServiceAddresses } from './service-address.ts';
import type { WatchStreamMessage } from './watch-stream.ts';

export interface Watch {
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
export interface Creation {
  readonly resource: Resource;
  readonly owner: ResourceRef | undefined;
  readonly ordinal: number;
  readonly actor: string;
  readonly revision: number;
  readonly reply: EntityId<CreateReply> | undefined;
  /** As applied; undefined for what controllers create. */
  readonly applied: Resource | undefined;
}

/** What it tells itself for later. */
export type OwnMessage =
  | { readonly type: 'webhook'; readonly creation: Creation; readonly webhook: number }
  | { readonly type: 'collect'; readonly uid: string }
  | { readonly type: 'empty-namespace'; readonly namespace: string };

/** Who writes what, for the record. */
interface Write {
  readonly resource: Resource;
  readonly actor: string;
  readonly revision: number;
  readonly reply?: EntityId<CreateReply> | undefined;
}

/** Refuses a write; the writer is told if it asked to be. */
export function reject(ctx: Context, server: ApiServer, write: Write, reason: string): ApiServer {
  recordObject(ctx, 'rejected', write, reason);
  if (write.reply !== undefined)
    ctx.schedule(apiRequest, write.reply, { type: 'refused', ref: refOf(write.resource), reason });
  return server;
}

/** The record of a write; what follows names it as its cause. */
export function recordObject(ctx: Context, verb: string, write: Write, status = ''): void {
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

/** Tells everybody who watches an object's kind. */
export function notify(ctx: Context, server: ApiServer, event: WatchEvent['event'], object: StoredObject): void {
  const message: WatchEvent = { type: 'watch', event, object };
  for (const { stream } of watchersOf(server.watches, object)) ctx.tell(stream, message);
}

/** Those who watch an object, in the order in which they began to; by what of an object decides who does. */
const watchers = new WeakMap<readonly Watch[], Map<string, readonly Watch[]>>();

function watchersOf(watches: readonly Watch[], object: StoredObject): readonly Watch[] {
  const { resource } = object;
  const key = isKind(resource, 'Pod') ? `Pod ${resource.spec.nodeName ?? ''}` : resource.kind;
  let byKey = watchers.get(watches);
  if (byKey === undefined) watchers.set(watches, (byKey = new Map<string, readonly Watch[]>()));
  let found = byKey.get(key);
  if (found === undefined) byKey.set(key, (found = watches.filter((watch) => isWatched(watch, object))));
  return found;
}

export function isWatched(watch: Watch, { resource }: StoredObject): boolean {
  // Who watches everything means what people apply: nodes report too often.
  if (watch.kinds === '*' ? resource.kind === 'Node' : !watch.kinds.has(resource.kind)) return false;
  return watch.nodeName === undefined || !isKind(resource, 'Pod') || resource.spec.nodeName === watch.nodeName;
}

/** Changes an object that is there. */
export function change(
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
