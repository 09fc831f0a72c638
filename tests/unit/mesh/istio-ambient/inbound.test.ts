// Where a ztunnel takes a tunnel's stream to. Situations follow istio/ztunnel:src/proxy/inbound.rs at 1.31.
import { expect, test } from 'vitest';
import { formatAddress } from '../../../../src/host/index.ts';
import type { AmbientConfiguration } from '../../../../src/mesh/istio-ambient/configuration.ts';
import { decideInbound } from '../../../../src/mesh/istio-ambient/inbound-decision.ts';
import { Trail } from '../../../../src/mesh/trail.ts';
import { gatewayAt, pod, service } from './records.ts';

const proxyTunnel = { applicationTunnel: { protocol: 'PROXY', port: 15_088 } } as const;
const toWaypoint = { waypoint: gatewayAt('10.0.0.3', 15_008) };
const byVip = { waypoint: gatewayAt('10.96.0.3', 15_008) };

interface Situation {
  readonly arrived: 'server' | 'waypoint';
  readonly authority: string;
  readonly server?: object;
  readonly serverService?: object;
  readonly waypoint?: object;
  readonly expected: string;
}

const situations: Readonly<Record<string, Situation>> = {
  'to the pod itself': { arrived: 'server', authority: '10.0.0.2:8080', expected: '8080' },
  'to a Service’s name: its target port': {
    arrived: 'server',
    authority: 'server.shop.svc.cluster.local:80',
    expected: '8080',
  },
  'to a name nobody has': {
    arrived: 'server',
    authority: 'nobody.shop.svc.cluster.local:80',
    expected: '503 no service or workload for hostname: nobody.shop.svc.cluster.local',
  },
  'to a port the named Service lacks': {
    arrived: 'server',
    authority: 'server.shop.svc.cluster.local:81',
    expected: '503 requested service server.shop.svc.cluster.local:81 found, but cannot resolve port',
  },
  'to another pod': {
    arrived: 'server',
    authority: '10.0.0.9:8080',
    expected: '400 ip mismatch: 10.0.0.2 != 10.0.0.9',
  },
  'to a waypoint for a pod that names it by address': {
    arrived: 'waypoint',
    authority: '10.0.0.2:8080',
    server: toWaypoint,
    expected: '8080',
  },
  'to a waypoint for a pod that names it by virtual address': {
    arrived: 'waypoint',
    authority: '10.0.0.2:8080',
    server: byVip,
    expected: '8080',
  },
  'to a waypoint for a Service that names it': {
    arrived: 'waypoint',
    authority: '10.96.0.2:8080',
    serverService: byVip,
    expected: '8080',
  },
  'to a waypoint for a Service whose pods only name it': {
    arrived: 'waypoint',
    authority: '10.96.0.2:8080',
    server: toWaypoint,
    expected: '400 ip mismatch: 10.0.0.3 != 10.96.0.2',
  },
  'to a waypoint for a pod whose Service only names it': {
    arrived: 'waypoint',
    authority: '10.0.0.2:8080',
    serverService: toWaypoint,
    expected: '400 ip mismatch: 10.0.0.3 != 10.0.0.2',
  },
  'to a proxy that takes the payload itself: its port, and the target in front': {
    arrived: 'waypoint',
    authority: '10.96.0.2:8080',
    waypoint: proxyTunnel,
    expected: '15088 PROXY 10.96.0.2:8080',
  },
  'to such a proxy by name: the Service’s address in front': {
    arrived: 'waypoint',
    authority: 'server.shop.svc.cluster.local:80',
    waypoint: proxyTunnel,
    expected: '15088 PROXY 10.96.0.2:80',
  },
  'to a port of ztunnel itself': {
    arrived: 'server',
    authority: '10.0.0.2:15008',
    expected: '503 attempted recursive call to ourselves',
  },
  'to no address': { arrived: 'server', authority: 'server', expected: '400 no valid authority pseudo header: server' },
};

test.each(Object.entries(situations))('a stream %s', (_, situation) => {
  const { arrived, authority, server = {}, serverService = {}, waypoint = {}, expected } = situation;
  const configuration: AmbientConfiguration = {
    workloads: [pod('server', ['10.0.0.2'], server), pod('waypoint', ['10.0.0.3'], waypoint)],
    services: [
      service('server.shop.svc.cluster.local', ['fd00::2', '10.96.0.2'], ['server'], serverService),
      service('waypoint.shop.svc.cluster.local', ['10.96.0.3'], ['waypoint']),
    ],
    policies: [],
  };
  const request = {
    pod: `shop/${arrived}`,
    address: arrived === 'server' ? '10.0.0.2' : '10.0.0.3',
    target: authority,
    isTunnel: true,
    identity: 'spiffe://cluster.local/ns/shop/sa/web',
    sourceIp: '10.0.0.1',
  };
  const trail = new Trail();
  const decision = decideInbound(configuration, request, trail);
  const shown =
    decision.kind === 'refuse'
      ? `${decision.status} ${decision.reason}`
      : `${decision.port}${decision.tunnelTarget === undefined ? '' : ` PROXY ${formatAddress(decision.tunnelTarget)}`}`;
  expect(shown).toBe(expected);
  expect(decideInbound(configuration, request)).toEqual(decision);
  expect(trail.because.length).toBeGreaterThan(0);
});
