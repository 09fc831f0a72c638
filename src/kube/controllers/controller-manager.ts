// kube-controller-manager: one watch shared by all controllers, and the way from each event to those it concerns.
import type { Context, EntityId, EntityType } from '../../kernel/index.ts';
import { PersistentMap } from '../../kernel/index.ts';
import type { PodResource, ServiceResource } from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import type { ApiServerId, NodeSpec, StoredObject, WatchEvent } from '../api.ts';
import type { ControllerMessage } from './controller.ts';
import { createDaemonSetController, daemonSetControllerType } from './daemon-set.ts';
import { createDeploymentController, deploymentControllerType } from './deployment.ts';
import type { EndpointSliceMessage } from './endpoint-slices.ts';
import { asService, createEndpointSliceController, endpointSliceControllerType } from './endpoint-slices.ts';
import { isSelected } from './endpoints.ts';
import { createJobController, jobControllerType } from './job.ts';
import { nodeAddress } from '../kubelet/addresses.ts';
import { ensureBalancer } from '../load-balancer/parts.ts';
import type { TargetType } from '../load-balancer/target-type.ts';
import { targetTypeOf } from '../load-balancer/target-type.ts';
import { lateParts } from '../late-parts.ts';
import { createReplicaSetController, deploymentOf, replicaSetControllerType } from './replica-set.ts';
import { createStatefulSetController, statefulSetControllerType } from './stateful-set.ts';

/** Kinds the manager watches. */
export const MANAGED_KINDS = [
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'CronJob',
  'Job',
  'Pod',
  'Service',
] as const;

export interface ControllerManager {
  readonly apiServer: ApiServerId;
  readonly nodes: readonly NodeSpec[];
  readonly zoneOf: ReadonlyMap<string, string>;
  readonly loadBalancers: TargetType | undefined;
  /** Namespace -> its Services, by name. */
  readonly services: ReadonlyMap<string, ReadonlyMap<string, StoredObject<ServiceResource>>>;
  /** Namespace -> its pods, by name. */
  readonly pods: PersistentMap<PersistentMap<StoredObject<PodResource>>>;
}

const controllerManagerType: EntityType<ControllerManager, WatchEvent> = {
  name: 'kube.controller-manager',
  handle(manager, event, ctx) {
    const { resource } = event.object;
    if (isKind(resource, 'Pod')) return podChanged(ctx, manager, event, { ...event.object, resource });
    const service = asService(event.object);
    if (service !== undefined) return serviceChanged(ctx, manager, event, service);
    const own = controllerOf(ctx, manager, event);
    if (own !== undefined)
      ctx.tell(own, event.event === 'DELETED' ? { type: 'object-gone' } : { type: 'object', object: event.object });
    tellOwner(ctx, event);
    return manager;
  },
};

/** Makes the controller manager; subscribe it to MANAGED_KINDS. */
export function createControllerManager(
  ctx: Context,
  apiServer: ApiServerId,
  nodes: readonly NodeSpec[],
  loadBalancers?: TargetType,
): EntityId<WatchEvent> {
  const zoneOf = new Map(nodes.map((node) => [node.name, node.zone]));
  const manager: ControllerManager = {
    apiServer,
    nodes,
    zoneOf,
    loadBalancers,
    services: new Map(),
    pods: PersistentMap.empty(),
  };
  return ctx.create(controllerManagerType, 'controller-manager', manager);
}

/** The controller of a workload; made when the workload is new. */
function controllerOf(
  ctx: Context,
  { apiServer, nodes }: ControllerManager,
  { event, object }: WatchEvent,
): EntityId<ControllerMessage> | undefined {
  const { resource } = object;
  const known = findController(ctx, resource.kind, object.uid);
  if (known !== undefined || event === 'DELETED') return known;
  if (isKind(resource, 'Deployment')) return createDeploymentController(ctx, { ...object, resource }, apiServer);
  if (isKind(resource, 'ReplicaSet')) return createReplicaSetController(ctx, { ...object, resource }, apiServer);
  if (isKind(resource, 'DaemonSet')) return createDaemonSetController(ctx, { ...object, resource }, apiServer, nodes);
  if (isKind(resource, 'StatefulSet'))
    return createStatefulSetController(ctx, { ...object, resource }, apiServer, nodes);
  if (isKind(resource, 'Job')) return createJobController(ctx, { ...object, resource }, apiServer);
  return isKind(resource, 'CronJob')
    ? lateParts().createCronJobController(ctx, { ...object, resource }, apiServer)
    : undefined;
}

function findController(ctx: Context, kind: string, uid: string): EntityId<ControllerMessage> | undefined {
  switch (kind) {
    case 'Deployment':
      return ctx.find(deploymentControllerType, uid);
    case 'ReplicaSet':
      return ctx.find(replicaSetControllerType, uid);
    case 'DaemonSet':
      return ctx.find(daemonSetControllerType, uid);
    case 'StatefulSet':
      return ctx.find(statefulSetControllerType, uid);
    case 'Job':
      return ctx.find(jobControllerType, uid);
    case 'CronJob':
      return lateParts().findCronJobController(ctx, uid);
    default:
      return undefined;
  }
}

