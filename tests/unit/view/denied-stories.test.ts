// Requests that share tunnels: each is told by its own connection, its own stream and the decision about it, none by another's.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Run } from '../../../src/scenario/index.ts';
import { requestOfRecord } from '../../../src/view/run/story.ts';
import { whyOf } from '../../../src/view/why/why.ts';
import { indexOf } from './indexed.ts';
import '../provide-envoys.ts';

const scene = new URL('../../../src/entry/scenes/shop/', import.meta.url);
const text = (name: string): string => readFileSync(new URL(`${name}.yaml`, scene), 'utf8');
const policy = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny-web, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  action: DENY
  rules: [{from: [{source: {principals: ["*/sa/web"]}}]}]
`;

const run = new Run({
  scenario: text('scenario'),
  mesh: 'ambient',
  manifests: [
    ...['namespace', 'web', 'orders', 'payments', 'mysql', 'report'].map((name) => ({
      path: `${name}.yaml`,
      text: text(name),
    })),
    { path: 'deny.yaml', text: policy },
  ],
});
run.advance(8_000_000);
const index = indexOf(run.trace);
const lines = [...run.trace.select(['log'])].filter(
  ({ line }) => line.includes('direction="inbound"') && line.includes('explicitly denied by'),
);

test('what a ztunnel logs of a stream belongs to the request that the stream was for, not to the one its tunnel was made for', () => {
  expect(lines.length).toBeGreaterThan(10);
  for (const { id, at, line } of lines) {
    const request = run.trace.getAs(requestOfRecord(index, id), 'request');
    const answered = index.requests.get(request.id)?.response ?? -1;
    expect(line).toContain(`src.addr=${request.source}:`);
    expect(request.at).toBeLessThanOrEqual(at);
    expect(answered < 0 ? Infinity : run.trace.timeOf(answered as never)).toBeGreaterThanOrEqual(at);
  }
});

test('every denied request is denied at a ztunnel of orders, also those that waited for one certificate', () => {
  const requests = new Set(lines.map(({ id }) => requestOfRecord(index, id)));
  for (const request of requests) {
    const culprit = whyOf(index, request).hops.find(({ isCulprit }) => isCulprit);
    expect([culprit?.lane.program, culprit?.lane.place]).toEqual(['ztunnel', expect.stringMatching(/^orders-/)]);
  }
});
