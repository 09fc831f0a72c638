import { expect, test } from 'vitest';
import type { AmbientConfiguration } from '../../../../src/mesh/istio-ambient/index.ts';
import {
  decideInbound,
  decideOutbound,
  isAmbient,
  ordinaryService,
  ordinaryWorkload,
} from '../../../../src/mesh/istio-ambient/index.ts';
import { Trail } from '../../../../src/mesh/trail.ts';

const origin = { kind: 'Pod', namespace: 'shop', name: 'x', path: 'x.yaml', revision: 1, range: [1, 1, 1, 1] } as const;
const workload = (name: string, address: string, tunnel: 'HBONE' | 'NONE') => ({
  ...ordinaryWorkload,
  uid: `cluster//v1/Pod/shop/${name}`,
  key: `shop/${name}`,
  namespace: 'shop',
  name,
  addresses: [address],
  node: 'node-1',
  identity: `spiffe://cluster.local/ns/shop/sa/${name}`,
  tunnel,
  policies: [],
  strictOrigin: {},
  origin,
});
const endpoint = (name: string, servicePort: number, isHealthy: boolean) => ({
  workload: `cluster//v1/Pod/shop/${name}`,
  ports: [{ servicePort, targetPort: 8080 }],
  isHealthy,
});

const configuration: AmbientConfiguration = {
  workloads: [
    workload('web', '10.244.0.1', 'HBONE'),
    workload('orders', '10.244.0.2', 'HBONE'),
    workload('legacy', '10.244.0.3', 'NONE'),
    workload('late', '10.244.0.9', 'HBONE'),
  ],
  services: [
    {
      ...ordinaryService,
      key: 'shop/orders.shop.svc.cluster.local',
      namespace: 'shop',
      hostname: 'orders.shop.svc.cluster.local',
      vips: [{ network: '', ip: '10.96.0.20' }],
      ports: [
        { servicePort: 80, targetPort: 0 },
        { servicePort: 81, targetPort: 0 },
      ],
      endpoints: [
        endpoint('orders', 80, true),
        endpoint('legacy', 80, true),
        endpoint('late', 80, false),
        endpoint('late', 81, false),
      ],
      origin,
    },
  ],
  policies: [],
};
const from = { source: 'shop/web', sourceIp: '10.244.0.1' };

test.each([
  ['a pod address of an enrolled pod', '10.244.0.2', 8080, 0, 'hbone'],
  ['a pod address of a pod outside the mesh', '10.244.0.3', 8080, 0, 'tcp'],
  ['an unknown address', '203.0.113.7', 443, 0, 'tcp'],
  ['a Service, first endpoint drawn', '10.96.0.20', 80, 0, 'hbone'],
  ['a Service, second endpoint drawn', '10.96.0.20', 80, 1, 'tcp'],
  ['a Service without a ready endpoint', '10.96.0.20', 81, 0, 'deny'],
  ['a Service port that does not exist', '10.96.0.20', 82, 0, 'deny'],
  ['ztunnel itself on loopback', '127.0.0.1', 15_008, 0, 'deny'],
] as const)('ztunnel sends a connection to %s by its decision tree', (_, ip, port, picked, kind) => {
  expect(decideOutbound(configuration, { ...from, destination: { ip, port } }, () => picked).kind).toBe(kind);
});

test('the reasons of a decision do not change it, and name what was not drawn and why', () => {
  const trail = new Trail();
  const request = { ...from, destination: { ip: '10.96.0.20', port: 80 } };
  expect(decideOutbound(configuration, request, () => 0, trail)).toEqual(
    decideOutbound(configuration, request, () => 0),
  );
  expect(trail.because.map(({ rule }) => rule)).toEqual([
    'ztunnel.outbound.by-service',
    'ztunnel.outbound.drawn',
    'ztunnel.outbound.hbone',
  ]);
  expect(trail.rejected.map(({ option, reason }) => [option, reason.rule])).toEqual([
    ['shop/late', 'ztunnel.outbound.not-ready'],
    ['shop/late', 'ztunnel.outbound.not-ready'],
    ['shop/legacy', 'ztunnel.outbound.not-drawn'],
    ['plaintext', 'ztunnel.outbound.peer-speaks-hbone'],
  ]);
});

const selector = { ...origin, kind: 'Service', range: [5, 3, 5, 20] } as const;
const probe = { ...origin, range: [25, 7, 26, 30] } as const;
test.each([
  ['picks nothing: its selector', [], 'no-endpoint', selector],
  ['picks pods that are not ready: their probe', [endpoint('late', 80, false)], 'no-healthy-upstream', probe],
  ['lacks the port: itself', [endpoint('orders', 81, true)], 'no-healthy-upstream', origin],
] as const)('what to look at where a Service %s', (_, endpoints, rule, expected) => {
  const [known] = configuration.services;
  const changed: AmbientConfiguration = {
    ...configuration,
    workloads: configuration.workloads.map((one) => ({ ...one, readinessOrigin: probe })),
    services: known === undefined ? [] : [{ ...known, ports: [], endpoints, selectorOrigin: selector }],
  };
  const trail = new Trail();
  const request = { ...from, destination: { ip: '10.96.0.20', port: 80 } };
  const decision = decideOutbound(changed, request, () => 0, trail);
  expect(decision).toMatchObject({ kind: 'deny', reason: 'no healthy upstream: 10.96.0.20:80', origin: expected });
  expect(trail.because.at(-1)).toMatchObject({ rule: `ztunnel.outbound.${rule}`, origin: expected });
});

const arrival = {
  pod: 'shop/orders',
  address: '10.244.0.2',
  target: '10.244.0.2:8080',
  isTunnel: true,
  identity: 'spiffe://cluster.local/ns/shop/sa/web',
  sourceIp: '10.244.0.1',
};
test.each([
  ['is for the pod it came to', {}, 'allow'],
  ['asks for another address', { target: '10.244.0.3:8080' }, 400],
  ['names no port', { target: 'nonsense' }, 400],
  ['asks for one of ztunnel’s own ports', { target: '10.244.0.2:15001' }, 503],
  ['is for a pod the ztunnel has not heard of', { pod: 'shop/unknown' }, 503],
] as const)('a tunnel’s stream that %s', (_, change, expected) => {
  const decision = decideInbound(configuration, { ...arrival, ...change });
  expect(decision.kind === 'allow' ? 'allow' : decision.status).toBe(expected);
});

const input = {
  pod: 'p',
  namespace: 'shop',
  podLabel: '',
  namespaceLabel: '',
  hasSidecar: false,
  isHostNetwork: false,
};
test.each([
  ['namespace label alone', { namespaceLabel: 'ambient' }, true],
  ['namespace label, pod opted out', { namespaceLabel: 'ambient', podLabel: 'none' }, false],
  ['pod label alone', { podLabel: 'ambient' }, true],
  ['no label', {}, false],
  ['a sidecar wins', { namespaceLabel: 'ambient', podLabel: 'ambient', hasSidecar: true }, false],
  ['host network never', { podLabel: 'ambient', isHostNetwork: true }, false],
  ['kube-system never', { namespace: 'kube-system', namespaceLabel: 'ambient' }, false],
] as const)('enrolment: %s', (_, change, expected) => {
  expect(isAmbient({ ...input, ...change })).toBe(expected);
});
