// The load balancer of one Service, with the controller that keeps it: learns of nodes or endpoints by watches of its own, registers and
// deregisters targets, opens the readiness gates of pods whose target is healthy, and sends clients from outside to targets.
// Source: kubernetes-sigs/aws-load-balancer-controller@v3.5: pkg/backend/endpoint_resolver.go, pkg/targetgroupbinding/resource_manager.go;
// AWS, Network Load Balancers. Simplified: targets of every zone take everybody's connections (cross-zone load balancing).
// Not modelled: making the load balancer itself takes no time; idle connections are never forgotten (350 s); UDP.
import type { Context, EntityId, EntityType } from '../../kernel/index.ts';
import { GONE, micros } from '../../kernel/index.ts';
import type { Address, Translation } from '../../host/index.ts';
import { formatAddress, resetFlows } from '../../host/index.ts';
import type { PodResource } from '../../manifests/index.ts';
import { isKind, refOf } from '../../manifests/index.ts';
import { record } from '../../trace/index.ts';
import type { StoredObject, WatchEvent } from '../api.ts';
import { apiRequest, controllerSync, watchDelivery } from '../facts.ts';
import type { GivenTable } from '../network/kube-proxy.ts';
import { outsideTable } from '../network/kube-proxy.ts';
import { noBackends, withSlice } from '../network/service-backends.ts';
import { nodeStateOf } from '../nodes/node-object.ts';
import { serviceOfSlice } from '../store/objects.ts';
import { externalAddress } from '../store/service-address.ts';
import { balancerPoll } from './facts.ts';
import { gateOf } from './gate.ts';
import type { BalancerMessage, TargetMessage, TargetState } from './messages.ts';
import type { NewBalancer } from './parts.ts';
import { balancerSettings } from './settings.ts';
import { createTarget } from './target.ts';
import type { Knowledge, WantedTarget } from './wanted.ts';
import { wantedTargets } from './wanted.ts';

interface KnownTarget extends WantedTarget {
  readonly entity: EntityId<TargetMessage>;
  readonly state: TargetState;
}

export interface Balancer extends Knowledge, NewBalancer {
  /** By port and address. */
  readonly targets: ReadonlyMap<string, KnownTarget>;
  readonly isQueued: boolean;
  readonly isPolling: boolean;
}

export const balancerType: EntityType<Balancer, BalancerMessage> = {
  name: 'kube.load-balancer',
  keys: ({ object }) => [object.uid],
  handle(balancer, message, ctx) {
    switch (message.type) {
      case 'watch':
        return learn(ctx, balancer, message);
      case 'sync':
        return sync(ctx, { ...balancer, isQueued: false });
      case 'poll':
        return openGates(ctx, { ...balancer, isPolling: false });
      case 'target':
        return targetChanged(ctx, balancer, message);
    }
  },
};

/** Makes the load balancer of a Service, which watches for itself. */
export function createBalancer(ctx: Context, balancer: NewBalancer): void {
  const settings = balancerSettings(balancer.object.resource, balancer.byDefault);
  if (settings === undefined) return;
  const { metadata } = balancer.object.resource;
  const path = `load-balancer/${metadata.namespace}/${metadata.name}~${balancer.object.incarnation}`;
  const id = ctx.create(balancerType, path, {
    ...balancer,
    settings,
    backends: { ...noBackends, service: balancer.object.resource },
    pods: new Map(),
    targets: new Map(),
    isQueued: false,
    isPolling: false,
  });
  const kinds = settings.targets === 'ip' ? ['Service', 'EndpointSlice', 'Node', 'Pod'] : ['Service', 'Node'];
  ctx.tell(balancer.apiServer, { type: 'subscribe', kinds, watcher: id, delay: watchDelivery });
}

function nameOf({ object }: Balancer): string {
  return `${object.resource.metadata.namespace}/${object.resource.metadata.name}`;
}

// --- what it hears of

