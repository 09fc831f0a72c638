// Few clusters have load balancers with targets: the code that acts them out comes late, with Envoys (mesh/envoys.ts). What is here is
// all that the rest of Kubernetes knows of them.
import type { Context, MachineOutline } from '../../kernel/index.ts';
import { assert } from '../../kernel/index.ts';
import type { Resource, ServiceResource } from '../../manifests/index.ts';
import type { ApiServerId, StoredObject } from '../api.ts';
import type { GivenTable } from '../network/kube-proxy.ts';
import type { Objects } from '../store/objects.ts';
import type { TargetType } from './target-type.ts';
import type { BalancerNode } from './wanted.ts';

/** A load balancer as it begins. */
export interface NewBalancer {
  readonly apiServer: ApiServerId;
  readonly byDefault: TargetType | undefined;
  readonly object: StoredObject<ServiceResource>;
  /** By name. */
  readonly nodes: ReadonlyMap<string, BalancerNode>;
}

export interface BalancerParts {
  /** Makes the load balancer of a Service unless it has one. */
  ensure(ctx: Context, balancer: NewBalancer): void;
  /** A new object, with the readiness gates that load balancers give it if it is a pod behind them. */
  withGates(objects: Objects, resource: Resource, byDefault: TargetType | undefined): Resource;
  /** Where each sends connections now. */
  tables(ctx: Context): readonly GivenTable[];
  readonly machines: readonly MachineOutline[];
}

let provided: BalancerParts | undefined;

/** Once, before anything runs that may have one. */
export function provideBalancers(parts: BalancerParts): void {
  provided = parts;
}

export function ensureBalancer(ctx: Context, balancer: NewBalancer): void {
  assert(provided !== undefined, 'load balancers are provided before a cluster has one');
  provided.ensure(ctx, balancer);
}

export function withTargetGates(objects: Objects, resource: Resource, byDefault: TargetType | undefined): Resource {
  return provided?.withGates(objects, resource, byDefault) ?? resource;
}

export function balancerTables(ctx: Context): readonly GivenTable[] {
  return provided?.tables(ctx) ?? [];
}

/** Their lives, as they are drawn; none while there can be none. */
export function balancerMachines(): readonly MachineOutline[] {
  return provided?.machines ?? [];
}
