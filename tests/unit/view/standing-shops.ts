// The shop in no mesh and with sidecars, beside the one in ambient of standing-runs.ts: the same workloads on the same nodes with the
// same calls, so that the three pictures can be compared line by line.

import type { RecordId } from '../../../src/kernel/index.ts';
import type { WireMessage } from '../../../src/trace/index.ts';
import { RunBuilder, type BuiltPod } from './run-builder.ts';
import { asks, beginRequest, end, ok, placeIstiod, placeShop, spiffe, threeNodes } from './shop-parts.ts';

export interface StandingShop {
  readonly run: RunBuilder;
  /** A request that `payments` refuses with 403. */
  readonly refused: RecordId;
  /** The 403 is on its way back. */
  readonly refusedAt: number;
}

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
        to: { ...end(from, from.proxy), port: 15001 },
        link: 'loopback',
        span: 20,
      });
      run.send(out, { toServer: true, message, request });
      const wire = run.connect({
        from: end(from, from.proxy),
        to: { ...end(to, to.proxy), port: 15006 },
        link: 'network',
        span: 300,
        identities: [spiffe(from.base.workload), spiffe('x')],
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
  const machines = threeNodes(run);
  const hasSidecars = containers.length > 1;
  if (hasSidecars) {
    placeIstiod(run, machines[0]!);
    run.write('push', { revision: 1, reason: 'startup', proxies: 0 });
  }
  const { web, orders, payments, mysql } = placeShop(run, machines, () => ({ containers }));
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
    const request = beginRequest(run, from, `http://${to.base.workload}:8080/`);
    const message = asks('GET', '/', to.base.workload);
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
