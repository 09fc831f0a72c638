// A run with everything that stands at the edge of a mesh: a client and a server outside of the cluster, a gateway, a waypoint, and a
// request that the gateway tries a second time.

import type { RecordId } from '../../../src/kernel/index.ts';
import type { WireMessage } from '../../../src/trace/index.ts';
import { NONE, RunBuilder } from './run-builder.ts';

const ask: WireMessage = {
  layer: 'http1',
  request: { method: 'GET', path: '/', authority: 'shop.example', headers: [['x-request-id', 'r-1']] },
};

export function gatewayRun() {
  const run = new RunBuilder();
  const node = run.node('node-1', 'a');
  const other = run.node('node-2', 'b');
  const client = run.machine('laptop', '203.0.113.9');
  const mail = run.machine('smtp.example', '198.51.100.25');
  const proxyAlone = { containers: ['istio-proxy'] };
  const gateway = run.pod('edge-istio-6f7', { workload: 'edge-istio', node, ...proxyAlone, listens: [80, 15021] });
  const waypoint = run.pod('waypoint-5d9', {
    workload: 'waypoint',
    node: other,
    ...proxyAlone,
    listens: [15008, 15021],
  });
  const web = run.pod('web-1', { workload: 'web', node, listens: [8080] });
  const spare = run.pod('web-2', { workload: 'web', node: other, listens: [8080] });

  const end = (pod: typeof web, process = pod.app) => ({ process, netns: pod.netns, address: pod.address });
  const request = run.write('request', {
    process: client.process,
    netns: client.netns,
    protocol: 'http',
    method: 'GET',
    url: 'http://shop.example/',
    source: 'laptop',
    tag: '',
  });
  const inbound = run.connect({
    from: client,
    to: { ...end(gateway, gateway.proxy), port: 80 },
    link: 'network',
    span: 400,
    cause: request,
  });
  run.send(inbound, { toServer: true, message: ask, request });
  const choose = (address: string): RecordId =>
    run.write(
      'decision',
      {
        point: 'gateway.outbound.endpoint',
        subject: gateway.proxy,
        connection: inbound.connection,
        request,
        chosen: `${address}:8080`,
        input: {},
        configuration: 1,
        origin: {},
      },
      { cause: request },
    );
  const first = choose(web.address);
  const refused = run.connect({
    from: end(gateway, gateway.proxy),
    to: { ...end(web, NONE), port: 8080 },
    link: 'node',
    span: 150,
    cause: first,
  });
  const retry = choose(spare.address);
  const onward = run.connect({
    from: end(gateway, gateway.proxy),
    to: { ...end(waypoint, waypoint.proxy), port: 15008 },
    link: 'network',
    span: 300,
    cause: retry,
    identities: ['spiffe://cluster.local/ns/shop/sa/edge', 'spiffe://cluster.local/ns/shop/sa/waypoint'],
  });
  const again = run.send(onward, {
    toServer: true,
    message: { layer: 'http2', frames: [{ frame: 'DATA', inner: ask, end: false }] },
    request,
    encrypted: true,
  });
  const served = run.connect({
    from: end(waypoint, waypoint.proxy),
    to: { ...end(spare), port: 8080 },
    link: 'node',
    span: 150,
    cause: again,
  });
  run.send(served, { toServer: true, message: ask, request });
  run.connect({ from: end(web), to: { ...mail, port: 25 }, link: 'network', span: 900 });
  return { run, request, refused, retry, again, gateway, waypoint, web, spare, client, mail };
}
