// The lives of one run as lanes: a pod with probes and hooks that is born, gets ready, is deleted and is killed at the end of its grace.

import { expect, test } from 'vitest';
import { Run } from '../../../src/scenario/index.ts';
import type { AnyEntityId } from '../../../src/view/index.ts';
import { type Lifeline, lifelinesOf, lifeStateAt, stopsOf } from '../../../src/view/lifelines/index.ts';
import { indexOf } from './indexed.ts';

const scenario = `apiVersion: meshscope.dev/v1
kind: Scenario
metadata: {name: lives}
spec:
  duration: 12s
  nodes: [{name: node-1}, {name: node-2}]
  interventions:
  - {at: 5s, delete: Pod/shop/probed}
`;
const manifest = `apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: Pod
metadata: {name: probed, namespace: shop, labels: {app: probed}}
spec:
  terminationGracePeriodSeconds: 3
  containers:
  - name: app
    image: web
    ports: [{containerPort: 8080}]
    readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 1}
    lifecycle:
      postStart: {sleep: {seconds: 1}}
      preStop: {sleep: {seconds: 1}}
---
apiVersion: v1
kind: Service
metadata: {name: probed, namespace: shop}
spec: {selector: {app: probed}, ports: [{port: 80, targetPort: 8080}]}
`;
const run = new Run({ scenario, manifests: [{ path: 'lives.yaml', text: manifest }], mesh: 'none' });
run.advance(12_000_000);
const index = indexOf(run.trace);
const NOBODY = -1 as AnyEntityId; // an entity that is none
const frame = { stretch: { from: 0, to: 12_000_000 }, width: 800, pod: NOBODY, isOpen: () => true };
const { lines, axis, left } = lifelinesOf(index, frame);
const lineOf = (key: string): Lifeline => lines.find((line) => line.key === key)!; // its absence fails the test
const statesOf = (key: string): readonly string[] => lineOf(key).spans.map(({ state }) => state);
const signsOf = (key: string): readonly string[] => lineOf(key).marks.map(({ sign }) => sign);

test('a pod waits, runs, is ready, still serves while its preStop hook runs, and is gone', () => {
  expect(statesOf('pod/shop/probed')).toEqual(['waiting', 'running', 'ready', 'serving']);
  const { spans } = lineOf('pod/shop/probed');
  for (const [at, span] of spans.entries()) expect(span.to).toBe(spans[at + 1]?.from ?? span.to);
  expect(spans[3]!.from).toBeGreaterThanOrEqual(5_000_000);
  expect(spans.at(-1)!.to).toBeLessThan(12_000_000);
  expect(lifeStateAt(lineOf('pod/shop/probed'), 12_000_000)).toBeUndefined();
});

test('a container runs with its hook, its probes answer, SIGTERM follows the preStop hook', () => {
  expect(statesOf('pod/shop/probed/app')).toEqual(['waiting', 'running', 'ready', 'draining']);
  const signs = signsOf('pod/shop/probed/app');
  expect(signs.filter((sign) => sign === 'hook')).toHaveLength(2);
  expect(signs).toContain('probe-ok');
  expect(signs.indexOf('SIGTERM')).toBeGreaterThan(signs.lastIndexOf('hook'));
});

test('what is known of endpoints becomes one figure after each consumer has heard it', () => {
  const { spans } = lineOf('service/shop/probed');
  const agreed = spans.filter(({ state }) => state === 'known').map(({ figure }) => figure);
  expect(agreed).toContain('1/1');
  expect(agreed.at(-1)).toBe('0/0');
  expect(spans.some(({ state }) => state === 'learning')).toBe(true);
});

test('the stops of a lane are in order, and a stretch shows what lies in it', () => {
  const stops = stopsOf(lineOf('pod/shop/probed/app'));
  expect(stops.map(({ at }) => at)).toEqual(stops.map(({ at }) => at).toSorted((a, b) => a - b));
  const near = lifelinesOf(index, { ...frame, stretch: { from: 4_900_000, to: 5_100_000 } });
  const pod = near.lines.find(({ key }) => key === 'pod/shop/probed')!; // its absence fails the test
  expect(pod.spans.map(({ state }) => state)).toEqual(['ready', 'serving']);
  expect(pod.spans[0]!.from).toBe(4_900_000);
  expect(axis[0]).toEqual({ at: 0, label: '0' });
  expect(left).toBe(0);
});
