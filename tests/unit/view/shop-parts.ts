// What the standing shops have in common, whatever mesh they are in: three nodes, istiod, the workloads in their places, and the words
// they say to each other.

import type { AnyEntityId, RecordId } from '../../../src/kernel/index.ts';
import type { WireMessage } from '../../../src/trace/index.ts';
import type { BuiltPod, Machine, PodOptions, RunBuilder } from './run-builder.ts';

export const ok: WireMessage = { layer: 'http1', response: { status: 200, headers: [] } };

export function asks(method: string, path: string, authority: string): WireMessage {
  return { layer: 'http1', request: { method, path, authority, headers: [] } };
}

export function spiffe(account: string): string {
  return `spiffe://cluster.local/ns/shop/sa/${account}`;
}

export function threeNodes(run: RunBuilder): readonly Machine[] {
  return ['node-1', 'node-2', 'node-3'].map((name, at) => run.node(name, `zone-${'abc'[at] ?? ''}`));
}

export function placeIstiod(run: RunBuilder, node: Machine): BuiltPod {
  return run.pod('istiod-6c4b', {
    workload: 'istiod',
    namespace: 'istio-system',
    node,
    containers: ['discovery'],
    program: 'istiod',
  });
}

export interface ShopPods {
  readonly web: readonly BuiltPod[];
  readonly orders: readonly BuiltPod[];
  readonly payments: readonly BuiltPod[];
  readonly mysql: BuiltPod;
}

/** web and orders on every node, payments on the first two, mysql on the last. `more`: what the mesh adds to a pod. */
export function placeShop(
  run: RunBuilder,
  machines: readonly Machine[],
  more: (workload: string, at: number) => Partial<PodOptions>,
): ShopPods {
  const place = (workload: string, at: number): BuiltPod =>
    run.pod(workload === 'mysql' ? 'mysql-0' : `${workload}-6d5f-${'xkq'[at] ?? ''}2m9`, {
      workload,
      node: machines[at]!,
      ...more(workload, at),
    });
  const web = [0, 1, 2].map((at) => place('web', at));
  const orders = [0, 1, 2].map((at) => place('orders', at));
  const payments = [0, 1].map((at) => place('payments', at));
  return { web, orders, payments, mysql: place('mysql', 2) };
}

/** An application begins to ask. */
export function beginRequest(run: RunBuilder, from: BuiltPod, url: string, method = 'GET'): RecordId {
  const { app: process, netns, name: source } = from;
  return run.write('request', { process, netns, protocol: 'http', method, url, source, tag: '' });
}

/** One side of a connection: the pod's application, or another process in its network namespace. */
export function end(pod: BuiltPod, process: AnyEntityId = pod.app) {
  return { process, netns: pod.netns, address: pod.address };
}
