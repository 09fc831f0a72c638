// Invariants I3 to I5 and I14 to I18 of a sidecar's beginning: who is injected, what starts first, and what is redirected.
import { describe, expect, test } from 'vitest';
import { cniManifest } from '../../../../src/mesh/cni/index.ts';
import { defaultMeshConfiguration } from '../../../../src/mesh/index.ts';
import { calledWebhook, webhooksOf } from '../../../../src/mesh/injection/index.ts';
import type { Scene } from '../istio-sidecar/scene.ts';
import { app, namespace, play, service } from '../istio-sidecar/scene.ts';

const second = 1_000_000;
const legacy = { istiod: { ENABLE_NATIVE_SIDECARS: 'disabled' } };
const held = { ...legacy, meshConfig: { holdApplicationUntilProxyStarts: true } };
const http = { name: 'http', port: 8080 };
const orders = [app('shop/orders'), service('shop/orders', http)];
const calling = app('shop/web', { annotations: { 'meshscope.dev/calls': 'http://orders:8080/ every 50ms' } });

const of = ({ run }: Scene, entity: number, pod: string): boolean =>
  run.trace.entity(entity as never).path.includes(pod);
/** When the proxy of such a pod was ready for the first time. */
const liveAt = (scene: Scene, pod: string): number =>
  [...scene.run.trace.select(['state'])].find(
    ({ machine, to, entity }) => machine === 'pilot-agent' && to === 'live' && of(scene, entity, pod),
  )?.at ?? Infinity;
const runningAt = (scene: Scene, pod: string, name: string): number =>
  [...scene.run.trace.select(['container'])].find(
    (record) => record.state === 'running' && record.name === name && of(scene, record.pod, pod),
  )?.at ?? Infinity;
const events = ({ run }: Scene): readonly string[] => [...run.trace.select(['event'])].map(({ reason }) => reason);
const containers = (scene: Scene, pod: string): readonly string[] => [
  ...new Set([...scene.run.trace.select(['container'])].filter((r) => of(scene, r.pod, pod)).map(({ name }) => name)),
];

test.each([1, 2, 3])('I3: before its proxy serves an application is refused, it never waits (seed %i)', (seed) => {
  // Its server is there long before it.
  const scene = play([namespace('shop'), ...orders], [], {
    scenario: { ...legacy, interventions: [{ at: '8s', apply: 'web.yaml' }] },
    extras: { 'web.yaml': calling },
    seed,
    seconds: 8,
  });
  const live = liveAt(scene, '/web-');
  const all = [...scene.run.trace.select(['response'])].filter(({ request }) =>
    scene.run.trace.getAs(request, 'request').url.includes('orders'),
  );
  const early = all.filter(({ at }) => at < live);
  expect(runningAt(scene, '/web-', 'app')).toBeLessThan(live);
  expect(early.length).toBeGreaterThan(0);
  expect(new Set(early.map(({ result }) => result))).toEqual(new Set(['refused']));
  expect(Math.max(...early.map(({ latency }) => latency))).toBeLessThan(second / 10);
  expect(all.at(-1)?.result).toBe('200');
});

describe('I4: an application that is held', () => {
  const away = { ...held, interventions: [{ at: '300ms', delete: 'Deployment/istio-system/istiod' }] };
  test('starts when its proxy is ready', () => {
    const scene = play([namespace('shop'), calling, ...orders], [], { scenario: held, seconds: 1 });
    expect(runningAt(scene, '/web-', 'app')).toBeGreaterThanOrEqual(liveAt(scene, '/web-'));
    expect(events(scene)).not.toContain('FailedPostStartHook');
  });
  test('starts without it after a minute in vain', () => {
    const scene = play([namespace('shop'), calling, ...orders], [], { scenario: away, ready: 1, seconds: 75 });
    expect(liveAt(scene, '/web-')).toBe(Infinity);
    expect(events(scene)).toContain('FailedPostStartHook');
    const waited = (runningAt(scene, '/web-', 'app') - runningAt(scene, '/web-', 'istio-proxy')) / second;
    expect(waited).toBeGreaterThanOrEqual(59.5);
    expect(waited).toBeLessThan(66);
  });
});

