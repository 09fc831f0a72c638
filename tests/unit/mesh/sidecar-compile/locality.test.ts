// Where endpoints are, and which a client is sent to for it. Cases after istio/istio:
// pilot/pkg/networking/core/loadbalancer/loadbalancer_test.go TestApplyLocalitySetting, TestGetEffectiveLbSetting.
import { describe, expect, test } from 'vitest';
import { configurationOf } from './scene.ts';

const labels = { 'istio-locality': 'region1.zone1.subzone1', key: 'a' };
const places = [
  'region1/zone1/subzone1',
  'region1/zone1/subzone2',
  'region1/zone2/subzone1',
  'region2/zone1/subzone1',
  'region3/zone1/subzone1',
];

/** Priority and weight of each endpoint, `-` where it is not sent. */
function seen(policy: object, given: { readonly endpoints?: readonly object[]; readonly of?: object } = {}): string {
  const { endpoints = places.map((locality) => ({ locality })), of = {} } = given;
  const listed = endpoints.map((endpoint, index) => ({ address: `2.0.0.${String(index)}`, ...endpoint }));
  const entry = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name: 'ext', namespace: 'default', ...of },
    spec: {
      hosts: ['ext.example'],
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
      resolution: 'STATIC',
      location: 'MESH_EXTERNAL',
      endpoints: listed,
    },
  };
  const rule = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'ext', namespace: 'default' },
    spec: { host: 'ext.example', trafficPolicy: policy },
  };
  const clusters = configurationOf([entry, rule].map((object) => JSON.stringify(object)).join('\n---\n'), {
    labels,
  }).parts.flatMap((part) => part.clusters);
  const own = clusters.find(({ name }) => name === 'outbound|80||ext.example')?.endpoints ?? [];
  return listed
    .map(({ address }) => own.find((endpoint) => endpoint.address === address))
    .map((endpoint) => (endpoint === undefined ? '-' : `${endpoint.priority}:${endpoint.weight}`))
    .join(' ');
}

const outlierDetection = { consecutive5xxErrors: 1 };
const pool = { connectionPool: { tcp: { maxConnections: 9 } } };
const within = (localityLbSetting: object): object => ({ loadBalancer: { localityLbSetting } });

describe('failover', () => {
  test.each([
    ['without outlier detection nothing is preferred', pool, '0:1 0:1 0:1 0:1 0:1'],
    ['with it the nearest come first', { outlierDetection }, '0:1 1:1 2:1 3:1 3:1'],
    ['unless it is off', { outlierDetection, ...within({ enabled: false }) }, '0:1 0:1 0:1 0:1 0:1'],
    [
      'one region may stand in before the rest',
      { outlierDetection, ...within({ failover: [{ from: 'region1', to: 'region3' }] }) },
      '0:1 1:1 2:1 4:1 3:1',
    ],
    [
      'another region’s failover says nothing',
      { outlierDetection, ...within({ failover: [{ from: 'region2', to: 'region3' }] }) },
      '0:1 1:1 2:1 3:1 3:1',
    ],
  ])('%s', (_, policy, expected) => {
    expect(seen(policy)).toBe(expected);
  });

  test('priorities have no gaps', () => {
    const endpoints = [{ locality: 'region2/z/s' }, { locality: 'region1/zone2/s' }];
    expect(seen({ outlierDetection }, { endpoints })).toBe('1:1 0:1');
  });
});

describe('failover by labels', () => {
  const endpoints = [
    { labels: { key: 'a', other: 'x' } },
    { labels: { key: 'b' } },
    { labels: { key: 'a' }, locality: 'region2' },
    { labels: { key: 'b' }, locality: 'region1' },
  ];
  test.each([
    [['key'], '0:1 1:1 0:1 1:1'],
    [['topology.kubernetes.io/region', 'key'], '1:1 1:1 1:1 0:1'],
    [['key=b'], '1:1 0:1 1:1 0:1'],
    [['key', 'other'], '1:1 2:1 0:1 2:1'],
    [['topology.istio.io/network', 'key'], '0:1 1:1 0:1 1:1'],
  ])('%o', (failoverPriority, expected) => {
    expect(seen({ outlierDetection, ...within({ failoverPriority }) }, { endpoints })).toBe(expected);
  });
});

describe('shares', () => {
  const twice = [...places, places[0] ?? ''].map((locality) => ({ locality }));
  test.each([
    ['of a place for everybody else is nothing', [{ from: 'region1/*', to: { 'region2/*': 100 } }], '- - - 0:100 -'],
    [
      'of several places',
      [{ from: 'region1/zone1/*', to: { 'region1/zone1/*': 80, 'region2/*': 20 } }],
      '0:40 0:40 - 0:20 -',
    ],
    [
      'the first that is for the client counts',
      [{ from: 'region2/*', to: { 'region2/*': 100 } }],
      '0:1 0:1 0:1 0:1 0:1',
    ],
    ['`*` is everywhere', [{ from: '*', to: { 'region3/*': 30, '*': 70 } }], '0:18 0:18 0:18 0:18 0:30'],
  ])('%s', (_, distribute, expected) => {
    expect(seen(within({ distribute }))).toBe(expected);
  });
  test('of a place are shared by its endpoints', () => {
    const distribute = [{ from: '*', to: { 'region1/zone1/subzone1': 80, 'region2/*': 20 } }];
    expect(seen({ outlierDetection, ...within({ distribute }) }, { endpoints: twice })).toBe('0:80 - - 0:40 - 0:80');
  });
});

describe('what is for zones and services', () => {
  test.each([
    [{}, '0:1 0:1 0:1 1:1 1:1'],
    [{ failover: [{ from: 'region1', to: 'region3' }] }, '0:1 0:1 0:1 2:1 1:1'],
    [{ enabled: false }, '0:1 0:1 0:1 0:1 0:1'],
  ])('zone-aware: regions are kept apart: %o', (zoneAwareLbSetting, expected) => {
    expect(seen({ outlierDetection, loadBalancer: { zoneAwareLbSetting } })).toBe(expected);
  });
  test('a service may ask for the nearest by itself, and needs no outlier detection', () => {
    const of = { annotations: { 'networking.istio.io/traffic-distribution': 'PreferClose' } };
    expect(seen(pool, { of })).toBe('0:1 0:1 1:1 2:1 2:1');
    expect(seen(within({ enabled: false }), { of })).toBe('0:1 0:1 0:1 0:1 0:1');
  });
});
