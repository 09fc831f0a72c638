// How a request ends and what the two proxies on its way write of it: one line each, with the flag and the details Envoy has for it.
// Source: envoyproxy/envoy:source/common/http/conn_manager_impl.cc, common/router/router.cc, stream_info/utility.h at 1.37.
import { describe, expect, test } from 'vitest';
import { app, istio, namespace, play, service } from '../istio-sidecar/scene.ts';

const http = { name: 'http', port: 8080 };
const shop = [namespace('shop'), app('shop/web'), app('shop/orders'), service('shop/orders', http)];
const rule = (more: object): string =>
  istio('VirtualService', 'shop/orders', {
    hosts: ['orders'],
    http: [{ route: [{ destination: { host: 'orders' } }], ...more }],
  });
const overHttp2 = istio('DestinationRule', 'shop/orders', {
  host: 'orders',
  trafficPolicy: { connectionPool: { http: { h2UpgradePolicy: 'UPGRADE' } } },
});
const listening = (listen: object): object => ({
  programs: [{ workload: 'shop/orders', listens: [{ port: 8080, ...listen }] }],
});

interface Case {
  readonly what: string;
  readonly manifests?: readonly string[];
  readonly scenario?: object;
  readonly url?: string;
  /** With the flag of the proxy that made the answer. */
  readonly result: string;
  /** From the status on, of the client's proxy and the server's; '' where it has none to write. */
  readonly client: string;
  readonly server: string;
}

const cases: readonly Case[] = [
  {
    what: 'an answer',
    result: '200',
    client: '" 200 - via_upstream - "-" ',
    server: '" 200 - via_upstream - "-" ',
  },
  {
    what: 'an answer of the application that is an error',
    scenario: listening({ status: 503 }),
    result: '503',
    client: '" 503 - via_upstream - "-" ',
    server: '" 503 - via_upstream - "-" ',
  },
  {
    what: 'a timeout: the server’s proxy sees its client’s connection go (HTTP/1.1)',
    manifests: [rule({ timeout: '300ms' })],
    url: 'http://orders:8080/?delay=2s',
    result: '504 UT',
    client: '" 504 UT response_timeout - "-" ',
    server: '" 0 DC downstream_remote_disconnect - "-" ',
  },
  {
    what: 'a timeout: the server’s proxy sees its client’s stream reset (HTTP/2)',
    manifests: [rule({ timeout: '300ms' }), overHttp2],
    url: 'http://orders:8080/?delay=2s',
    result: '504 UT',
    client: '" 504 UT response_timeout - "-" ',
    server: '" 0 DR http2.remote_reset - "-" ',
  },
  {
    what: 'an application that speaks something else',
    scenario: listening({ protocol: 'tcp' }),
    result: '502 UPE',
    client: '" 502 - via_upstream - "-" ',
    server: '" 502 UPE upstream_reset_before_response_started{protocol_error} - "-" ',
  },
  {
    what: 'nobody listens',
    scenario: { programs: [{ workload: 'shop/orders', listens: [] }] },
    // Its proxy tried again, as it does what no application can have begun.
    result: '503 URX,UF',
    client: '" 503 - via_upstream - "-" ',
    server:
      '" 503 URX,UF upstream_reset_before_response_started{remote_connection_failure|delayed_connect_error:_Connection_refused} - "delayed_connect_error:_Connection_refused" ',
  },
  {
    what: 'a route that answers itself',
    manifests: [rule({ directResponse: { status: 410, body: { string: 'gone' } }, route: undefined })],
    result: '410',
    client: '" 410 - direct_response - "-" ',
    server: '',
  },
  {
    what: 'a subset that is not there',
    manifests: [rule({ route: [{ destination: { host: 'orders', subset: 'v9' } }] })],
    result: '503 NC',
    client: '" 503 NC cluster_not_found - "-" ',
    server: '',
  },
];

describe('two lines for a pair of hops', () => {
  test.each(cases)('$what', ({ manifests = [], scenario, url = 'http://orders:8080/', result, client, server }) => {
    const options = { seconds: 4, ...(scenario === undefined ? {} : { scenario }) };
    const { results, log } = play([...shop, ...manifests], [{ from: 'shop/web', to: url }], options);
    expect(results).toEqual([result]);
    const inbound = log.filter((line) => line.includes('inbound|8080||'));
    const outbound = log.filter((line) => !line.includes('inbound|8080||'));
    expect(outbound).toEqual([expect.stringContaining(client)]);
    expect(inbound).toEqual(server === '' ? [] : [expect.stringContaining(server)]);
  });
});
