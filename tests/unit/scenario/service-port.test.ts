import { expect, test } from 'vitest';
import { Run } from '../../../src/scenario/index.ts';
import '../provide-envoys.ts';

const deployment = (name: string, labels: string, port: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}, ${labels}}}
    spec: {containers: [{name: ${name}, image: ${name}, ports: [${port}]}]}
---`;
const manifests = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Service
metadata: {name: orders, namespace: shop}
spec: {selector: {app: orders}, ports: [{port: 80, targetPort: 8080}]}
---${deployment('web', 'istio.io/dataplane-mode: none', '')}${deployment('orders', 'istio.io/dataplane-mode: ambient', '{containerPort: 8080}')}
`;
const scenario = `
apiVersion: meshscope.dev/v1
kind: Scenario
metadata: {name: service-port}
spec: {programs: [{workload: shop/web, calls: [http://orders/ every 500ms]}]}
`;

test('a client outside the mesh reaches an enrolled server through a Service port that is not the target port', () => {
  const run = new Run({ scenario, manifests: [{ path: 'shop.yaml', text: manifests }] });
  run.advance(8_000_000);
  const calls = new Set(
    [...run.trace.select(['request'])].filter(({ url }) => url === 'http://orders/').map(({ id }) => id),
  );
  const results = [...run.trace.select(['response'])]
    .filter(({ at, request }) => at > 5_000_000 && calls.has(request))
    .map(({ result }) => result);
  expect(results.length).toBeGreaterThan(3);
  expect(new Set(results)).toEqual(new Set(['200']));
  const targets = [...run.trace.select(['decision'])]
    .filter(({ point }) => point === 'ztunnel.inbound')
    .map(({ input }) => input['target']);
  expect(new Set(targets.map((target) => String(target).split(':')[1]))).toEqual(new Set(['8080']));
});
