// Two runs that the view tests look at: the shop in ambient, and a pair of pods with sidecars. Short, plausible, and complete:
// start, control plane, tunnels, plaintext, a kill, a failure, an edit.

import type { AnyEntityId, RecordId } from '../../../src/kernel/index.ts';
import type { DecisionInput, HttpRequestHead, Origin } from '../../../src/trace/index.ts';
import { NONE, RunBuilder, type BuiltConnection, type BuiltPod, type Machine } from './run-builder.ts';
import { asks, beginRequest, end, ok, placeIstiod, placeShop, spiffe, threeNodes } from './shop-parts.ts';

const origin: Origin = {
  kind: 'HTTPRoute',
  namespace: 'shop',
  name: 'payments',
  path: 'route.yaml',
  revision: 1,
  range: [15, 5, 15, 40],
};

function get(path: string, authority: string): HttpRequestHead {
  return { method: 'GET', path, authority, headers: [] };
}
function decide(
  run: RunBuilder,
  point: string,
  subject: AnyEntityId,
  connection: AnyEntityId,
  request: RecordId,
  chosen: string,
  from?: Origin,
): RecordId {
  const input: DecisionInput = { destination: chosen };
  return run.write(
    'decision',
    { point, subject, connection, request, chosen, input, configuration: 1, origin: from ?? {} },
    { cause: request },
  );
}

function controlPlane(
  run: RunBuilder,
  machines: readonly Machine[],
): { readonly istiod: BuiltPod; readonly ztunnels: readonly BuiltPod[] } {
  const istiod = placeIstiod(run, machines[0]!);
  const ztunnels = machines.map((node) =>
    run.pod(`ztunnel-${node.name}`, {
      workload: 'ztunnel',
      namespace: 'istio-system',
      node,
      containers: ['ztunnel'],
      program: 'ztunnel',
    }),
  );
  for (const ztunnel of ztunnels) {
    const from = end(ztunnel);
    const xds = run.connect({
      from,
      to: { ...end(istiod), port: 15012 },
      link: 'network',
      span: 200,
      identities: [spiffe('ztunnel'), spiffe('istiod')],
    });
    run.write('certificate', { process: ztunnel.app, identity: spiffe('web'), event: 'issued', detail: '24 h' });
    run.send(xds, {
      toServer: false,
      message: { layer: 'http2', frames: [{ frame: 'DATA', grpc: 'DeltaDiscoveryResponse', end: false }] },
      encrypted: true,
    });
    run.write('configured', { process: ztunnel.app, revision: 1, what: 'workloads' });
  }
  run.write('push', { revision: 1, reason: 'startup', proxies: ztunnels.length });
  return { istiod, ztunnels };
}

interface Tunnels {
  /** HBONE from one pod to another, opened once and kept. */
  readonly open: Map<string, BuiltConnection>;
}

