// The shop in no mesh and with sidecars, beside the one in ambient of standing-runs.ts: the same workloads on the same nodes with the
// same calls, so that the three pictures can be compared line by line.

import type { RecordId } from '../../../src/kernel/index.ts';
import type { WireMessage } from '../../../src/trace/index.ts';
import { RunBuilder, type BuiltPod, type Machine } from './run-builder.ts';

export interface StandingShop {
  readonly run: RunBuilder;
  /** A request that `payments` refuses with 403. */
  readonly refused: RecordId;
  /** The 403 is on its way back. */
  readonly refusedAt: number;
}

const ok: WireMessage = { layer: 'http1', response: { status: 200, headers: [] } };
const forbidden: WireMessage = { layer: 'http1', response: { status: 403, headers: [] } };

/** Applications speak to each other directly. */
export function plainShop(): StandingShop {
  return shop({
    containers: ['app'],
    travel: (run, from, to, { request, message, answer }) => {
      const wire = run.connect({ from: end(from), to: { ...end(to), port: 8080 }, link: 'network', span: 300 });
      run.send(wire, { toServer: true, message, request });
      const at = run.now + 150;
      run.send(wire, { toServer: false, message: answer, request });
      return at;
    },
  });
}

/** From application to Envoy, from Envoy to Envoy in mutual TLS, from Envoy to application. */
export function sidecarShop(): StandingShop {
  return shop({
    containers: ['istio-init', 'istio-proxy', 'app'],
    travel: (run, from, to, { request, message, answer }) => {
      const out = run.connect({
        from: end(from),
        to: { process: from.proxy, netns: from.netns, address: from.address, port: 15001 },
        link: 'loopback',
        span: 20,
      });
      run.send(out, { toServer: true, message, request });
      const wire = run.connect({
        from: { ...end(from), process: from.proxy },
        to: { process: to.proxy, netns: to.netns, address: to.address, port: 15006 },
        link: 'network',
        span: 300,
        identities: [`spiffe://cluster.local/ns/shop/sa/${from.base.workload}`, 'spiffe://cluster.local/ns/shop/sa/x'],
      });
      run.send(wire, { toServer: true, message, request, encrypted: true });
      if (answer === ok) {
        const last = run.connect({
          from: { process: to.proxy, netns: to.netns, address: '127.0.0.6' },
          to: { ...end(to), port: 8080 },
          link: 'loopback',
          span: 20,
        });
        run.send(last, { toServer: true, message, request });
        run.send(last, { toServer: false, message: answer, request });
      }
      const at = run.now + 150;
      run.send(wire, { toServer: false, message: answer, request, encrypted: true });
      run.send(out, { toServer: false, message: answer, request });
      return at;
    },
  });
}

interface Exchange {
  readonly request: RecordId;
  readonly message: WireMessage;
  readonly answer: WireMessage;
}

interface Kind {
  readonly containers: readonly string[];
  /** The packets of a request; the instant at which its answer is half way between the pods. */
  readonly travel: (run: RunBuilder, from: BuiltPod, to: BuiltPod, exchange: Exchange) => number;
}

function shop({ containers, travel }: Kind): StandingShop {
  const run = new RunBuilder();
  const machines = ['node-1', 'node-2', 'node-3'].map((name, at) => run.node(name, `zone-${'abc'[at] ?? ''}`));
  const hasSidecars = containers.length > 1;
  if (hasSidecars) controlPlane(run, machines);
  const place = (workload: string, at: number): BuiltPod =>
    run.pod(workload === 'mysql' ? 'mysql-0' : `${workload}-6d5f-${'xkq'[at] ?? ''}2m9`, {
      workload,
      node: machines[at]!,
      containers,
    });
  const web = [0, 1, 2].map((at) => place('web', at));
  const orders = [0, 1, 2].map((at) => place('orders', at));
  const payments = [0, 1].map((at) => place('payments', at));
  const mysql = place('mysql', 2);
  if (hasSidecars) {
    // All but the last proxy have received the second revision when it is looked at.
    const proxies = [...web, ...orders, ...payments, mysql];
    for (const { proxy } of proxies) run.write('configured', { process: proxy, revision: 1, what: 'sidecar' });
    run.wait(1_000).write('push', { revision: 2, reason: 'Deployment/shop/web', proxies: proxies.length });
    for (const { proxy } of proxies.slice(0, -1))
      run.write('configured', { process: proxy, revision: 2, what: 'sidecar' });
  }
  run.wait(500_000);
  const ask = (from: BuiltPod, to: BuiltPod, answer: WireMessage) => {
    const request = run.write('request', {
      process: from.app,
      netns: from.netns,
      protocol: 'http',
      method: 'GET',
      url: `http://${to.base.workload}:8080/`,
      source: from.name,
      tag: '',
    });
    const message: WireMessage = {
      layer: 'http1',
      request: { method: 'GET', path: '/', authority: to.base.workload, headers: [] },
    };
    const at = travel(run, from, to, { request, message, answer });
    const isOk = answer === ok;
    run.write(
      'response',
      {
        request,
        result: isOk ? '200' : '403',
        status: isOk ? 200 : 403,
        ok: isOk,
        latency: 900 as never,
        detail: isOk ? '' : 'RBAC: access denied',
      },
      { cause: request },
    );
    run.wait(20_000);
    return { request, at };
  };
  for (const [from, to] of [
    [0, 1],
    [1, 1],
    [2, 2],
  ] as const)
    ask(web[from]!, orders[to]!, ok);
  for (const [from, to] of [
    [1, 0],
    [2, 1],
  ] as const)
    ask(orders[from]!, payments[to]!, ok);
  ask(payments[1]!, mysql, ok);
  // A call back, and one that skips a column.
  ask(orders[0]!, web[2]!, ok);
  ask(web[0]!, payments[1]!, ok);
  for (let times = 0; times < 2; times += 1) ask(orders[1]!, payments[0]!, forbidden);
  const refused = ask(orders[2]!, payments[0]!, forbidden);
  run.wait(100_000).write('marker', { name: 'the end' });
  return { run, refused: refused.request, refusedAt: refused.at };
}

function controlPlane(run: RunBuilder, machines: readonly Machine[]): void {
  run.pod('istiod-6c4b', {
    workload: 'istiod',
    namespace: 'istio-system',
    node: machines[0]!,
    containers: ['discovery'],
    program: 'istiod',
  });
  run.write('push', { revision: 1, reason: 'startup', proxies: 0 });
}

function end(pod: BuiltPod) {
  return { process: pod.app, netns: pod.netns, address: pod.address };
}