/** What a controller made, it hears of. */
function tellOwner(ctx: Context, event: WatchEvent): void {
  const owner = event.object.resource.metadata.ownerReferences?.find((reference) => reference.controller === true);
  const controller = owner === undefined ? undefined : findController(ctx, owner.kind, owner.uid);
  if (controller !== undefined) ctx.tell(controller, { type: 'owned', event });
}

/** A Deployment that recreates its pods goes on when the last of the old ones is gone. Source: deployment_controller.go deletePod. */
function tellRecreated(ctx: Context, { object }: WatchEvent): void {
  const set = object.owner?.kind === 'ReplicaSet' ? object.resource.metadata.ownerReferences?.[0]?.uid : undefined;
  const deployment = set === undefined ? undefined : deploymentOf(ctx, set);
  const controller = deployment === undefined ? undefined : ctx.find(deploymentControllerType, deployment);
  if (controller === undefined) return;
  const spec = ctx.read(deploymentControllerType, controller)?.object.resource.spec;
  if (spec?.strategy.type === 'Recreate') ctx.tell(controller, { type: 'retry' });
}

function podChanged(
  ctx: Context,
  manager: ControllerManager,
  event: WatchEvent,
  object: StoredObject<PodResource>,
): ControllerManager {
  tellOwner(ctx, event);
  const { namespace, name, labels } = object.resource.metadata;
  const isGone = event.event === 'DELETED';
  if (isGone) tellRecreated(ctx, event);
  const home = manager.pods.get(namespace) ?? PersistentMap.empty<StoredObject<PodResource>>();
  const before = home.get(name)?.resource.metadata.labels;
  const services = manager.services.get(namespace) ?? noServices;
  const selecting = servicesSelecting(services, labels);
  const concerned =
    before === undefined || before === labels
      ? selecting
      : [...services.values()].filter((service) => selecting.includes(service) || isSelected(service.resource, before));
  for (const service of concerned) tellSlices(ctx, service, { type: 'pod', object, isGone });
  return { ...manager, pods: manager.pods.with(namespace, isGone ? home.without(name) : home.with(name, object)) };
}

type Services = ReadonlyMap<string, StoredObject<ServiceResource>>;
type Labels = Readonly<Record<string, string>>;

const noServices: Services = new Map();
/** By the Services of a namespace and a pod's labels, which stay through most of what happens to it. */
const selections = new WeakMap<Services, WeakMap<Labels, readonly StoredObject<ServiceResource>[]>>();

function servicesSelecting(services: Services, labels: Labels): readonly StoredObject<ServiceResource>[] {
  let byLabels = selections.get(services);
  if (byLabels === undefined) selections.set(services, (byLabels = new WeakMap()));
  let selecting = byLabels.get(labels);
  if (selecting === undefined) {
    selecting = [...services.values()].filter(({ resource }) => isSelected(resource, labels));
    byLabels.set(labels, selecting);
  }
  return selecting;
}

function tellSlices(ctx: Context, service: StoredObject<ServiceResource>, message: EndpointSliceMessage): void {
  const slices = ctx.find(endpointSliceControllerType, service.uid);
  if (slices !== undefined) ctx.tell(slices, message);
}

function serviceChanged(
  ctx: Context,
  manager: ControllerManager,
  { event }: WatchEvent,
  service: StoredObject<ServiceResource>,
): ControllerManager {
  const { namespace, name } = service.resource.metadata;
  const home = new Map(manager.services.get(namespace));
  const before = home.get(name);
  if (event === 'DELETED') {
    tellSlices(ctx, service, { type: 'service-gone' });
    home.delete(name);
    return { ...manager, services: new Map(manager.services).set(namespace, home) };
  }
  const slices =
    ctx.find(endpointSliceControllerType, service.uid) ??
    createEndpointSliceController(ctx, service, manager.apiServer, manager.zoneOf);
  ctx.tell(slices, { type: 'service', object: service });
  balance(ctx, manager, service);
  // A new selector may pick pods that are there already.
  if (before?.resource.spec !== service.resource.spec) {
    for (const object of manager.pods.get(namespace)?.values() ?? []) {
      if (isSelected(service.resource, object.resource.metadata.labels))
        ctx.tell(slices, { type: 'pod', object, isGone: false });
    }
  }
  home.set(name, service);
  return { ...manager, services: new Map(manager.services).set(namespace, home) };
}

/** A Service that wants a load balancer which is acted out gets one. */
function balance(ctx: Context, manager: ControllerManager, object: StoredObject<ServiceResource>): void {
  const { apiServer, loadBalancers: byDefault, nodes: specs } = manager;
  if (targetTypeOf(object.resource, byDefault) === undefined) return;
  const nodes = new Map(
    specs.map(({ name }, index) => [name, { address: nodeAddress(index + 1), state: 'True' } as const]),
  );
  ensureBalancer(ctx, { apiServer, byDefault, object, nodes });
}