/** One request from pod to pod through both ztunnels; returns its record. */
function ambientRequest(run: RunBuilder, tunnels: Tunnels, from: BuiltPod, to: BuiltPod): RecordId {
  const request = beginRequest(run, from, `http://${to.base.workload}:8080/`);
  const begin = run.now;
  const inner = asks('GET', '/', to.base.workload);
  const app = run.connect({
    from: end(from),
    to: { ...end(from, from.proxy), port: 15001 },
    dialled: '10.96.0.31:8080',
    link: 'loopback',
    span: 20,
    cause: request,
  });
  run.write('captured', { connection: app.connection, netns: from.netns, rule: 'ambient.OUTPUT.6', port: 15001 });
  run.send(app, { toServer: true, message: inner, request });
  decide(run, 'ztunnel.outbound', from.proxy, app.connection, request, `HBONE ${to.address}:15008`, origin);
  const key = `${from.pod}>${to.pod}`;
  let tunnel = tunnels.open.get(key);
  if (tunnel === undefined) {
    tunnel = run.connect({
      from: end(from, from.proxy),
      to: { ...end(to, to.proxy), port: 15008 },
      link: from.node === to.node ? 'node' : 'network',
      span: from.node === to.node ? 60 : 300,
      identities: [spiffe(from.base.workload), spiffe(to.base.workload)],
      cause: request,
    });
    tunnels.open.set(key, tunnel);
    run.send(tunnel, {
      toServer: true,
      message: {
        layer: 'http2',
        frames: [
          {
            frame: 'HEADERS',
            request: { method: 'CONNECT', path: '', authority: `${to.address}:8080`, headers: [] },
            end: false,
          },
        ],
      },
      request,
      encrypted: true,
    });
    decide(run, 'ztunnel.inbound', to.proxy, tunnel.connection, request, 'ALLOW');
    run.send(tunnel, {
      toServer: false,
      message: { layer: 'http2', frames: [{ frame: 'HEADERS', response: { status: 200, headers: [] }, end: false }] },
      request,
      encrypted: true,
    });
  }
  run.send(tunnel, {
    toServer: true,
    message: { layer: 'http2', frames: [{ frame: 'DATA', inner, end: false }] },
    request,
    encrypted: true,
  });
  const last = run.connect({
    from: { process: to.proxy, netns: to.netns, address: from.address },
    to: { ...end(to), port: 8080 },
    link: 'loopback',
    span: 20,
    cause: request,
  });
  run.send(last, { toServer: true, message: inner, request });
  run.write('served', {
    request,
    process: to.app,
    status: 200,
    protocol: 'http/1.1',
    peer: spiffe(from.base.workload),
  });
  run.send(last, { toServer: false, message: ok, request });
  run.send(tunnel, {
    toServer: false,
    message: { layer: 'http2', frames: [{ frame: 'DATA', inner: ok, end: false }] },
    request,
    encrypted: true,
  });
  run.send(app, { toServer: false, message: ok, request });
  run.write(
    'response',
    { request, result: '200', status: 200, ok: true, latency: (run.now - begin) as never, detail: '' },
    { cause: request },
  );
  run.close(app);
  run.close(last);
  return request;
}

export interface Shop {
  readonly run: RunBuilder;
  readonly requests: { readonly cold: RecordId; readonly warm: RecordId; readonly failed: RecordId };
  readonly web: BuiltPod;
  readonly payments: BuiltPod;
  readonly mysql: BuiltPod;
}

/** Three nodes, istiod, a ztunnel each; web, orders, payments enrolled, mysql not; one payments pod is killed under load. */
export function ambientShop(): Shop {
  const run = new RunBuilder();
  const machines = threeNodes(run);
  const { ztunnels } = controlPlane(run, machines);
  const { web, orders, payments, mysql } = placeShop(run, machines, (workload, at) =>
    workload === 'mysql' ? {} : { proxy: ztunnels[at]!.app },
  );

  run.wait(1_000_000);
  const tunnels: Tunnels = { open: new Map() };
  const cold = ambientRequest(run, tunnels, web[0]!, orders[1]!);
  run.wait(100_000);
  const warm = ambientRequest(run, tunnels, web[0]!, orders[1]!);
  for (const [from, to] of [
    [0, 0],
    [1, 1],
    [1, 2],
    [2, 0],
    [2, 2],
  ] as const) {
    run.wait(20_000);
    ambientRequest(run, tunnels, web[from]!, orders[to]!);
  }
  for (const [from, to] of [
    [0, 0],
    [1, 1],
    [2, 0],
  ] as const) {
    run.wait(20_000);
    ambientRequest(run, tunnels, orders[from]!, payments[to]!);
  }
  const sql = run.connect({
    from: end(payments[1]!, payments[1]!.proxy),
    to: { ...end(mysql), port: 3307 },
    link: 'network',
    span: 320,
  });
  run.send(sql, { toServer: false, message: { layer: 'bytes', what: 'mysql greeting' } });

  run.wait(300_000);
  const killed = payments[0]!;
  const input = run.write('input', { action: 'kill-pod', subject: `shop/${killed.name}`, detail: '' });
  run.write(
    'container',
    {
      pod: killed.pod,
      name: 'app',
      role: 'app',
      state: 'terminated',
      reason: 'Error',
      exitCode: 137,
      restarts: 0,
      process: killed.app,
    },
    { cause: input },
  );
  run.write(
    'process',
    { process: killed.app, netns: killed.netns, program: 'app', event: 'exited', detail: '137' },
    { cause: input },
  );
  run.write('pod', { ...killed.base, node: killed.node.node, phase: 'Running', ready: false }, { cause: input });
  run.wait(5_000);
  const from = orders[2]!;
  const request = beginRequest(run, from, 'http://payments:8080/charge', 'POST');
  const app = run.connect({
    from: end(from),
    to: { ...end(from, from.proxy), port: 15001 },
    dialled: '10.96.0.40:8080',
    link: 'loopback',
    span: 20,
    cause: request,
  });
  const message = asks('POST', '/charge', 'payments');
  run.send(app, { toServer: true, message, request });
  decide(run, 'ztunnel.outbound', from.proxy, app.connection, request, `HBONE ${killed.address}:15008`);
  const tunnel = tunnels.open.get(`${from.pod}>${killed.pod}`)!;
  run.send(tunnel, {
    toServer: true,
    message: { layer: 'http2', frames: [{ frame: 'DATA', inner: message, end: false }] },
    request,
    encrypted: true,
  });
  const last = run.connect({
    from: { process: killed.proxy, netns: killed.netns, address: from.address },
    to: { process: NONE, netns: killed.netns, address: killed.address, port: 8080 },
    link: 'loopback',
    span: 20,
    cause: request,
  });
  decide(run, 'ztunnel.inbound', killed.proxy, last.connection, request, 'reset');
  run.send(tunnel, {
    toServer: false,
    message: { layer: 'http2', frames: [{ frame: 'RST_STREAM', error: 'CANCEL' }] },
    request,
    encrypted: true,
  });
  const reset = run.send(app, { toServer: false, message: { layer: 'tcp', flag: 'RST' }, request });
  run.close(app, 'RST');
  run.write(
    'response',
    { request, result: 'reset', status: 0, ok: false, latency: 1_400 as never, detail: 'connection reset by peer' },
    { cause: reset },
  );
  run.wait(400_000).write('marker', { name: 'the end' });
  return { run, requests: { cold, warm, failed: request }, web: web[0]!, payments: killed, mysql };
}