describe.each([
  { mode: 'an ordinary', scenario: legacy },
  { mode: 'a native', scenario: {} },
])('I5: a pod with $mode sidecar', ({ scenario }) => {
  const interventions = [
    { at: '12s', restart: 'shop/orders', container: 'istio-proxy' },
    { at: '25s', pause: 'shop/orders', container: 'istio-proxy' },
  ];
  const scene = play([namespace('shop'), ...orders], [], { scenario: { ...scenario, interventions }, seconds: 100 });
  const lives = [...scene.run.trace.select(['state'])]
    .filter(({ machine, to, entity }) => machine === 'pilot-agent' && to === 'live' && of(scene, entity, '/orders-'))
    .map(({ at }) => at);
  const pods = [...scene.run.trace.select(['pod'])].filter(({ name }) => name.startsWith('orders-'));

  test('is ready when its proxy is, not before', () => {
    expect(pods.find(({ ready }) => ready)?.at).toBeGreaterThanOrEqual(lives[0] ?? Infinity);
  });

  test('is not while its proxy starts anew', () => {
    expect(lives).toHaveLength(2);
    const [back = NaN] = lives.slice(1);
    const after = pods.filter(({ at }) => at >= 12 * second && at < 25 * second);
    expect(after.map(({ ready }) => ready)).toEqual([false, true]);
    expect(after[1]?.at).toBeGreaterThanOrEqual(back);
  });

  test('is not once its proxy has not answered four looks of its readiness probe', () => {
    const after = pods.filter(({ at }) => at >= 25 * second);
    expect(after.map(({ ready }) => ready)).toEqual([false]);
    expect((after[0]?.at ?? NaN) / second).toBeLessThan(25 + 4 * 15 + 3.1);
  });

  test('is an endpoint for nobody before', () => {
    const told = [...scene.run.trace.select(['endpoints'])].filter(({ service: name }) => name === 'shop/orders');
    const listed = told.filter(({ ready }) => ready > 0);
    expect(new Set(listed.map(({ consumer }) => consumer)).size).toBeGreaterThan(1);
    expect(Math.min(...listed.map(({ at }) => at))).toBeGreaterThanOrEqual(lives[0] ?? Infinity);
  });
});

describe('I14: of all labels', () => {
  const revisions = ['default', 'canary'];
  const hooks = revisions.flatMap((revision) => webhooksOf(revision).map((hook) => ({ revision, hook })));
  const none = undefined;
  const cases = [none, 'enabled', 'disabled'].flatMap((injection) =>
    [none, ...revisions].flatMap((rev) =>
      [none, 'true', 'false'].flatMap((inject) =>
        [none, ...revisions].map((podRev) => ({ injection, rev, inject, podRev })),
      ),
    ),
  );
  const labels = (entries: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined));
  /** The revision that injects, as the table of the chart's selectors reads. */
  const expected = ({ injection, rev, inject, podRev }: (typeof cases)[number]): string | undefined => {
    if (inject === 'false' || injection === 'disabled') return none;
    if (injection === 'enabled') return 'default';
    return rev ?? podRev ?? (inject === 'true' ? 'default' : none);
  };
  test(`each of the ${cases.length} combinations calls the webhook of one revision or of none`, () => {
    for (const combination of cases) {
      const { injection, rev, inject, podRev } = combination;
      const ofNamespace = labels({ 'istio-injection': injection, 'istio.io/rev': rev });
      const ofPod = labels({ 'sidecar.istio.io/inject': inject, 'istio.io/rev': podRev });
      const called = hooks.filter(({ hook }) => calledWebhook([hook], ofNamespace, ofPod) !== undefined);
      expect([combination, called.map(({ revision }) => revision)]).toEqual([
        combination,
        [expected(combination)].filter((revision) => revision !== undefined),
      ]);
    }
  });
});

describe('I15: while istiod is away', () => {
  const scene = play([namespace('shop'), namespace('plain', {}), ...orders], [], {
    scenario: {
      interventions: [
        { at: '12s', delete: 'Deployment/istio-system/istiod' },
        { at: '15s', apply: 'new.yaml' },
      ],
    },
    extras: { 'new.yaml': [calling, app('plain/web')].join('\n---\n') },
    seconds: 25,
  });
  test('a pod that no webhook selects is created as it came', () => {
    expect(containers(scene, 'plain/web-')).toEqual(['app']);
  });
  test('a pod that one selects is refused, and its ReplicaSet says so', () => {
    expect(containers(scene, 'shop/web-')).toEqual([]);
    const failed = [...scene.run.trace.select(['event'])].find(({ reason }) => reason === 'FailedCreate');
    expect(failed?.message).toContain('failed calling webhook "namespace.sidecar-injector.istio.io"');
  });
  test('pods that were there before go on', () => {
    const last = [...scene.run.trace.select(['pod'])].findLast(({ name }) => name.startsWith('orders-'));
    expect([last?.phase, last?.ready]).toEqual(['Running', true]);
  });
});

