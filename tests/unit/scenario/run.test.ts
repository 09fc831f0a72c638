import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { parseTarget } from '../../../src/host/index.ts';
import { seed } from '../../../src/kernel/index.ts';
import type { RunOptions } from '../../../src/scenario/index.ts';
import { Run } from '../../../src/scenario/index.ts';
import type { MeshMode } from '../../../src/scenario/port.ts';
import { recordToLine } from '../../../src/trace/index.ts';
import '../provide-envoys.ts';

const folder = join(import.meta.dirname, '../../../src/entry/scenes/shop');
const text = (name: string): string => readFileSync(join(folder, `${name}.yaml`), 'utf8');
const manifests = ['namespace', 'web', 'orders', 'payments', 'mysql', 'report'].map((name) => ({
  path: `${name}.yaml`,
  text: text(name),
}));
const shop = (mesh: MeshMode, options: Partial<RunOptions> = {}): Run =>
  new Run({ scenario: text('scenario'), manifests, mesh, ...options });
const second = 1_000_000;

const lines = (run: Run): string[] =>
  Array.from({ length: run.trace.length }, (_, id) => recordToLine(run.trace, run.trace.get(id)));
const outcomes = (run: Run): string[] =>
  [...run.trace.select(['response'])].filter(({ at }) => at > 12 * second).map(({ result }) => result);

test('the mesh moves nobody: a pod stands on the node it has without one', () => {
  const places = (mesh: MeshMode): string[] => {
    const run = shop(mesh);
    run.advance(8 * second);
    const pods = [...run.trace.select(['pod'])].filter(({ namespace, node }) => namespace === 'shop' && node >= 0);
    return [...new Set(pods.map(({ name, node }) => `${name} on ${run.trace.entity(node).path}`))].sort();
  };
  expect(places('ambient')).toEqual(places('none'));
});

describe.each(['none', 'sidecar', 'ambient'] as const)('the shop (%s)', (mesh) => {
  test('becomes ready, and once it is, every call succeeds', () => {
    const run = shop(mesh);
    run.advance(25 * second);
    const { pods } = run.summary();
    expect(pods.ready).toBe(pods.total);
    expect(outcomes(run).length).toBeGreaterThan(50);
    expect(outcomes(run).filter((result) => result !== '200' && result !== 'ok')).toEqual([]);
  });

  test('the same inputs give the same trace', () => {
    const [first, again] = [shop(mesh), shop(mesh)];
    first.advance(8 * second);
    again.advance(4 * second);
    again.advance(8 * second);
    expect(again.trace.hash()).toBe(first.trace.hash());
  });

  test('seeking equals running straight, at instants in any order', () => {
    const straight = shop(mesh);
    straight.advance(10 * second);
    const expected = lines(straight);
    const run = shop(mesh, { keyframeEvery: 500 });
    run.advance(10 * second);
    for (const at of [7.3, 1.1, 9.99, 0, 3.25]) {
      run.seek(at * second);
      expect(lines(run)).toEqual(expected.slice(0, straight.trace.firstAfter(at * second)));
    }
    run.advance(10 * second);
    expect(run.trace.hash()).toBe(straight.trace.hash());
  });

  test('another seed gives another trace and the same outcome', () => {
    const [first, other] = [shop(mesh, { seed: 1 }), shop(mesh, { seed: 2 })];
    for (const run of [first, other]) run.advance(20 * second);
    expect(other.trace.hash()).not.toBe(first.trace.hash());
    expect(new Set(outcomes(other))).toEqual(new Set(outcomes(first)));
  });

  test('shaken ties change no outcome', () => {
    for (const shake of [1, 2, 3]) {
      const run = shop(mesh, { chooser: { kind: 'shaken', seed: seed(shake) } });
      run.advance(20 * second);
      expect(new Set(outcomes(run))).toEqual(new Set(['200', 'ok']));
    }
  });

  test('an edit in the past is a fork: what was before stays, and it equals the same edit made in time', () => {
    const edited = manifests.map((file) =>
      file.path === 'payments.yaml' ? { ...file, text: file.text.replace('replicas: 2', 'replicas: 1') } : file,
    );
    const late = shop(mesh, { keyframeEvery: 500 });
    late.advance(20 * second);
    const before = lines(late).slice(0, late.trace.firstAfter(12 * second));
    late.apply(12 * second, edited);
    late.advance(20 * second);
    const inTime = shop(mesh);
    inTime.advance(12 * second);
    inTime.apply(12 * second, edited);
    inTime.advance(20 * second);
    expect(lines(late).slice(0, before.length)).toEqual(before);
    expect(late.trace.hash()).toBe(inTime.trace.hash());
    expect(late.summary().pods.total).toBe(inTime.summary().pods.total);
  });

  test('a packet is dropped at most once, and nothing is caused by what comes later', () => {
    const run = shop(mesh);
    run.advance(9 * second);
    run.kill(9 * second, 'shop/orders');
    run.advance(14 * second);
    const dropped = [...run.trace.select(['dropped'])].map(({ packet }) => packet);
    expect(new Set(dropped).size).toBe(dropped.length);
    for (const packet of dropped) expect(run.trace.kindOf(packet)).toBe('packet');
    for (let id = 0; id < run.trace.length; id += 1) expect(run.trace.causeOf(id)).toBeLessThan(id);
  });
});

