// Which edit drains connections of a proxy, and on which of its chains: what stands in a listener does, what is fetched by name does not.
// Source: envoyproxy/envoy:source/common/listener_manager/listener_impl.cc supportUpdateFilterChain, filterChainOnlyChange at 1.37;
// istio/istio:pilot/pkg/networking/core/{listener,listener_inbound,listener_waypoint,gateway}.go at 1.31.
import { describe, expect, test } from 'vitest';
import { defaultMeshConfiguration } from '../../../../src/mesh/config/index.ts';
import type { ProxyConfiguration } from '../../../../src/mesh/envoy/index.ts';
import { listenerChanges } from '../../../../src/mesh/envoy/listener-change.ts';
import { compileGateway } from '../../../../src/mesh/istio-gateway/index.ts';
import { buildRegistry } from '../../../../src/mesh/registry/index.ts';
import { istio, service } from '../istio-sidecar/scene.ts';
import { configurationOf } from '../sidecar-compile/scene.ts';
import { stored } from '../stored.ts';

/** `listener: what differs`, each once. */
function drained(before: ProxyConfiguration, after: ProxyConfiguration): readonly string[] {
  return listenerChanges(before, after).flatMap(([name, change]) => {
    if (change.kind === 'all') return [`${name}: ${change.change.difference}`];
    const differences = [...change.changes].map(
      ([chain, { difference }]) => `${name} ${chain.split(' ')[0] ?? ''}: ${difference}`,
    );
    return [...new Set(differences)];
  });
}

/** The sidecar of `orders`, in namespace `default`. */
function sidecar(...texts: readonly string[]): ProxyConfiguration {
  return configurationOf(texts.join('\n---\n'), { labels: { app: 'orders' } });
}

const shop = [
  service('default/orders', { name: 'http', port: 8080 }, { clusterIP: '10.0.0.1' }),
  service('default/db', { name: 'tcp', port: 3306 }, { clusterIP: '10.0.0.2' }),
  service('default/web', { name: 'http', port: 80 }, { clusterIP: '10.0.0.3' }),
];
const policy = (name: string, spec: object): string => istio('AuthorizationPolicy', `default/${name}`, spec);
const strict = istio('PeerAuthentication', 'default/strict', { mtls: { mode: 'STRICT' } });
const tcpTo = (host: string): string =>
  istio('VirtualService', 'default/db', { hosts: ['db'], tcp: [{ route: [{ destination: { host } }] }] });
const tokens = JSON.stringify({
  apiVersion: 'security.istio.io/v1',
  kind: 'RequestAuthentication',
  metadata: { name: 'tokens', namespace: 'default' },
  spec: { jwtRules: [{ issuer: 'me', jwks: '{"keys":[]}' }] },
});

describe('of a sidecar is drained', () => {
  test.each([
    ['nothing by the same text at other lines', shop, ['', ...shop], []],
    [
      'every inbound chain by an AuthorizationPolicy for the workload',
      shop,
      [...shop, policy('any', { rules: [{}] })],
      [
        'virtualInbound virtualInbound-catchall-http: filters',
        'virtualInbound virtualInbound: filters',
        'virtualInbound 0.0.0.0_8080: filters',
      ],
    ],
    [
      'nothing by a policy for another workload',
      shop,
      [...shop, policy('web', { selector: { matchLabels: { app: 'web' } } })],
      [],
    ],
    [
      'everything inbound by STRICT: nobody looks for plaintext HTTP any more',
      shop,
      [...shop, strict],
      ['virtualInbound: listener-replaced'],
    ],
    [
      'HTTP alone by a RequestAuthentication',
      shop,
      [...shop, tokens],
      ['virtualInbound virtualInbound-catchall-http: filters', 'virtualInbound 0.0.0.0_8080: filters'],
    ],
    [
      'nothing by routes of HTTP',
      shop,
      [
        ...shop,
        istio('VirtualService', 'default/web', {
          hosts: ['web'],
          http: [{ route: [{ destination: { host: 'orders' } }] }],
        }),
      ],
      [],
    ],
    ['bytes by routes of TCP', shop, [...shop, tcpTo('orders')], ['10.0.0.2_3306 : target']],
    [
      'nothing by a DestinationRule',
      shop,
      [...shop, istio('DestinationRule', 'default/db', { host: 'db', trafficPolicy: { tls: { mode: 'DISABLE' } } })],
      [],
    ],
    [
      'everything inbound by a Service with another port of the workload',
      shop,
      [
        ...shop,
        service('default/admin', { name: 'tcp', port: 9000 }, { selector: { app: 'orders' }, clusterIP: '10.0.0.9' }),
      ],
      ['virtualInbound: listener-replaced'],
    ],
    [
      'what went to a Service that is gone',
      shop,
      [shop[0] ?? ''],
      ['10.0.0.2_3306: listener-gone', '0.0.0.0_80: listener-gone'],
    ],
  ])('%s', (_, before, after, expected) => {
    expect(drained(sidecar(...before), sidecar(...after))).toEqual(expected);
  });
});

describe('of a gateway is drained', () => {
  const node = { namespace: 'istio-system', labels: { istio: 'ingressgateway' }, address: '1.1.1.1' };
  const gateway = (...texts: readonly string[]): ProxyConfiguration => {
    const objects = stored(texts.join('\n---\n'));
    return compileGateway(buildRegistry({ values: () => objects }, defaultMeshConfiguration, 0), node);
  };
  const https = (host: string): object => ({
    port: { number: 443, name: host, protocol: 'HTTPS' },
    hosts: [host],
    tls: { mode: 'SIMPLE', credentialName: host },
  });
  const edge = (...hosts: readonly string[]): string =>
    istio('Gateway', 'istio-system/edge', { selector: node.labels, servers: hosts.map(https) });
  const deny = istio('AuthorizationPolicy', 'istio-system/edge', { action: 'DENY', rules: [{}] });
  test.each([
    ['nothing by a server for another name', [edge('a.example')], [edge('a.example', 'b.example')], []],
    [
      'its own chain alone when a server goes',
      [edge('a.example', 'b.example')],
      [edge('b.example')],
      ['0.0.0.0_443 : chain-gone'],
    ],
    [
      'nothing by a certificate',
      [edge('a.example')],
      [
        edge('a.example'),
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: 'a.example', namespace: 'istio-system' },
          type: 'kubernetes.io/tls',
          data: { 'tls.crt': 'eA==', 'tls.key': 'eA==' },
        }),
      ],
      [],
    ],
    ['all of them by a policy', [edge('a.example')], [edge('a.example'), deny], ['0.0.0.0_443 : filters']],
  ])('%s', (_, before, after, expected) => {
    expect(drained(gateway(...before), gateway(...after))).toEqual(expected);
  });
});