function learn(ctx: Context, balancer: Balancer, { event, object }: WatchEvent): Balancer | typeof GONE {
  const { resource } = object;
  const { namespace } = balancer.object.resource.metadata;
  const isGone = event === 'DELETED';
  if (isKind(resource, 'Service')) {
    if (object.uid !== balancer.object.uid) return balancer;
    const settings = balancerSettings(resource, balancer.byDefault);
    if (isGone || settings === undefined) return close(ctx, balancer);
    const backends = { ...balancer.backends, service: resource };
    return queue(ctx, { ...balancer, object: { ...object, resource }, settings, backends });
  }
  if (isKind(resource, 'EndpointSlice')) {
    if (serviceOfSlice(resource) !== nameOf(balancer)) return balancer;
    return queue(ctx, { ...balancer, backends: withSlice(balancer.backends, resource, isGone) });
  }
  if (isKind(resource, 'Pod')) {
    if (resource.metadata.namespace !== namespace) return balancer;
    const pods = new Map(balancer.pods);
    if (isGone) pods.delete(resource.metadata.name);
    else pods.set(resource.metadata.name, { ...object, resource });
    return queue(ctx, { ...balancer, pods });
  }
  const node = nodeStateOf(object);
  const known = node === undefined ? undefined : balancer.nodes.get(node.name);
  if (node === undefined || known === undefined) return balancer;
  const nodes = new Map(balancer.nodes);
  nodes.set(node.name, { ...known, state: isGone ? 'gone' : node.state.ready });
  return queue(ctx, { ...balancer, nodes });
}

function queue(ctx: Context, balancer: Balancer): Balancer {
  if (balancer.isQueued) return balancer;
  ctx.schedule(controllerSync, ctx.self as EntityId<BalancerMessage>, { type: 'sync' });
  return { ...balancer, isQueued: true };
}

/** Its Service is gone, and so is every connection through it. Pods that waited for it need not any more. */
function close(ctx: Context, balancer: Balancer): typeof GONE {
  resetFlows(ctx, nameOf(balancer), undefined);
  const gate = gateOf(balancer.object.resource);
  for (const pod of balancer.pods.values()) if (waitsFor(pod, gate)) openGate(ctx, balancer, pod, gate, true);
  ctx.tell(balancer.apiServer, { type: 'unsubscribe', watcher: ctx.self as EntityId<WatchEvent> });
  publish(ctx, { ...balancer, targets: new Map() }, true);
  return GONE;
}

// --- targets

/** Registers what is wanted and no target, deregisters what is a target and not wanted. */
function sync(ctx: Context, balancer: Balancer): Balancer {
  const { settings } = balancer;
  const wanted = new Map(wantedTargets(balancer).map((target) => [keyOf(target), target]));
  const targets = new Map(balancer.targets);
  for (const [key, { entity, state }] of targets) {
    const isLeaving = state === 'leaving' || state === 'draining';
    if (wanted.has(key) && isLeaving) ctx.tell(entity, { type: 'REGISTER' });
    if (!wanted.has(key) && !isLeaving) ctx.tell(entity, { type: 'DEREGISTER' });
  }
  for (const [key, target] of wanted) {
    if (targets.has(key)) continue;
    const entity = createTarget(ctx, { service: nameOf(balancer), ...target, settings });
    ctx.tell(entity, { type: 'begin' });
    targets.set(key, { ...target, entity, state: 'registering' });
  }
  return poll(ctx, publish(ctx, { ...balancer, targets }, false));
}

function keyOf({ port, address }: WantedTarget): string {
  return `${port}/${formatAddress(address)}`;
}

function targetChanged(
  ctx: Context,
  balancer: Balancer,
  { target, state }: Extract<BalancerMessage, { type: 'target' }>,
): Balancer {
  const targets = new Map(balancer.targets);
  for (const [key, known] of balancer.targets) {
    if (known.entity !== target) continue;
    if (state === 'unused') targets.delete(key);
    else targets.set(key, { ...known, state });
  }
  // A target that left may be wanted again by now.
  const next = publish(ctx, { ...balancer, targets }, false);
  return state === 'unused' ? queue(ctx, next) : next;
}

