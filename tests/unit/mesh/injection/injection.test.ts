import { describe, expect, test } from 'vitest';
import { defaultMeshConfiguration } from '../../../../src/mesh/config/index.ts';
import {
  calledWebhook,
  injectPod,
  isInjectionRequired,
  isNativeSidecar,
  probersOf,
  webhooksOf,
} from '../../../../src/mesh/injection/index.ts';
import { Trail } from '../../../../src/mesh/trail.ts';
import { storedOf } from '../stored.ts';

const mesh = defaultMeshConfiguration;
const podOf = (metadata: object = {}, spec: object = {}): ReturnType<typeof injectPod> => {
  const text = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', ...metadata },
    spec: { containers: [{ name: 'app', image: 'app' }], ...spec },
  });
  const [object] = storedOf('Pod', text);
  if (object === undefined) throw new Error('a pod');
  return object.resource;
};

/** Which webhook of a revision is called: rows of the table in istio-discovery's mutatingwebhook.yaml. */
describe.each([
  [{ 'istio-injection': 'enabled' }, {}, 'namespace'],
  [{ 'istio-injection': 'enabled' }, { 'sidecar.istio.io/inject': 'true' }, 'namespace'],
  [{ 'istio-injection': 'enabled' }, { 'sidecar.istio.io/inject': 'yes' }, 'namespace'],
  [{ 'istio-injection': 'enabled' }, { 'sidecar.istio.io/inject': 'false' }, undefined],
  [{ 'istio-injection': 'enabled', 'istio.io/rev': 'canary' }, {}, 'namespace'],
  [{ 'istio-injection': 'disabled' }, { 'sidecar.istio.io/inject': 'true' }, undefined],
  [{ 'istio-injection': 'Enabled' }, {}, undefined],
  [{ 'istio.io/rev': 'default' }, {}, 'rev.namespace'],
  [{ 'istio.io/rev': 'default' }, { 'sidecar.istio.io/inject': 'false' }, undefined],
  [{ 'istio.io/rev': 'canary' }, {}, undefined],
  [{}, { 'sidecar.istio.io/inject': 'true' }, 'object'],
  [{}, { 'istio.io/rev': 'default' }, 'rev.object'],
  [{}, { 'istio.io/rev': 'default', 'sidecar.istio.io/inject': 'false' }, undefined],
  [{}, { 'istio.io/rev': 'canary', 'sidecar.istio.io/inject': 'true' }, undefined],
  [{}, { 'sidecar.istio.io/inject': 'false' }, undefined],
  [{}, {}, undefined],
] as const)('a namespace with %o and a pod with %o', (namespace, pod, webhook) => {
  test(`${webhook ?? 'no webhook'} is called, and the decision gives its reasons`, () => {
    const trail = new Trail();
    const called = calledWebhook(webhooksOf('default'), namespace, pod, trail);
    expect(called?.name).toBe(webhook === undefined ? undefined : `${webhook}.sidecar-injector.istio.io`);
    expect(trail.because).toHaveLength(1);
  });
});

test('webhooks exclude each other: no labels are injected twice', () => {
  const values = [undefined, 'enabled', 'disabled', 'true', 'false', 'default', 'canary'];
  for (const injection of values)
    for (const revision of values)
      for (const inject of values)
        for (const podRevision of values) {
          const labels = (pairs: readonly (readonly [string, string | undefined])[]): Record<string, string> =>
            Object.fromEntries(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined));
          const namespace = labels([
            ['istio-injection', injection],
            ['istio.io/rev', revision],
          ]);
          const pod = labels([
            ['sidecar.istio.io/inject', inject],
            ['istio.io/rev', podRevision],
          ]);
          const called = [...webhooksOf('default'), ...webhooksOf('canary')].filter(
            (webhook) => calledWebhook([webhook], namespace, pod) !== undefined,
          );
          expect(called.length).toBeLessThanOrEqual(1);
        }
});

describe('istiod, once asked,', () => {
  const never = {
    policy: 'enabled',
    neverInjectSelector: [{ matchLabels: { app: 'x' } }],
    alwaysInjectSelector: [],
  } as const;
  const always = {
    policy: 'disabled',
    neverInjectSelector: [],
    alwaysInjectSelector: [{ matchLabels: { app: 'x' } }],
  } as const;
  test.each([
    ['injects by default', podOf(), undefined, true],
    [
      'never takes a pod on the host network',
      podOf({ labels: { 'sidecar.istio.io/inject': 'true' } }, { hostNetwork: true }),
      undefined,
      false,
    ],
    ['leaves kube-system alone', podOf({ namespace: 'kube-system' }), undefined, false],
    ['follows the label', podOf({ labels: { 'sidecar.istio.io/inject': 'false' } }), undefined, false],
    [
      'follows the annotation without a label',
      podOf({ annotations: { 'sidecar.istio.io/inject': 'false' } }),
      undefined,
      false,
    ],
    [
      'prefers the label',
      podOf({ labels: { 'sidecar.istio.io/inject': 'true' }, annotations: { 'sidecar.istio.io/inject': 'false' } }),
      undefined,
      true,
    ],
    ['takes other words for none', podOf({ labels: { 'sidecar.istio.io/inject': 'yes' } }), undefined, true],
    ['follows neverInjectSelector', podOf({ labels: { app: 'x' } }), never, false],
    ['follows alwaysInjectSelector', podOf({ labels: { app: 'x' } }), always, true],
    ['follows its policy', podOf(), always, false],
  ] as const)('%s', (_, pod, config, required) => {
    expect(isInjectionRequired(pod, config)).toBe(required);
  });

  test.each([
    ['auto', ['1.34.0', '1.33.1'], {}, true],
    ['auto', ['1.34.0', 'v1.32.9'], {}, false],
    ['auto', [''], {}, false],
    ['enabled', ['1.30.0'], {}, true],
    ['disabled', ['1.34.0'], {}, false],
    ['disabled', ['1.34.0'], { 'sidecar.istio.io/nativeSidecar': 'true' }, true],
    ['auto', ['1.34.0'], { 'sidecar.istio.io/nativeSidecar': 'false' }, false],
  ] as const)(
    'with ENABLE_NATIVE_SIDECARS %s and kubelets %o, annotations %o: native %s',
    (mode, kubelets, annotations, native) => {
      expect(isNativeSidecar(podOf({ annotations }), { ...mesh.istiod, ENABLE_NATIVE_SIDECARS: mode }, kubelets)).toBe(
        native,
      );
    },
  );
});

