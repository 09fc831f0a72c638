// A VirtualService and a route of the Gateway API on one host of a waypoint: upstream calls what they do together undefined, and so the
// page foretells nothing. Source: istio/istio.io:content/en/docs/ambient/usage/waypoint/index.md.
import { expect, test } from 'vitest';

import { parseTarget } from '../../../src/host/index.ts';
import { Run } from '../../../src/scenario/index.ts';
import { decisionOutcome, whyOf } from '../../../src/view/index.ts';
import '../provide-envoys.ts';
import { indexOf } from './indexed.ts';

const text = `apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio.io/dataplane-mode: ambient, istio.io/use-waypoint: waypoint}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: waypoint, namespace: shop, labels: {istio.io/waypoint-for: service}}
spec: {gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]}
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: orders, namespace: shop, labels: {app: orders}}
spec: {containers: [{name: orders, image: example/orders, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: example/web}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: one, namespace: shop}
spec: {hosts: [orders], http: [{route: [{destination: {host: orders}}]}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: other, namespace: shop}
spec:
  parentRefs: [{group: "", kind: Service, name: orders}]
  rules: [{backendRefs: [{name: orders, port: 80}]}]
`;
const second = 1_000_000;

test('what upstream leaves undefined is not foretold: Why names the decision that says so', () => {
  const run = new Run({ scenario: '', manifests: [{ path: 'mix.yaml', text }], seed: 1 });
  run.advance(20 * second);
  const target = parseTarget('http://orders/');
  if (target === undefined) throw new Error('a URL');
  run.ask(20 * second, { from: 'shop/web', target, count: 1, method: 'GET', headers: [] });
  run.advance(25 * second);

  const index = indexOf(run.trace);
  const request = [...run.trace.select(['request'])].find(({ url }) => url === 'http://orders/');
  const why = whyOf(index, request?.id ?? -1);
  const decision = why.culprit?.decision ?? -1;
  expect(decisionOutcome(index, decision)).toEqual({ kind: 'undefined', text: 'not predictable' });
  expect(why.culprit?.record).toBe(decision);
  const explained = run.explain(decision);
  expect(explained?.because.map(({ rule, origin }) => [rule, origin?.kind])).toEqual(
    expect.arrayContaining([
      ['envoy.route.undefined-mix', 'VirtualService'],
      ['envoy.route.undefined-mix', 'HTTPRoute'],
    ]),
  );
});