describe('what an apply leaves out', () => {
  const deny = `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny-web, namespace: shop}
spec: {action: DENY, rules: [{}]}
`;
  const policies = (run: Run): string[] =>
    [...run.trace.select(['object'])]
      .filter(({ resource, actor }) => resource === 'AuthorizationPolicy' && actor !== 'istiod')
      .map(({ verb, name }) => `${verb} ${name}`);
  const applied = (run: Run): string[] =>
    [...run.trace.select(['input'])]
      .filter(({ action }) => action === 'apply')
      .map(({ subject, detail }) => `${subject}: ${detail}`);

  test('is deleted, and says so', () => {
    const run = shop('ambient');
    run.advance(9 * second);
    run.apply(9 * second, [...manifests, { path: 'deny.yaml', text: deny }]);
    run.advance(10 * second);
    run.apply(10 * second, manifests);
    run.advance(11 * second);
    expect(policies(run)).toEqual(['created deny-web', 'deleted deny-web']);
    expect(applied(run).slice(-2)).toEqual([
      'AuthorizationPolicy shop/deny-web: 1 created, 15 unchanged',
      'AuthorizationPolicy shop/deny-web: 15 unchanged, 1 deleted',
    ]);
    expect(run.summary().pods.ready).toBe(run.summary().pods.total);
  });

  test('stays while its file is broken', () => {
    const run = shop('ambient');
    run.advance(9 * second);
    run.apply(9 * second, [...manifests, { path: 'deny.yaml', text: deny }]);
    run.advance(10 * second);
    const diagnostics = run.apply(10 * second, [
      ...manifests,
      { path: 'deny.yaml', text: deny.replace('kind:', 'kind：') },
    ]);
    run.advance(11 * second);
    expect(diagnostics.length).toBeGreaterThan(0);
    expect(policies(run)).toEqual(['created deny-web']);
  });

  test('stays when it never was in the files: the mesh, and what the scenario applied', () => {
    const extras = [{ path: 'deny.yaml', text: deny }];
    const scenario = `${text('scenario')}  interventions:\n    - {at: 8s, apply: deny.yaml}\n`;
    const run = shop('ambient', { scenario, extras });
    run.advance(9 * second);
    run.apply(9 * second, manifests);
    run.advance(10 * second);
    expect(policies(run)).toEqual(['created deny-web']);
    expect(run.summary().pods.ready).toBe(run.summary().pods.total);
  });
});

test('a killed pod is replaced at once', () => {
  const run = shop('ambient');
  run.advance(12 * second);
  run.kill(12 * second, 'shop/mysql');
  run.advance(20 * second);
  expect(run.summary().pods.ready).toBe(run.summary().pods.total);
  expect([...run.trace.select(['container'])].some(({ at, exitCode }) => at >= 12 * second && exitCode === 143)).toBe(
    true,
  );
});

