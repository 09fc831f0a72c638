// Where a gateway stands (gatewayTopology of a ProxyConfig, of the mesh or of one pod): whom it believes, and what it says of its client's
// certificate. Source: istio/istio:pilot/pkg/networking/core/gateway.go buildGatewayConnectionManager at 1.31;
// envoyproxy/envoy:source/common/http/conn_manager_utility.cc mutateXfccRequestHeader at 1.37.
import { describe, expect, test } from 'vitest';
import { defaultMeshConfiguration } from '../../../../src/mesh/config/index.ts';
import type { Caller } from '../../../../src/mesh/envoy/caller.ts';
import { addedHeaders, remoteAddress } from '../../../../src/mesh/envoy/caller.ts';
import { proxyConfigOf } from '../../../../src/mesh/injection/index.ts';

const client = 'spiffe://cluster.local/ns/shop/sa/web';
const caller: Caller = {
  role: 'gateway',
  peer: '10.0.0.1',
  isTls: true,
  principal: client,
  server: 'spiffe://cluster.local/ns/istio-system/sa/edge',
  trustedHops: 0,
  clientCertificate: 'SANITIZE_SET',
  key: '',
};
const own = `By=${caller.server};Subject="";URI=${client}`;
const head = {
  method: 'GET',
  path: '/',
  authority: 'a',
  headers: [['x-forwarded-client-cert', 'By=x;URI=y']],
} as const;

/** What goes on: the header as it is set, `kept`, or `removed`. */
function sent(clientCertificate: Caller['clientCertificate'], isTls: boolean): string {
  const { set, remove } = addedHeaders(head, 1, { ...caller, clientCertificate, isTls });
  const value = set.find(([name]) => name === 'x-forwarded-client-cert')?.[1];
  return value ?? (remove.includes('x-forwarded-client-cert') ? 'removed' : 'kept');
}

describe('x-forwarded-client-cert', () => {
  test.each([
    ['SANITIZE', 'removed', 'removed'],
    ['FORWARD_ONLY', 'kept', 'removed'],
    ['APPEND_FORWARD', `By=x;URI=y,${own}`, 'removed'],
    ['SANITIZE_SET', own, 'removed'],
    ['ALWAYS_FORWARD_ONLY', 'kept', 'kept'],
  ] as const)('%s', (details, withMutualTls, without) => {
    expect([sent(details, true), sent(details, false)]).toEqual([withMutualTls, without]);
  });
});

test.each([
  [0, '10.0.0.1'],
  [1, '3.3.3.3'],
  [2, '2.2.2.2'],
  [4, '10.0.0.1'],
])('behind %d trusted proxies the client is %s', (trustedHops, ip) => {
  const headers = [['x-forwarded-for', '1.1.1.1, 2.2.2.2, 3.3.3.3']] as const;
  expect(remoteAddress({ ...head, headers }, { ...caller, trustedHops })).toBe(ip);
});

describe('a pod’s annotation', () => {
  const mesh = {
    ...defaultMeshConfiguration.meshConfig,
    defaultConfig: { gatewayTopology: { numTrustedProxies: 1 } },
  };
  const of = (text: string): unknown => proxyConfigOf({ 'proxy.istio.io/config': text }, mesh).gatewayTopology;
  test.each([
    ['', { trustedProxies: 1, clientCertificate: 'SANITIZE_SET', proxyProtocol: false }],
    [
      'gatewayTopology: {numTrustedProxies: 2}',
      { trustedProxies: 2, clientCertificate: 'SANITIZE_SET', proxyProtocol: false },
    ],
    [
      'gatewayTopology: {forwardClientCertDetails: APPEND_FORWARD}',
      { trustedProxies: 1, clientCertificate: 'APPEND_FORWARD', proxyProtocol: false },
    ],
  ])('“%s” stands over the mesh’s', (text, topology) => {
    expect(of(text)).toEqual(topology);
  });
});
