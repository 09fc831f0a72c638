// Where a ztunnel sends a connection. Situations follow istio/ztunnel:src/proxy/outbound.rs and src/state.rs at 1.31.
import { expect, test } from 'vitest';
import { parseAddress } from '../../../../src/host/index.ts';
import type {
  AmbientConfiguration,
  WdsService,
  WdsWorkload,
} from '../../../../src/mesh/istio-ambient/configuration.ts';
import { decideOutbound, outboundChoice } from '../../../../src/mesh/istio-ambient/outbound-decision.ts';
import { Trail } from '../../../../src/mesh/trail.ts';
import { endpoint, gatewayAt, gatewayNamed, pod, service } from './records.ts';

interface Situation {
  readonly to: string;
  readonly workloads?: readonly WdsWorkload[];
  readonly services?: readonly WdsService[];
  readonly client?: Partial<WdsWorkload>;
  readonly picks?: number;
  readonly expected: string;
}

const shop = 'orders.shop.svc.cluster.local';
const waypoint = pod('waypoint', ['10.0.0.10', 'fd00::10']);
const remote = { network: 'far', networkGateway: gatewayAt('192.0.2.1', 15_008, 'far') };
const eastWest = pod('east-west', ['192.0.2.1'], { network: 'far' });
const zones = (zone: string): Partial<WdsWorkload> => ({ locality: { region: 'r', zone, subzone: '' } });
const failover = { loadBalancing: { mode: 'FAILOVER', scopes: ['REGION', 'ZONE'] } } as const;
const strictly = { loadBalancing: { mode: 'STRICT', scopes: ['REGION', 'ZONE'] } } as const;
const networkFirst = { loadBalancing: { mode: 'FAILOVER', scopes: ['NETWORK', 'ZONE'] } } as const;

