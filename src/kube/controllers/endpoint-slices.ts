// The EndpointSlice controller: one entity a Service keeps the slices of its pods, a hundred endpoints each.
// A pod's change rewrites its slice only, and changes within the sync delay are taken together.
import type { Context, EntityId, EntityType } from '../../kernel/index.ts';
import { GONE, PersistentMap } from '../../kernel/index.ts';
import type { EndpointPort, EndpointSliceResource, PodResource, ServiceResource } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import type { ApiServerId, StoredObject } from '../api.ts';
import { endpointSliceSync } from '../facts.ts';
import { makeResource, metadata } from '../objects/made-resource.ts';
import { canonical, randomSuffix } from '../objects/names.ts';
import { ownerReference } from '../objects/pod-from-template.ts';
import { SERVICE_NAME_LABEL } from '../store/objects.ts';
import type { Controller } from './controller.ts';
import { newController, request, requestCreate } from './controller.ts';
import { endpointOf, endpointPorts, isEndpoint, isSelected } from './endpoints.ts';

const ACTOR = 'endpointslice-controller';
/** Source: kubernetes/kubernetes@v1.34: cmd/kube-controller-manager/app/options (max-endpoints-per-slice). */
const ENDPOINTS_MAX = 100;

/** One slice: the pods in it and their ports. */
interface Slice {
  readonly name: string;
  readonly ports: readonly EndpointPort[];
  /** The ports as text: only pods with equal ports share a slice. */
  readonly portsKey: string;
  readonly members: readonly string[];
  readonly isCreated: boolean;
}

interface EndpointSliceController extends Controller {
  readonly object: StoredObject<ServiceResource>;
  readonly zoneOf: ReadonlyMap<string, string>;
  /** Selected pods that are endpoints, by name. */
  readonly pods: PersistentMap<StoredObject<PodResource>>;
  readonly slices: readonly Slice[];
  /** Pod -> name of its slice. */
  readonly sliceOf: PersistentMap<string>;
  /** Pods that changed since the last sync; more than once if they did. */
  readonly changed: readonly string[];
}

export type EndpointSliceMessage =
  | { readonly type: 'service'; readonly object: StoredObject<ServiceResource> }
  | { readonly type: 'service-gone' }
  | { readonly type: 'pod'; readonly object: StoredObject<PodResource>; readonly isGone: boolean }
  | { readonly type: 'sync' }
  | { readonly type: 'created' }
  | { readonly type: 'refused' };

export const endpointSliceControllerType: EntityType<EndpointSliceController, EndpointSliceMessage> = {
  name: 'kube.endpoint-slice-controller',
  keys: (controller) => [controller.object.uid],
  handle(controller, message, ctx) {
    switch (message.type) {
      case 'service':
        return queue(ctx, withService(controller, message.object));
      case 'service-gone':
        return GONE;
      case 'pod':
        return withPod(ctx, controller, message);
      case 'sync':
        return sync(ctx, { ...controller, isQueued: false });
      case 'created':
      case 'refused':
        return controller;
    }
  },
};

/** Makes the keeper of a Service's slices. */
export function createEndpointSliceController(
  ctx: Context,
  object: StoredObject<ServiceResource>,
  apiServer: ApiServerId,
  zoneOf: ReadonlyMap<string, string>,
): EntityId<EndpointSliceMessage> {
  const { namespace, name } = object.resource.metadata;
  const path = `controller/EndpointSlice/${namespace}/${name}${object.incarnation === 0 ? '' : `~${object.incarnation}`}`;
  const controller = {
    ...newController(ctx, apiServer),
    object,
    zoneOf,
    pods: PersistentMap.empty<StoredObject<PodResource>>(),
    slices: [],
    sliceOf: PersistentMap.empty<string>(),
    changed: [],
  };
  return ctx.create(endpointSliceControllerType, path, controller);
}

function queue(ctx: Context, controller: EndpointSliceController): EndpointSliceController {
  if (controller.isQueued) return controller;
  ctx.schedule(endpointSliceSync, ctx.self as EntityId<EndpointSliceMessage>, { type: 'sync' });
  return { ...controller, isQueued: true };
}

function withService(
  controller: EndpointSliceController,
  object: StoredObject<ServiceResource>,
): EndpointSliceController {
  if (controller.object.resource.spec === object.resource.spec) return { ...controller, object };
  // Another selector or other ports: every pod is looked at again.
  return {
    ...controller,
    object,
    changed: [...controller.changed, ...controller.pods.entries().map(([name]) => name)],
  };
}

function withPod(
  ctx: Context,
  controller: EndpointSliceController,
  { object, isGone }: Extract<EndpointSliceMessage, { type: 'pod' }>,
): EndpointSliceController {
  const { name, labels } = object.resource.metadata;
  const before = controller.pods.get(name);
  const isIn = !isGone && isEndpoint(object) && isSelected(controller.object.resource, labels);
  if (!isIn && (before === undefined || before.uid !== object.uid)) return controller;
  if (isIn && before !== undefined && isSameEndpoint(controller, before, object)) return controller;
  const pods = isIn ? controller.pods.with(name, object) : controller.pods.without(name);
  return queue(ctx, { ...controller, pods, changed: [...controller.changed, name] });
}

