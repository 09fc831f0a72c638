// What makes istiod push, told by a running mesh: each change alone, in a cluster at rest.
import { describe, expect, test } from 'vitest';

import { parseTarget } from '../../../../src/host/index.ts';
import { Run } from '../../../../src/scenario/index.ts';
import '../../provide-envoys.ts';

const workload = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: web, ports: [{containerPort: 8080}]}]}
`;
const base = { path: 'web.yaml', text: workload };
const atRest = new Run({ scenario: '', manifests: [base], mesh: 'sidecar' });
atRest.settle();

/** Reasons of the pushes that come of applying one more file. */
function pushesAfter(text: string): readonly string[] {
  const run = atRest.fork();
  const { length } = run.trace;
  run.apply(run.simulated, [base, { path: 'more.yaml', text }]);
  run.settle();
  return [...run.trace.select(['push'], length)].map(({ reason }) => reason);
}

describe('istiod pushes', () => {
  test.each([
    [
      'a VirtualService',
      'networking.istio.io/v1',
      'VirtualService',
      'spec: {hosts: [web], http: [{route: [{destination: {host: web}}]}]}',
    ],
    ['a policy', 'security.istio.io/v1', 'PeerAuthentication', 'spec: {mtls: {mode: STRICT}}'],
    [
      'an HTTPRoute',
      'gateway.networking.k8s.io/v1',
      'HTTPRoute',
      'spec: {parentRefs: [{kind: Service, group: "", name: web}]}',
    ],
    [
      'an Ingress',
      'networking.k8s.io/v1',
      'Ingress',
      'spec: {defaultBackend: {service: {name: web, port: {number: 80}}}}',
    ],
    ['a Service', 'v1', 'Service', 'spec: {ports: [{port: 81}]}'],
    ['a Secret', 'v1', 'Secret', 'data: {}'],
  ])('because of %s', (_, apiVersion, kind, rest) => {
    const pushes = pushesAfter(
      `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x, namespace: shop}\n${rest}\n`,
    );
    expect(pushes).toEqual([`${kind}/shop/x`]);
  });

  test('not because of what owns pods, nor of a ServiceAccount', () => {
    expect(pushesAfter('apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: x, namespace: shop}\n')).toEqual([]);
    const idle = workload
      .slice(workload.indexOf('---'))
      .replace('spec:', 'spec:\n  replicas: 0')
      .replaceAll('web', 'idle');
    expect(pushesAfter(idle)).toEqual([]);
  });

  test('because of a pod when it gets its address, becomes ready and goes; not for its containers', () => {
    const run = atRest.fork();
    const { length } = run.trace;
    run.apply(run.simulated, [
      { ...base, text: workload.replace('spec:\n  selector', 'spec:\n  replicas: 2\n  selector') },
    ]);
    run.settle();
    const pod = [...run.trace.select(['pod'], length)].at(-1)?.name ?? '';
    const states = [...run.trace.select(['container'], length)].filter(({ pod: of }) =>
      run.trace.entity(of).path.includes(pod),
    );
    const pushes = [...run.trace.select(['push'], length)].filter(({ reason }) => reason.includes(`Pod/shop/${pod}`));
    expect(states.length).toBeGreaterThan(pushes.length);
    expect(pushes).toHaveLength(2);
    const before = run.trace.length;
    run.kill(run.simulated, `shop/${pod}`);
    run.settle();
    expect([...run.trace.select(['push'], before)].some(({ reason }) => reason.includes(`Pod/shop/${pod}`))).toBe(true);
  });

  test('and what it did not push for is known at the next push all the same', () => {
    const run = atRest.fork();
    run.ask(run.simulated, {
      from: 'shop/web',
      target: parseTarget('http://web/')!,
      count: 1,
      method: 'GET',
      headers: [],
    });
    run.settle();
    expect([...run.trace.select(['response'])].at(-1)?.result).toBe('200');
  });
});
