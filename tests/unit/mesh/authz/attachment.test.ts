// Which proxies a policy is for. Situations follow istio/istio:pilot/pkg/model/policyattachment_test.go at 1.31.
import { expect, test } from 'vitest';
import type { Attachable, PolicyHost } from '../../../../src/mesh/authz/index.ts';
import { isAttached } from '../../../../src/mesh/authz/index.ts';

const gatewayLabel = { 'gateway.networking.k8s.io/gateway-name': 'main' };
const workload: PolicyHost = { namespace: 'shop', labels: { app: 'orders' } };
const gateway: PolicyHost = { namespace: 'shop', labels: { ...gatewayLabel, tier: 'edge' } };
const waypoint: PolicyHost = {
  namespace: 'shop',
  labels: gatewayLabel,
  waypoint: {
    services: [
      { kind: 'Service', namespace: 'bank', name: 'bills' },
      { kind: 'ServiceEntry', namespace: 'shop', name: 'api' },
    ],
  },
};
const to = (kind: string, name: string, group = 'gateway.networking.k8s.io', namespace?: string): Attachable => ({
  targetRefs: [{ group, kind, name, ...(namespace === undefined ? {} : { namespace }) }],
});
const selecting = (labels: Readonly<Record<string, string>>): Attachable => ({ selector: { matchLabels: labels } });

test.each<[string, Attachable, string, PolicyHost, boolean]>([
  ['nobody selected in its namespace: everybody', {}, 'shop', workload, true],
  ['nobody selected in the root namespace: everybody', {}, 'istio-system', workload, true],
  ['another namespace’s', {}, 'bank', workload, false],
  ['a selector that fits', selecting({ app: 'orders' }), 'shop', workload, true],
  ['a selector that does not', selecting({ app: 'web' }), 'shop', workload, false],
  ['a target, asked of an ordinary workload', to('Gateway', 'main'), 'shop', workload, false],
  ['a gateway by selector', selecting({ tier: 'edge' }), 'shop', gateway, true],
  ['a gateway by name', to('Gateway', 'main'), 'shop', gateway, true],
  ['another gateway', to('Gateway', 'other'), 'shop', gateway, false],
  ['a gateway of another namespace', to('Gateway', 'main'), 'bank', gateway, false],
  ['a gateway by name across namespaces', to('Gateway', 'main', undefined, 'bank'), 'shop', gateway, false],
  [
    'a gateway by its older single target',
    { targetRef: to('Gateway', 'main').targetRefs?.[0] ?? { kind: '', name: '' } },
    'shop',
    gateway,
    true,
  ],
  ['a name without its group', to('Gateway', 'main', ''), 'shop', gateway, false],
  ['a waypoint by selector', selecting({}), 'shop', waypoint, false],
  ['a waypoint by name', to('Gateway', 'main'), 'shop', waypoint, true],
  [
    'a waypoint by class, from the root namespace',
    to('GatewayClass', 'istio-waypoint'),
    'istio-system',
    waypoint,
    true,
  ],
  ['a waypoint by class, from elsewhere', to('GatewayClass', 'istio-waypoint'), 'shop', waypoint, false],
  ['a waypoint by a Service it takes requests for', to('Service', 'bills', 'core'), 'bank', waypoint, true],
  ['a waypoint by a Service of another namespace', to('Service', 'bills', ''), 'shop', waypoint, false],
  ['a waypoint by a ServiceEntry', to('ServiceEntry', 'api', 'networking.istio.io'), 'shop', waypoint, true],
  ['a gateway by a Service', to('Service', 'bills', ''), 'bank', gateway, false],
])('%s', (_, spec, namespace, host, expected) => {
  expect(isAttached(spec, namespace, host, 'istio-system')).toBe(expected);
});