function isSameEndpoint(
  { object, zoneOf }: EndpointSliceController,
  a: StoredObject<PodResource>,
  b: StoredObject<PodResource>,
): boolean {
  return canonical(endpointOf(object.resource, a, zoneOf)) === canonical(endpointOf(object.resource, b, zoneOf));
}

function sync(ctx: Context, controller: EndpointSliceController): EndpointSliceController {
  const { resource, deletedAt } = controller.object;
  if (
    deletedAt !== undefined ||
    Object.keys(resource.spec.selector ?? {}).length === 0 ||
    resource.spec.type === 'ExternalName'
  )
    return controller;
  const touched = new Set<string>();
  let next: EndpointSliceController = { ...controller, changed: [] };
  for (const pod of new Set(controller.changed)) next = place(ctx, next, pod, touched);
  // A Service without endpoints has one empty slice.
  if (next.slices.length === 0) next = openSlice(ctx, next, [], touched);
  for (const name of touched) next = write(ctx, next, name);
  return next;
}

/** Puts a pod where it belongs: into its slice, another one, or out. Notes the slices that change. */
function place(
  ctx: Context,
  controller: EndpointSliceController,
  pod: string,
  touched: Set<string>,
): EndpointSliceController {
  const object = controller.pods.get(pod);
  const isIn = object !== undefined && isSelected(controller.object.resource, object.resource.metadata.labels);
  const ports = isIn ? endpointPorts(controller.object.resource, object.resource.spec) : [];
  const home = controller.sliceOf.get(pod);
  if (home !== undefined) {
    touched.add(home);
    const slice = controller.slices.find(({ name }) => name === home);
    if (isIn && slice?.portsKey === canonical(ports)) return controller;
  }
  const out = home === undefined ? controller : moveOut(controller, pod, home);
  return isIn ? moveIn(ctx, out, pod, ports, touched) : out;
}

function moveOut(controller: EndpointSliceController, pod: string, home: string): EndpointSliceController {
  const slices = controller.slices.map((slice) =>
    slice.name === home ? { ...slice, members: slice.members.filter((member) => member !== pod) } : slice,
  );
  return { ...controller, slices, sliceOf: controller.sliceOf.without(pod) };
}

function moveIn(
  ctx: Context,
  controller: EndpointSliceController,
  pod: string,
  ports: readonly EndpointPort[],
  touched: Set<string>,
): EndpointSliceController {
  const key = canonical(ports);
  const fits = (slice: Slice): boolean =>
    slice.members.length === 0 || (slice.portsKey === key && slice.members.length < ENDPOINTS_MAX);
  const opened = controller.slices.some(fits) ? controller : openSlice(ctx, controller, ports, touched);
  const home = opened.slices.find(fits);
  if (home === undefined) return opened;
  touched.add(home.name);
  const slices = opened.slices.map((slice) =>
    slice === home ? { ...slice, ports, portsKey: key, members: [...slice.members, pod] } : slice,
  );
  return { ...opened, slices, sliceOf: opened.sliceOf.with(pod, home.name) };
}

function openSlice(
  ctx: Context,
  controller: EndpointSliceController,
  ports: readonly EndpointPort[],
  touched: Set<string>,
): EndpointSliceController {
  const name = `${controller.object.resource.metadata.name}-${randomSuffix(ctx)}`;
  touched.add(name);
  return {
    ...controller,
    slices: [...controller.slices, { name, ports, portsKey: canonical(ports), members: [], isCreated: false }],
  };
}

function write(ctx: Context, controller: EndpointSliceController, name: string): EndpointSliceController {
  const slice = controller.slices.find((candidate) => candidate.name === name);
  if (slice === undefined) return controller;
  if (slice.members.length === 0 && controller.slices.length > 1) {
    const rest = { ...controller, slices: controller.slices.filter((other) => other !== slice) };
    const { namespace } = controller.object.resource.metadata;
    return slice.isCreated
      ? request(ctx, rest, { type: 'delete', ref: { kind: 'EndpointSlice', namespace, name }, actor: ACTOR })
      : rest;
  }
  const resource = sliceResource(controller, slice);
  if (slice.isCreated) return request(ctx, controller, { type: 'update', resource, actor: ACTOR });
  const slices = controller.slices.map((other) => (other === slice ? { ...slice, isCreated: true } : other));
  return requestCreate(ctx, { ...controller, slices }, controller.object, resource, ACTOR);
}

function sliceResource(
  { object, pods, zoneOf }: EndpointSliceController,
  { name, ports, members }: Slice,
): EndpointSliceResource {
  const { resource } = object;
  const headless = resource.spec.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {};
  const labels = {
    ...resource.metadata.labels,
    [SERVICE_NAME_LABEL]: resource.metadata.name,
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    ...headless,
  };
  const meta = metadata(resource.metadata.namespace, name, { labels, ownerReferences: [ownerReference(object)] });
  const endpoints = members.flatMap((member) => {
    const pod = pods.get(member);
    return pod === undefined ? [] : [endpointOf(resource, pod, zoneOf)];
  });
  return makeResource(
    'EndpointSlice',
    meta,
    { addressType: 'IPv4', endpoints, ports: members.length === 0 ? [] : ports },
    resource.source,
  );
}

/** The keeper's view of a Service as stored; undefined for other kinds. */
export function asService(object: StoredObject): StoredObject<ServiceResource> | undefined {
  return isKind(object.resource, 'Service') ? { ...object, resource: object.resource } : undefined;
}
