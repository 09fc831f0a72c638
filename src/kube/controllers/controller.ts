// What all workload controllers share: one entity an object, changes queued and reconciled together, requests in order,
// refusals retried ever more slowly. One entity each, so that one workload's luck is not another's.
import type { Context, EntityId, EntityType, Instant } from '../../kernel/index.ts';
import { exactly, GONE, millis, seconds } from '../../kernel/index.ts';
import { apiRequest, controllerRetry, controllerRetryLong, controllerSync } from '../facts.ts';
import { scheduleInOrder } from '../in-order.ts';
import type {
  ApiMessage,
  ApiServerId,
  CreateReply,
  CronJobStatus,
  JobStatus,
  StoredObject,
  WatchEvent,
  WorkloadStatus,
} from '../api.ts';
import type { Resource, ResourceOf, TypedKind } from '../../manifests/index.ts';
import { isKind, refOf } from '../../manifests/index.ts';

/** What every controller's value carries. */
export interface Controller {
  readonly apiServer: ApiServerId;
  /** Arrival of its last request. */
  readonly lastRequest: Instant;
  /** A reconciliation is under way. */
  readonly isQueued: boolean;
  /** Refusals in a row. */
  readonly failures: number;
}

export type ControllerMessage =
  /** The controller's own object, as it is now. */
  | { readonly type: 'object'; readonly object: StoredObject }
  | { readonly type: 'object-gone' }
  /** Something its object owns changed. */
  | { readonly type: 'owned'; readonly event: WatchEvent }
  | { readonly type: 'sync' }
  | { readonly type: 'retry' }
  | CreateReply;

/** A controller of one object of a kind. */
export interface ObjectController<K extends TypedKind> extends Controller {
  /** Its own object, as it knows it. */
  readonly object: StoredObject<ResourceOf<K>>;
}

/** What tells one workload's controller from another's. */
interface ControllerSpec<K extends TypedKind, C extends ObjectController<K>> {
  readonly name: string;
  readonly kind: K;
  /** Something its object owns changed; a reconciliation follows. */
  owned(ctx: Context, controller: C, event: WatchEvent): C;
  /** A creation was refused: says so, and retries in time. */
  refused(ctx: Context, controller: C, refusal: CreateReply): C;
  /** Reconciles: asks for what is missing, for the end of what is too much, and writes the status. */
  sync(ctx: Context, controller: C): C;
}

/** The entity type of a kind's controllers. */
export function controllerType<K extends TypedKind, C extends ObjectController<K>>(
  spec: ControllerSpec<K, C>,
): EntityType<C, ControllerMessage> {
  return {
    name: spec.name,
    keys: (controller) => [controller.object.uid],
    handle(controller, message, ctx) {
      switch (message.type) {
        case 'object': {
          const { resource } = message.object;
          if (!isKind(resource, spec.kind)) return controller;
          return queueSync(ctx, { ...controller, object: { ...message.object, resource } });
        }
        case 'object-gone':
          return GONE;
        case 'owned':
          return queueSync(ctx, spec.owned(ctx, controller, message.event));
        case 'created':
          return { ...controller, failures: 0 };
        case 'refused':
          return spec.refused(ctx, controller, message);
        case 'retry':
          return queueSync(ctx, controller);
        case 'sync':
          return spec.sync(ctx, { ...controller, isQueued: false });
      }
    },
  };
}

export function newController(ctx: Context, apiServer: ApiServerId): Controller {
  return { apiServer, lastRequest: ctx.now, isQueued: false, failures: 0 };
}

/** The path of an object's controller, unlike that of an earlier object of the same name. */
export function controllerPath({ resource, incarnation }: StoredObject): string {
  const { namespace, name } = resource.metadata;
  return `controller/${resource.kind}/${namespace}/${name}${incarnation === 0 ? '' : `~${incarnation}`}`;
}

/** Queues a reconciliation; several changes share one. */
function queueSync<C extends Controller>(ctx: Context, controller: C): C {
  if (controller.isQueued) return controller;
  ctx.schedule(controllerSync, ctx.self as EntityId<ControllerMessage>, { type: 'sync' });
  return { ...controller, isQueued: true };
}

const RETRY_FIRST_MS = 5;
/** From the twelfth refusal on a retry takes ten seconds and more. */
const RETRY_LONG = 12;
const RETRY_MAX = 1_000;

/** Queues a reconciliation after a refusal. */
export function retrySync<C extends Controller>(ctx: Context, controller: C): C {
  const { failures } = controller;
  let wait = RETRY_FIRST_MS;
  for (let doubled = 0; doubled < failures && wait < RETRY_MAX * 1_000; doubled += 1) wait *= 2;
  const span = wait < RETRY_MAX * 1_000 ? millis(wait) : seconds(RETRY_MAX);
  ctx.schedule(
    exactly(failures < RETRY_LONG ? controllerRetry : controllerRetryLong, span),
    ctx.self as EntityId<ControllerMessage>,
    { type: 'retry' },
  );
  return { ...controller, failures: failures + 1 };
}

/** Sends a request to the API server, behind those sent before. */
export function request<C extends Controller>(ctx: Context, controller: C, message: ApiMessage): C {
  return {
    ...controller,
    lastRequest: scheduleInOrder(ctx, apiRequest, controller.apiServer, message, controller.lastRequest),
  };
}

/** Writes the object's status if it is news; what was written counts as known at once. */
export function writeStatus<C extends Controller & { readonly object: StoredObject }>(
  ctx: Context,
  controller: C,
  status: WorkloadStatus | JobStatus | CronJobStatus,
  actor: string,
): C {
  const { object } = controller;
  const known: Readonly<Record<string, unknown>> = { ...object.status };
  const isSameForm = Object.keys(known).length === Object.keys(status).length;
  if (isSameForm && Object.entries(status).every(([field, value]) => known[field] === value)) return controller;
  const message = { type: 'status', ref: refOf(object.resource), status, actor, uid: object.uid } as const;
  return request(ctx, { ...controller, object: { ...object, status } }, message);
}

/**
 * Sends the creation of something the controller's object owns, `ordinal` of its pods; the answer comes to the running entity.
 */
export function requestCreate<C extends Controller>(
  ctx: Context,
  controller: C,
  owner: StoredObject,
  resource: Resource,
  actor: string,
  ordinal = 0,
): C {
  const { kind, metadata } = owner.resource;
  const reply = ctx.self as EntityId<CreateReply>;
  const ref = { kind, namespace: metadata.namespace, name: metadata.name };
  const { revision } = owner;
  return request(ctx, controller, { type: 'create', resource, owner: ref, ordinal, actor, revision, reply });
}