const situations: Readonly<Record<string, Situation>> = {
  'an address nobody is known at is passed through': { to: '203.0.113.7:443', expected: 'TCP 203.0.113.7:443' },
  'a host-network pod is not recognised by its node’s address': {
    to: '10.0.0.2:80',
    workloads: [pod('orders', ['10.0.0.2'], { isHostNetwork: true })],
    expected: 'TCP 10.0.0.2:80',
  },
  'a host-network pod is reached through its Service': {
    to: '10.96.0.1:80',
    workloads: [
      pod('other', ['10.0.0.2'], { isHostNetwork: true }),
      pod('orders', ['10.0.0.2'], { isHostNetwork: true, tunnel: 'NONE' }),
    ],
    services: [service(shop, ['10.96.0.1'], ['orders'])],
    expected: 'TCP 10.0.0.2:8080',
  },
  'a named target port is the endpoint’s own, and endpoints without it are left out': {
    to: '10.96.0.1:80',
    workloads: [pod('late', ['10.0.0.3']), pod('orders', ['10.0.0.2'])],
    services: [
      service(shop, ['10.96.0.1'], [], {
        ports: [
          { servicePort: 80, targetPort: 0 },
          { servicePort: 81, targetPort: 0 },
        ],
        endpoints: [
          endpoint('late', [{ servicePort: 81, targetPort: 9999 }]),
          endpoint('orders', [{ servicePort: 80, targetPort: 1234 }]),
        ],
      }),
    ],
    expected: 'HBONE 10.0.0.2:15008 CONNECT 10.0.0.2:1234',
  },
  'a port the Service does not have leads nowhere': {
    to: '10.96.0.1:81',
    workloads: [pod('orders', ['10.0.0.2'])],
    services: [service(shop, ['10.96.0.1'], ['orders'])],
    expected: 'deny: no healthy upstream: 10.96.0.1:81',
  },
  'an endpoint that is not ready counts where the Service publishes it': {
    to: '10.96.0.1:80',
    workloads: [pod('orders', ['10.0.0.2'])],
    services: [service(shop, ['10.96.0.1'], [], { endpoints: [endpoint('orders', [], false)], allowsUnhealthy: true })],
    expected: 'HBONE 10.0.0.2:15008 CONNECT 10.0.0.2:8080',
  },
  'capacity weighs the draw': {
    to: '10.96.0.1:80',
    workloads: [pod('a', ['10.0.0.2'], { capacity: 3 }), pod('b', ['10.0.0.3'])],
    services: [service(shop, ['10.96.0.1'], ['a', 'b'])],
    picks: 2,
    expected: 'HBONE 10.0.0.2:15008 CONNECT 10.0.0.2:8080',
  },
  'a Service another namespace may not see is an unknown address': {
    to: '10.96.0.1:80',
    workloads: [pod('orders', ['10.0.0.2'])],
    services: [service(shop, ['10.96.0.1'], ['orders'], { namespace: 'bank', visibility: 'NAMESPACE' })],
    expected: 'TCP 10.96.0.1:80',
  },
  'of two Services with one address the one in the client’s namespace is taken': {
    to: '10.96.0.1:80',
    workloads: [pod('theirs', ['10.0.0.2']), pod('ours', ['10.0.0.3'])],
    services: [
      service(shop, ['10.96.0.1'], ['theirs'], { namespace: 'bank', isCanonical: true }),
      service(shop, ['10.96.0.1'], ['ours']),
    ],
    expected: 'HBONE 10.0.0.3:15008 CONNECT 10.0.0.3:8080',
  },
  // --- families
  'an IPv6 request takes a dual-stack pod’s IPv6 address': {
    to: '[fd00::96]:80',
    workloads: [pod('orders', ['10.0.0.2', 'fd00::2'])],
    services: [service(shop, ['10.96.0.1', 'fd00:0::96'], ['orders'], { ipFamilies: 'DUAL' })],
    expected: 'HBONE [fd00::2]:15008 CONNECT [fd00::2]:8080',
  },
  'a Service of one family takes the other request there too': {
    to: '10.96.0.1:80',
    workloads: [pod('orders', ['10.0.0.2', 'fd00::2'])],
    services: [service(shop, ['10.96.0.1'], ['orders'], { ipFamilies: 'IPV6_ONLY' })],
    expected: 'HBONE [fd00::2]:15008 CONNECT [fd00::2]:8080',
  },
  'a pod without an address of the Service’s family cannot be reached': {
    to: '10.96.0.1:80',
    workloads: [pod('orders', ['10.0.0.2'])],
    services: [service(shop, ['10.96.0.1'], ['orders'], { ipFamilies: 'IPV6_ONLY' })],
    expected: 'deny: no valid routing destination for workload: orders',
  },
  // --- waypoints
  'a Service’s waypoint takes its traffic, though the Service has no endpoint': {
    to: '10.96.0.1:80',
    workloads: [waypoint],
    services: [service(shop, ['10.96.0.1'], [], { waypoint: gatewayAt('10.0.0.10', 15_008) })],
    expected: 'HBONE 10.0.0.10:15008 CONNECT 10.96.0.1:80',
  },
  'a waypoint by name is reached in the family of the request': {
    to: '[fd00::96]:80',
    workloads: [waypoint],
    services: [
      service(shop, ['fd00::96'], [], { waypoint: gatewayNamed('waypoint.shop', 15_008) }),
      service('waypoint.shop', ['10.96.0.9'], ['waypoint'], { ports: [{ servicePort: 15_008, targetPort: 15_008 }] }),
    ],
    expected: 'HBONE [fd00::10]:15008 CONNECT [fd00::96]:80',
  },
  'a waypoint by address is reached at that address, whatever the family of the request': {
    to: '[fd00::2]:80',
    workloads: [pod('orders', ['fd00::2'], { waypoint: gatewayAt('10.0.0.10', 15_008) }), waypoint],
    expected: 'HBONE 10.0.0.10:15008 CONNECT [fd00::2]:80',
  },
  'a waypoint that takes the payload itself needs no such port on its Service': {
    to: '10.96.0.1:80',
    workloads: [pod('waypoint', ['10.0.0.10'], { applicationTunnel: { protocol: 'PROXY', port: 15_088 } })],
    services: [
      service(shop, ['10.96.0.1'], [], { waypoint: gatewayNamed('waypoint.shop', 15_008) }),
      service('waypoint.shop', ['10.96.0.9'], ['waypoint']),
    ],
    expected: 'HBONE 10.0.0.10:15008 CONNECT 10.96.0.1:80',
  },
  'a waypoint without its port and without a tunnel of its own is none': {
    to: '10.96.0.1:80',
    workloads: [waypoint],
    services: [
      service(shop, ['10.96.0.1'], [], { waypoint: gatewayNamed('waypoint.shop', 15_008) }),
      service('waypoint.shop', ['10.96.0.9'], ['waypoint']),
    ],
    expected: 'deny: unknown waypoint: waypoint waypoint.shop not found',
  },
  'a waypoint nobody knows fails the connection': {
    to: '10.96.0.1:80',
    workloads: [pod('orders', ['10.0.0.2'])],
    services: [service(shop, ['10.96.0.1'], ['orders'], { waypoint: gatewayNamed('gone', 15_008) })],
    expected: 'deny: unknown waypoint: waypoint gone not found',
  },
  'a pod’s waypoint takes what is sent to the pod': {
    to: '10.0.0.2:80',
    workloads: [pod('orders', ['10.0.0.2'], { waypoint: gatewayAt('10.0.0.10', 15_008) }), waypoint],
    expected: 'HBONE 10.0.0.10:15008 CONNECT 10.0.0.2:80',
  },
  'a pod’s waypoint does not take what is sent to a Service': {
    to: '10.96.0.1:80',
    workloads: [pod('orders', ['10.0.0.2'], { waypoint: gatewayAt('10.0.0.10', 15_008) }), waypoint],
    services: [service(shop, ['10.96.0.1'], ['orders'])],
    expected: 'HBONE 10.0.0.2:15008 CONNECT 10.0.0.2:8080',
  },
  'the client’s own waypoint does not matter': {
    to: '10.0.0.2:80',
    client: { waypoint: gatewayAt('10.0.0.10', 15_008) },
    workloads: [pod('orders', ['10.0.0.2']), waypoint],
    expected: 'HBONE 10.0.0.2:15008 CONNECT 10.0.0.2:80',
  },
  'a waypoint sends on to the pod it stands for': {
    to: '10.0.0.2:80',
    workloads: [pod('orders', ['10.0.0.2'], { waypoint: gatewayAt('10.0.0.1', 15_008) })],
    expected: 'HBONE 10.0.0.2:15008 CONNECT 10.0.0.2:80',
  },
  // --- other networks
  'an endpoint on another network is reached by a tunnel in a tunnel to its Service’s name': {
    to: '10.96.0.1:80',
    workloads: [pod('orders', [], remote), eastWest],
    services: [service(shop, ['10.96.0.1'], ['orders'])],
    expected: `HBONE in HBONE 192.0.2.1:15008 CONNECT ${shop}:80`,
  },
  'a network gateway by name is a Service with endpoints of its own': {
    to: '10.96.0.1:80',
    workloads: [pod('orders', ['10.9.0.1'], { ...remote, networkGateway: gatewayNamed('gateway', 15_009) }), eastWest],
    services: [
      service(shop, ['10.96.0.1'], ['orders']),
      service('gateway', [], [], {
        ports: [{ servicePort: 15_009, targetPort: 15_009 }],
        endpoints: [endpoint('east-west', [{ servicePort: 15_009, targetPort: 15_008 }])],
      }),
    ],
    expected: `HBONE in HBONE 192.0.2.1:15008 CONNECT ${shop}:80`,
  },
  'an endpoint on another network without a gateway cannot be reached': {
    to: '10.96.0.1:80',
    workloads: [pod('orders', ['10.9.0.1'], { network: 'far' })],
    services: [service(shop, ['10.96.0.1'], ['orders'])],
    expected: 'deny: no valid routing destination for workload: orders',
  },
  'an endpoint without an address on the client’s own network is none': {
    to: '10.96.0.1:80',
    workloads: [pod('orders', [], { networkGateway: gatewayAt('192.0.2.1', 15_008) })],
    services: [service(shop, ['10.96.0.1'], ['orders'])],
    expected: 'deny: no healthy upstream: 10.96.0.1:80',
  },
  'a waypoint on another network is reached through that network’s gateway': {
    to: '10.96.0.1:80',
    workloads: [pod('waypoint', [], remote), eastWest],
    services: [
      service(shop, ['10.96.0.1'], [], { waypoint: gatewayNamed('waypoint.shop', 15_008) }),
      service('waypoint.shop', [], ['waypoint'], { ports: [{ servicePort: 15_008, targetPort: 15_008 }] }),
    ],
    expected: `HBONE in HBONE 192.0.2.1:15008 CONNECT ${shop}:80`,
  },
  // --- preferences
  'failover prefers the zone': {
    to: '10.96.0.1:80',
    client: zones('z1'),
    workloads: [pod('far', ['10.0.0.2'], zones('z2')), pod('near', ['10.0.0.3'], zones('z1'))],
    services: [service(shop, ['10.96.0.1'], ['far', 'near'], failover)],
    expected: 'HBONE 10.0.0.3:15008 CONNECT 10.0.0.3:8080',
  },
  'failover goes farther when nothing near is ready': {
    to: '10.96.0.1:80',
    client: zones('z1'),
    workloads: [pod('far', ['10.0.0.2'], zones('z2')), pod('near', ['10.0.0.3'], zones('z1'))],
    services: [
      service(shop, ['10.96.0.1'], [], { ...failover, endpoints: [endpoint('far'), endpoint('near', [], false)] }),
    ],
    expected: 'HBONE 10.0.0.2:15008 CONNECT 10.0.0.2:8080',
  },
  'strict preferences never go farther': {
    to: '10.96.0.1:80',
    client: zones('z1'),
    workloads: [pod('far', ['10.0.0.2'], zones('z2'))],
    services: [service(shop, ['10.96.0.1'], ['far'], strictly)],
    expected: 'deny: no healthy upstream: 10.96.0.1:80',
  },
  'where the network comes first, one’s own network beats a zone elsewhere': {
    to: '10.96.0.1:80',
    client: zones('z1'),
    workloads: [pod('elsewhere', [], { ...remote, ...zones('z1') }), pod('here', ['10.0.0.3'], zones('z2')), eastWest],
    services: [service(shop, ['10.96.0.1'], ['elsewhere', 'here'], networkFirst)],
    expected: 'HBONE 10.0.0.3:15008 CONNECT 10.0.0.3:8080',
  },
  'a Service that passes through takes the address that was dialled': {
    to: '10.96.0.1:80',
    workloads: [pod('orders', ['10.0.0.2'])],
    services: [service(shop, ['10.96.0.1'], ['orders'], { loadBalancing: { mode: 'PASSTHROUGH', scopes: [] } })],
    expected: 'TCP 10.96.0.1:80',
  },
};

test.each(Object.entries(situations))('%s', (_, { to, workloads = [], services = [], client, picks = 0, expected }) => {
  const configuration: AmbientConfiguration = {
    workloads: [pod('web', ['10.0.0.1', 'fd00::1'], client), ...workloads],
    services,
    policies: [],
  };
  const destination = parseAddress(to);
  if (destination === undefined) throw new Error(`no address: ${to}`);
  const request = { source: 'shop/web', sourceIp: '10.0.0.1', destination };
  const trail = new Trail();
  const decision = decideOutbound(configuration, request, () => picks, trail);
  expect(outboundChoice(decision)).toBe(expected);
  // With reasons or without, the decision is the same; and there is always a reason.
  expect(decideOutbound(configuration, request, () => picks)).toEqual(decision);
  expect(trail.because.length).toBeGreaterThan(0);
});