test('requests asked for are counted, and one to a port nobody serves fails', () => {
  const run = shop('ambient');
  const ready = run.advanceUntilReady(30 * second) ?? 0;
  const target = parseTarget('http://orders:8080/');
  const nowhere = parseTarget('http://orders:81/');
  if (target === undefined || nowhere === undefined) throw new Error('the URLs are good');
  const asking = { from: 'shop/web', count: 4, method: 'GET', headers: [] };
  run.ask(ready, { ...asking, target });
  run.advance(ready + second);
  run.ask(ready + second, { ...asking, target: nowhere });
  run.advance(ready + 10 * second);
  const { requests } = run.summary();
  expect(requests).toMatchObject({ sent: 8, ok: 4, failed: 4, byResult: { '200': 4 } });
});

test('a Job’s pod that is done leaves no port open and no tunnel behind', () => {
  const run = shop('ambient');
  // The other end of its tunnel hears nothing of the pod's end: a PING of every 10 s goes without answer for 20 s.
  run.advance(60 * second);
  const { trace } = run;
  const [report] = [...trace.select(['pod'])].filter(
    ({ name, phase }) => name.startsWith('report-') && phase === 'Succeeded',
  );
  const own = [...trace.select(['netns'])].filter(({ pod }) => pod === report?.pod).map(({ netns }) => netns);
  const ports = new Map<number, boolean>();
  for (const { netns, port, open } of trace.select(['listener'])) if (own.includes(netns)) ports.set(port, open);
  expect([...ports.keys()].toSorted()).toEqual([15001, 15006, 15008]);
  expect([...ports.values()]).toEqual([false, false, false]);
  const closed = new Set([...trace.select(['closed'])].map(({ connection }) => connection));
  const dialled = [...trace.select(['connection'])].filter(({ source }) =>
    source.startsWith(`${report?.address ?? ''}:`),
  );
  expect(dialled.length).toBeGreaterThan(1);
  for (const { connection } of dialled) expect(closed.has(connection)).toBe(true);
});

test('requests are scheduled before what the scenario does later, and both happen', () => {
  const scenario = `${text('scenario')}  interventions:\n    - {at: 15s, kill: shop/mysql}\n`;
  const run = shop('ambient', { scenario });
  const ready = run.advanceUntilReady(14 * second) ?? 0;
  const target = parseTarget('http://orders:8080/');
  if (target === undefined) throw new Error('the URL is good');
  const asking = { from: 'shop/web', target, count: 2, method: 'GET', headers: [] };
  run.schedule(16 * second, asking);
  run.schedule(ready, asking);
  run.schedule(ready, asking);
  run.advance(18 * second);
  expect(run.summary().requests).toMatchObject({ sent: 6, ok: 6 });
  expect([...run.trace.select(['input'])].map(({ action, at }) => [action, at])).toEqual([
    ['apply', 0],
    ['apply', 0],
    ['request', ready],
    ['request', ready],
    ['kill', 15 * second],
    ['request', 16 * second],
  ]);
});

test('decisions of ztunnels can be explained, with the alternative that was not drawn', () => {
  const run = shop('ambient');
  run.advance(15 * second);
  const decisions = [...run.trace.select(['decision'])].filter(({ point }) => point.startsWith('ztunnel.'));
  expect(decisions.length).toBeGreaterThan(10);
  for (const decision of decisions) {
    const explanation = run.explain(decision.id);
    expect(explanation?.chosen).toBe(decision.chosen);
    expect(explanation?.because.length).toBeGreaterThan(0);
  }
});

test('a scenario sends requests from outside of the cluster, to a Service of type LoadBalancer', () => {
  const request = '{from: outside, to: "http://198.18.1.200:8080/cart", count: 3}';
  const scenario = `${text('scenario')}  interventions:\n    - {at: 5s, request: ${request}}\n`;
  const edge = `apiVersion: v1
kind: Service
metadata: {name: edge, namespace: shop}
spec: {type: LoadBalancer, clusterIP: 10.96.1.200, selector: {app: orders}, ports: [{name: http, port: 8080}]}
`;
  const run = shop('none', { scenario, manifests: [...manifests, { path: 'edge.yaml', text: edge }] });
  expect(run.info.diagnostics).toEqual([]);
  run.advance(6 * second);
  const asked = [...run.trace.select(['request'])].filter(({ source }) => source === '203.0.113.10');
  expect(asked).toHaveLength(3);
  const answers = [...run.trace.select(['response'])].filter((answer) => asked.some(({ id }) => id === answer.request));
  expect(answers.map(({ result }) => result)).toEqual(['200', '200', '200']);
});