/** Tells the world outside where connections go from now on. */
function publish(ctx: Context, balancer: Balancer, isGone: boolean): Balancer {
  const service = nameOf(balancer);
  const targets = [...balancer.targets.values()];
  const ready = targets.filter(({ state }) => state === 'healthy').length;
  ctx.cause = record(ctx, 'endpoints', { consumer: 'load-balancer', service, ready, total: targets.length });
  const outside = outsideTable(ctx);
  if (outside !== undefined)
    ctx.tell(outside, isGone ? { type: 'given', service, table: undefined } : tableOf(balancer));
  return balancer;
}

/** Where it sends connections now. */
export function tableOf(balancer: Balancer): GivenTable {
  return { type: 'given', service: nameOf(balancer), table: translationsOf(balancer) };
}

/** The Service's address outside, port by port, and the targets that take new connections. */
function translationsOf(balancer: Balancer): readonly (readonly [string, Translation])[] {
  const { resource } = balancer.object;
  const ip = externalAddress(resource);
  if (ip === undefined) return [];
  const { keepsClient, sendsHeader } = balancer.settings;
  const source = keepsClient ? undefined : ip;
  return resource.spec.ports.map(({ port }) => [
    formatAddress({ ip, port }),
    { name: nameOf(balancer), endpoints: inRotation(balancer, port), balancer: { source, sendsHeader } },
  ]);
}

/** Those that are healthy, and those of which not all of it knows yet that they leave. When nobody is healthy: everybody. */
function inRotation({ targets }: Balancer, port: number): readonly Address[] {
  const own = [...targets.values()].filter((target) => target.port === port);
  const well = own.filter(({ state }) => state === 'healthy' || state === 'leaving');
  const taken = well.some(({ state }) => state === 'healthy')
    ? well
    : own.filter(({ state }) => state === 'unhealthy' || state === 'leaving');
  return taken.map(({ address }) => address);
}

// --- readiness gates

function waitsFor({ resource, status }: StoredObject<PodResource>, gate: string): boolean {
  const isGated = (resource.spec.readinessGates ?? []).some(({ conditionType }) => conditionType === gate);
  return isGated && !(status?.kind === 'Pod' && status.gates[gate] === true);
}

/** While pods wait for their targets, the controller looks again and again. */
function poll(ctx: Context, balancer: Balancer): Balancer {
  const gate = gateOf(balancer.object.resource);
  if (balancer.isPolling || !pods(balancer).some((pod) => waitsFor(pod, gate))) return balancer;
  const wait = micros(ctx.span(balancerPoll) + 1);
  ctx.scheduleAt(balancerPoll, wait, ctx.self as EntityId<BalancerMessage>, { type: 'poll' });
  return { ...balancer, isPolling: true };
}

/** Pods behind a target of it. */
function pods({ targets, pods: known }: Balancer): readonly StoredObject<PodResource>[] {
  const names = new Set([...targets.values()].map(({ pod }) => pod));
  return [...known].flatMap(([name, pod]) => (names.has(name) ? [pod] : []));
}

/** A gate opens when every target of its pod is healthy. Until then its condition is False. */
function openGates(ctx: Context, balancer: Balancer): Balancer {
  const gate = gateOf(balancer.object.resource);
  for (const pod of pods(balancer)) {
    if (!waitsFor(pod, gate)) continue;
    const own = [...balancer.targets.values()].filter((target) => target.pod === pod.resource.metadata.name);
    const isHealthy = own.every(({ state }) => state === 'healthy');
    if (isHealthy || !(pod.status?.kind === 'Pod' && gate in pod.status.gates))
      openGate(ctx, balancer, pod, gate, isHealthy);
  }
  return poll(ctx, balancer);
}

function openGate(
  ctx: Context,
  { apiServer }: Balancer,
  { resource }: StoredObject<PodResource>,
  condition: string,
  isTrue: boolean,
): void {
  const actor = 'aws-load-balancer-controller';
  ctx.schedule(apiRequest, apiServer, { type: 'pod-condition', ref: refOf(resource), condition, isTrue, actor });
}