/** Two pods with sidecars and one without; the second request is plaintext to the pod outside the mesh. */
export function sidecarPair(): {
  readonly run: RunBuilder;
  readonly request: RecordId;
  readonly web: BuiltPod;
  readonly orders: BuiltPod;
} {
  const run = new RunBuilder();
  const machines = ['node-1', 'node-2'].map((name) => run.node(name, ''));
  placeIstiod(run, machines[0]!);
  const containers = ['istio-init', 'istio-proxy', 'app'];
  const web = run.pod('web-7f9c-x2m9q', { workload: 'web', node: machines[0]!, containers });
  const orders = run.pod('orders-6d5f-k2m9v', { workload: 'orders', node: machines[1]!, containers });
  run.wait(500_000);
  const request = beginRequest(run, web, 'http://orders:8080/');
  const message = asks('GET', '/', 'orders');
  const out = run.connect({
    from: end(web),
    to: { ...end(web, web.proxy), port: 15001 },
    dialled: '10.96.0.31:8080',
    link: 'loopback',
    span: 20,
    cause: request,
  });
  run.send(out, { toServer: true, message, request });
  decide(
    run,
    'envoy.route',
    web.proxy,
    out.connection,
    request,
    'outbound|8080||orders.shop.svc.cluster.local',
    origin,
  );
  const wire = run.connect({
    from: end(web, web.proxy),
    to: { ...end(orders, orders.proxy), port: 15006 },
    link: 'network',
    span: 300,
    identities: [spiffe('web'), spiffe('orders')],
    cause: request,
  });
  run.send(wire, {
    toServer: true,
    message: { layer: 'http2', frames: [{ frame: 'HEADERS', request: get('/', 'orders'), end: true }] },
    request,
    encrypted: true,
  });
  const inside = run.connect({
    from: { process: orders.proxy, netns: orders.netns, address: '127.0.0.6' },
    to: { ...end(orders), port: 8080 },
    link: 'loopback',
    span: 20,
    cause: request,
  });
  run.send(inside, { toServer: true, message, request });
  run.send(inside, { toServer: false, message: ok, request });
  run.send(wire, {
    toServer: false,
    message: { layer: 'http2', frames: [{ frame: 'HEADERS', response: { status: 200, headers: [] }, end: true }] },
    request,
    encrypted: true,
  });
  run.send(out, { toServer: false, message: ok, request });
  run.write(
    'response',
    { request, result: '200', status: 200, ok: true, latency: 3_000 as never, detail: '' },
    { cause: request },
  );
  run.wait(100_000).write('marker', { name: 'the end' });
  return { run, request, web, orders };
}