describe('the injected pod', () => {
  const inits = { initContainers: [{ name: 'migrate', image: 'm' }] };
  const order = (pod: ReturnType<typeof injectPod>): string =>
    [...(pod.spec.initContainers ?? []), { name: '|' }, ...pod.spec.containers].map(({ name }) => name).join(' ');
  const hold = { annotations: { 'proxy.istio.io/config': '{"holdApplicationUntilProxyStarts": true}' } };

  test.each([
    ['native', {}, true, 'istio-init istio-proxy migrate | app'],
    ['ordinary', {}, false, 'migrate istio-init | app istio-proxy'],
    ['ordinary and held', hold, false, 'migrate istio-init | istio-proxy app'],
    ['native, where holding means nothing', hold, true, 'istio-init istio-proxy migrate | app'],
    [
      'without interception',
      { annotations: { 'sidecar.istio.io/interceptionMode': 'NONE' } },
      false,
      'migrate | app istio-proxy',
    ],
  ] as const)('is ordered (%s)', (_, metadata, isNative, expected) => {
    expect(order(injectPod(podOf(metadata, inits), { mesh, isNative }))).toBe(expected);
  });

  test('is labelled by what it is', () => {
    const pod = injectPod(podOf({ labels: { app: 'shop-web', version: 'v2' } }), { mesh, isNative: true });
    expect(pod.metadata.labels).toMatchObject({
      'security.istio.io/tlsMode': 'istio',
      'service.istio.io/canonical-name': 'shop-web',
      'service.istio.io/canonical-revision': 'v2',
    });
    expect(JSON.parse(pod.metadata.annotations['sidecar.istio.io/status'] ?? '')).toMatchObject({
      initContainers: ['istio-init', 'istio-proxy'],
      revision: 'default',
    });
  });

  test('is the same when it is injected once more', () => {
    const container = { name: 'app', image: 'app', readinessProbe: { httpGet: { path: '/', port: 8080 } } };
    const once = injectPod(podOf({}, { containers: [container], ...inits }), { mesh, isNative: true });
    const twice = injectPod(once, { mesh, isNative: true });
    expect({ metadata: twice.metadata, spec: twice.spec }).toEqual({ metadata: once.metadata, spec: once.spec });
  });

  test('has its probes asked by pilot-agent, named ports resolved, exec probes untouched', () => {
    const container = {
      name: 'app',
      image: 'app',
      ports: [{ name: 'web', containerPort: 8080 }],
      readinessProbe: { httpGet: { path: '/ready', port: 'web' }, periodSeconds: 3 },
      livenessProbe: { tcpSocket: { port: 9000 } },
      startupProbe: { exec: { command: ['true'] } },
    };
    const pod = injectPod(podOf({}, { containers: [container] }), { mesh, isNative: true });
    const [app] = pod.spec.containers;
    expect(app?.readinessProbe).toMatchObject({
      httpGet: { path: '/app-health/app/readyz', port: 15_020 },
      periodSeconds: 3,
    });
    expect(app?.livenessProbe).toMatchObject({ httpGet: { path: '/app-health/app/livez', port: 15_020 } });
    expect(app?.livenessProbe).not.toHaveProperty('tcpSocket');
    expect(app?.startupProbe).toHaveProperty('exec');
    expect(probersOf(pod)).toMatchObject({
      '/app-health/app/readyz': { httpGet: { path: '/ready', port: 8080 } },
      '/app-health/app/livez': { tcpSocket: { port: 9000 } },
    });
  });

  test('still finds the text of the user’s containers', () => {
    const pod = podOf({}, inits);
    const injected = injectPod(pod, { mesh, isNative: true });
    const last = injected.spec.initContainers?.findIndex(({ name }) => name === 'migrate') ?? -1;
    expect(injected.source.locate(['spec', 'initContainers', last, 'image'])).toEqual(
      pod.source.locate(['spec', 'initContainers', 0, 'image']),
    );
    expect(injected.source.locate(['spec', 'initContainers', 0, 'image'])).toEqual(pod.source.locate(['spec']));
    expect(injected.source.locate(['metadata', 'name'])).toEqual(pod.source.locate(['metadata', 'name']));
  });

  test('takes resources from annotations: one of them replaces all defaults', () => {
    const resources = (annotations: object): unknown =>
      injectPod(podOf({ annotations }), { mesh, isNative: false }).spec.containers.find(
        ({ name }) => name === 'istio-proxy',
      )?.resources;
    expect(resources({})).toEqual({
      requests: { cpu: '100m', memory: '128Mi' },
      limits: { cpu: '2000m', memory: '1024Mi' },
    });
    expect(resources({ 'sidecar.istio.io/proxyCPU': '50m' })).toEqual({ requests: { cpu: '50m' } });
  });
});
