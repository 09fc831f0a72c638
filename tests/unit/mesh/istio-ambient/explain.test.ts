// Why ztunnel and the istio-cni agent decided as they did, and the manifest line behind it.
import { describe, expect, test } from 'vitest';
import { parseTarget } from '../../../../src/host/index.ts';
import type { ManifestFile } from '../../../../src/manifests/index.ts';
import type { Run } from '../../../../src/scenario/index.ts';
import { app, istio, namespace, play, service } from '../istio-sidecar/scene.ts';

const ambient = { 'istio.io/dataplane-mode': 'ambient' };
const shop = [
  namespace('shop', ambient),
  app('shop/web'),
  app('shop/orders'),
  service('shop/orders', { name: 'http', port: 80, targetPort: 8080 }),
];
const outside = [namespace('plain', {}), app('plain/web')];
const inMesh = { from: 'shop/web', to: 'http://orders.shop/' };
const fromOutside = { from: 'plain/web', to: 'http://orders.shop/' };
const rule = (spec: object): string => istio('AuthorizationPolicy', 'shop/rule', spec);
const from = [{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }];
const post = [{ operation: { methods: ['POST'] } }];

/** Rules and kinds of manifest behind the last decision at a point: what led to it, then what did not. */
function reasons(run: Run, point: string): readonly string[] {
  const last = [...run.trace.select(['decision'])].filter((decision) => decision.point === point).at(-1);
  const explanation = last === undefined ? undefined : run.explain(last.id);
  expect(explanation?.chosen).toBe(last?.chosen);
  const { because = [], rejected = [] } = explanation ?? {};
  return [
    ...because.map((reason) => `${reason.rule} ${reason.origin?.kind ?? '-'}`),
    ...rejected.map(({ option, reason }) => `not ${option}: ${reason.rule} ${reason.origin?.kind ?? '-'}`),
  ];
}

describe('a server’s ztunnel', () => {
  test.each([
    ['no policy', [], inMesh, ['ztunnel.inbound.tunnel Pod', 'authz.ztunnel.no-allow-policy -']],
    [
      'STRICT, and the line that says so',
      [istio('PeerAuthentication', 'shop/default', { mtls: { mode: 'STRICT' } })],
      fromOutside,
      ['ztunnel.inbound.plaintext Pod', 'authz.ztunnel.strict PeerAuthentication'],
    ],
    [
      'a DENY that HTTP fields make idle',
      [rule({ action: 'DENY', rules: [{ from, to: post }] })],
      inMesh,
      [
        'ztunnel.inbound.tunnel Pod',
        'authz.ztunnel.no-allow-policy -',
        'not DENY shop/rule: authz.ztunnel.deny-http AuthorizationPolicy',
      ],
    ],
    [
      'a DENY that is wider without its HTTP fields',
      [rule({ action: 'DENY', rules: [{ to: [{ operation: { ports: ['8080'], methods: ['POST'] } }] }] })],
      inMesh,
      ['ztunnel.inbound.tunnel Pod', 'authz.ztunnel.denied-http AuthorizationPolicy'],
    ],
    [
      'an ALLOW whose rules read HTTP',
      [rule({ rules: [{ from, to: post }] })],
      inMesh,
      [
        'ztunnel.inbound.tunnel Pod',
        'authz.ztunnel.none-allowed -',
        'not ALLOW shop/rule: authz.ztunnel.allow-http AuthorizationPolicy',
      ],
    ],
  ] as const)('names %s', (_, policies, request, expected) => {
    expect(reasons(play([...shop, ...outside, ...policies], [request]).run, 'ztunnel.inbound')).toEqual(expected);
  });
});

describe('the istio-cni agent', () => {
  const withMode = (labels: object): readonly string[] => [
    namespace('shop', labels),
    app('shop/web'),
    app('shop/orders'),
    service('shop/orders', { port: 8080 }),
  ];
  const files = (labels: object): ManifestFile[] =>
    withMode(labels).map((text, index) => ({ path: `${index}.yaml`, text }));
  const enrolments = (run: Run): readonly string[] =>
    [...run.trace.select(['decision'])]
      .filter(({ point, at }) => point === 'cni.enrolment' && at > 19_000_000)
      .map((decision) => {
        const { namespace: where, pod } = decision.input;
        const name = String(pod).split('-')[0] ?? '';
        const [rule_] = run.explain(decision.id)?.because ?? [];
        return `${String(where)}/${name} ${decision.chosen}: ${rule_?.rule ?? ''} by ${decision.origin.kind}`;
      });

  test('takes running pods when their namespace is labelled, and lets them go again: restarts nothing', () => {
    const { run } = play(withMode({}), [], { scenario: { mesh: 'ambient' }, seconds: 2 });
    const target = parseTarget('http://orders:8080/');
    if (target === undefined) throw new Error('a URL');
    run.apply(20_000_000, files(ambient));
    run.advance(24_000_000);
    run.ask(24_000_000, { from: 'shop/web', target, count: 1, method: 'GET', headers: [] });
    run.advance(26_000_000);
    run.apply(26_000_000, files({ 'istio.io/dataplane-mode': 'none' }));
    run.advance(30_000_000);
    const joined = ['web', 'orders'].map(
      (name) => `shop/${name} ambient: ambient.enrolment.namespace-label by Namespace`,
    );
    const left = ['web', 'orders'].map(
      (name) => `shop/${name} not in the ambient mesh: ambient.enrolment.no-label by Namespace`,
    );
    expect(enrolments(run).toSorted()).toEqual([...joined, ...left].toSorted());
    expect(run.summary().connections).toEqual({ mtls: 1, plaintext: 0 });
    const starts = [...run.trace.select(['container'])].filter(
      ({ state, at }) => state === 'running' && at > 19_000_000,
    );
    expect(starts).toEqual([]);
  });

  test.each([
    ['a label of its own', { labels: { 'istio.io/dataplane-mode': 'none' } }, {}, 0],
    ['the host’s network', {}, { hostNetwork: true }, 0],
    ['nothing of the kind', {}, {}, 1],
  ] as const)('looks at each pod: %s', (_, options, spec, mtls) => {
    const orders = app('shop/orders', options).replace(
      '"serviceAccountName"',
      `${Object.keys(spec)
        .map((key) => `"${key}":true,`)
        .join('')}"serviceAccountName"`,
    );
    const { run, results } = play(
      [namespace('shop', ambient), app('shop/web'), orders, service('shop/orders', { port: 8080 })],
      [{ from: 'shop/web', to: 'http://orders:8080/' }],
    );
    expect(results).toEqual(['200']);
    expect(run.summary().connections.mtls).toBe(mtls);
  });
});
