// The PROXY header between a load balancer and a gateway: who the client is with it, and what becomes of a side that does without.
// Source: envoyproxy/envoy:source/extensions/filters/listener/proxy_protocol/proxy_protocol.cc at 1.37; istio/istio:pilot/pkg/networking/core/
// gateway.go needPROXYProtocol at 1.31; kubernetes-sigs/aws-load-balancer-controller@v3.5: docs/guide/service/annotations.md.
import { describe, expect, test } from 'vitest';
import { parseTarget } from '../../../../src/host/index.ts';
import { externalAddress } from '../../../../src/kube/index.ts';
import { isKind } from '../../../../src/manifests/index.ts';
import { Run } from '../../../../src/scenario/index.ts';
import { app, disagreements, documents, istio, namespace } from '../istio-sidecar/scene.ts';
import '../../provide-envoys.ts';

const second = 1_000_000;
const prefix = 'service.beta.kubernetes.io/aws-load-balancer-';

interface Edge {
  /** The gateway expects a header. */
  readonly expects: boolean;
  /** Annotations of the load balancer besides its kind. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly policy?: object;
}

interface Answer {
  readonly result: string | undefined;
  /** Client and `x-forwarded-for` in the gateway's log. */
  readonly client: string;
  readonly forwardedFor: string;
  readonly rules: readonly string[];
}

/** What a request from outside gets, through a load balancer with the gateway's pod for its target. */
function ask({ expects, annotations, policy }: Edge): Answer {
  const config = expects ? { gatewayTopology: { proxyProtocol: {} } } : {};
  const manifests = [
    namespace('edge'),
    app('edge/ingress', {
      labels: { istio: 'ingressgateway', 'sidecar.istio.io/inject': 'true' },
      annotations: {
        'inject.istio.io/templates': 'gateway',
        'proxy.istio.io/config': JSON.stringify(config),
      },
      container: { name: 'istio-proxy', image: 'auto', ports: [] },
    }),
    documents({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: 'ingress',
        namespace: 'edge',
        annotations: {
          [`${prefix}type`]: 'external',
          [`${prefix}nlb-target-type`]: 'ip',
          [`${prefix}healthcheck-interval`]: '5',
          [`${prefix}healthcheck-healthy-threshold`]: '2',
          ...annotations,
        },
      },
      spec: {
        type: 'LoadBalancer',
        selector: { app: 'ingress' },
        ports: [{ name: 'http', port: 80, targetPort: 8080 }],
      },
    }),
    istio('Gateway', 'edge/edge', {
      selector: { istio: 'ingressgateway' },
      servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }],
    }),
    istio('VirtualService', 'edge/all', {
      hosts: ['*'],
      gateways: ['edge'],
      http: [{ directResponse: { status: 200 } }],
    }),
    ...(policy === undefined ? [] : [istio('AuthorizationPolicy', 'edge/who', policy)]),
  ];
  const run = new Run({ scenario: '', manifests: manifests.map((text, at) => ({ path: `${at}.yaml`, text })) });
  run.advance(100 * second);
  const entry = run
    .storedAt(run.simulated)
    .find(({ resource }) => isKind(resource, 'Service') && resource.metadata.name === 'ingress');
  const address = entry && isKind(entry.resource, 'Service') ? externalAddress(entry.resource) : undefined;
  const target = parseTarget(`http://${address}:80/`);
  if (target === undefined) throw new Error('a URL');
  const from = run.trace.length;
  run.ask(run.simulated, { from: 'outside', target, count: 1, method: 'GET', headers: [] });
  run.advance(run.simulated + 3 * second);
  expect(disagreements(run).wrong).toEqual([]);
  const log =
    [...run.trace.select(['log'], from)].map(({ line }) => line).find((line) => line.includes('"GET / ')) ?? '';
  const decided = [...run.trace.select(['decision'], from)].filter(({ point }) =>
    ['envoy.proxy-header', 'envoy.codec'].includes(point),
  );
  return {
    result: [...run.trace.select(['response'], from)][0]?.result,
    client: /(\d+\.\d+\.\d+\.\d+):\d+ - -? ?\S*$/.exec(log)?.[1] ?? '',
    forwardedFor: log.split('"')[5] ?? '',
    rules: decided.flatMap(({ id }) => run.explain(id)?.because.map(({ rule }) => rule) ?? []),
  };
}

const sends = { [`${prefix}proxy-protocol`]: '*' };
const balancer = '198.18.1.2';
const client = '203.0.113.10';
const told = { client, forwardedFor: client, rules: ['envoy.proxy-header.read'] };
const allow = (source: object): object => ({ rules: [{ from: [{ source }] }] });
const nothing = { client: '', forwardedFor: '' };

describe('the gateway takes for its client', () => {
  test.each([
    [
      'the load balancer, where nobody speaks of the PROXY protocol',
      { expects: false, annotations: {} },
      { result: '200', client: balancer, forwardedFor: balancer, rules: [] },
    ],
    ['whom the header names', { expects: true, annotations: sends }, { result: '200', ...told }],
    [
      'the same by an attribute of the target group',
      { expects: true, annotations: { [`${prefix}target-group-attributes`]: 'proxy_protocol_v2.enabled=true' } },
      { result: '200', ...told },
    ],
    [
      'nobody, where it expects a header and gets none: the connection is reset',
      { expects: true, annotations: {} },
      { result: 'reset', ...nothing, rules: ['envoy.proxy-header.missing'] },
    ],
    [
      'nobody, where it gets a header that it does not expect: that is no HTTP',
      { expects: false, annotations: sends },
      { result: '400 DPE', ...nothing, rules: ['envoy.codec.no-http'] },
    ],
  ])('%s', (_, edge, expected) => {
    expect(ask(edge)).toEqual(expected);
  });
});

describe('with the header, a policy that allows', () => {
  test.each([
    ['the client as remoteIpBlocks lets it in', { remoteIpBlocks: [client] }, '200'],
    ['the client as ipBlocks does not', { ipBlocks: [client] }, '403'],
    ['the load balancer as ipBlocks lets everybody in', { ipBlocks: [balancer] }, '200'],
    ['the load balancer as remoteIpBlocks does not', { remoteIpBlocks: [balancer] }, '403'],
  ])('%s', (_, source, result) => {
    expect(ask({ expects: true, annotations: sends, policy: allow(source) }).result).toBe(result);
  });
});