test('I16: a label on a namespace changes no pod that runs', () => {
  const scene = play([namespace('shop', {}), ...orders], [], {
    scenario: { mesh: 'sidecar', interventions: [{ at: '8s', apply: 'labelled.yaml' }] },
    extras: { 'labelled.yaml': namespace('shop') },
    seconds: 20,
  });
  expect(containers(scene, 'shop/orders-')).toEqual(['app']);
});

test('I17: what user 1337 sends is redirected by nobody', () => {
  const own = app('shop/web', { container: { securityContext: { runAsUser: 1337 } } });
  const scene = play([namespace('shop'), own, ...orders], [{ from: 'shop/web', to: 'http://orders:8080/' }], {
    seconds: 3,
  });
  const byRule = [...scene.run.trace.select(['captured'])].filter(({ rule }) => rule.startsWith('istio-init.OUTPUT'));
  expect(scene.results).toEqual(['200']);
  expect(byRule).toEqual([]);
});

describe('I18: with istio-cni in place of istio-init', () => {
  const agent = 'DaemonSet/istio-system/istio-cni-node';
  const agents = cniManifest({ ...defaultMeshConfiguration }).text;
  /** The node has no plugin from 8 s to 24 s; `web` comes at 9 s. */
  const away = (repair: string): Scene =>
    play([namespace('shop'), ...orders], [], {
      scenario: {
        nodes: [{ name: 'node-1' }],
        cni: { sidecars: true, repair },
        interventions: [
          { at: '8s', delete: agent },
          { at: '9s', apply: 'web.yaml' },
          { at: '24s', apply: 'agent.yaml' },
        ],
      },
      extras: { 'web.yaml': calling, 'agent.yaml': agents },
      seconds: 60,
    });
  const exits = (scene: Scene): readonly number[] =>
    [...scene.run.trace.select(['container'])]
      .filter(
        ({ name, state, pod }) => name === 'istio-validation' && state === 'terminated' && of(scene, pod, '/web-'),
      )
      .map(({ exitCode }) => exitCode);
  const isReady = (scene: Scene): boolean =>
    [...scene.run.trace.select(['pod'])].findLast(({ name }) => name.startsWith('web-'))?.ready === true;

  test('the plugin writes the rules before any container starts, and no container does', () => {
    const scene = play([namespace('shop'), calling, ...orders], [{ from: 'shop/web', to: 'http://orders:8080/' }], {
      scenario: { cni: { sidecars: true } },
      seconds: 3,
    });
    const written = [...scene.run.trace.select(['rules'])].filter(({ set }) => set === 'istio-cni');
    expect(written.length).toBe(2);
    expect(containers(scene, '/web-')).toEqual(['istio-validation', 'istio-proxy', 'app']);
    expect(scene.results).toEqual(['200']);
    const captured = [...scene.run.trace.select(['captured'])].map(({ rule }) => rule);
    expect(captured.some((rule) => rule.startsWith('istio-init.PREROUTING'))).toBe(true);
  });

  test('a pod that begins without a plugin fails with 126; repaired, it goes on when its back-off is over', () => {
    const scene = away('repairPods');
    const codes = exits(scene);
    expect(codes[0]).toBe(126);
    expect(codes.at(-1)).toBe(0);
    expect(events(scene)).toContain('BackOff');
    expect(isReady(scene)).toBe(true);
    expect([...scene.run.trace.select(['rules'])].filter(({ set }) => set === 'istio-cni').length).toBe(2);
  });

  test('or it is deleted, and the next one begins as it should', () => {
    const scene = away('deletePods');
    expect(events(scene)).toContain('DeleteBrokenPod');
    expect([exits(scene)[0], exits(scene).at(-1)]).toEqual([126, 0]);
    expect(isReady(scene)).toBe(true);
  });

  test.each([
    ['labelPods', true],
    ['off', false],
  ])('with %s it never goes on', (repair, isMarked) => {
    const scene = away(repair);
    expect(new Set(exits(scene))).toEqual(new Set([126]));
    expect(events(scene).includes('LabelBrokenPod')).toBe(isMarked);
    expect(isReady(scene)).toBe(false);
  });
});
