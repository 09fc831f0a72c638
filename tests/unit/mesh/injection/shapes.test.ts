// What becomes of pods under templates, annotations and Helm values. Situations follow istio/istio:pkg/kube/inject/inject_test.go at 1.31.
import { expect, test } from 'vitest';
import { defaultMeshConfiguration } from '../../../../src/mesh/config/index.ts';
import type { InjectionValues } from '../../../../src/mesh/injection/index.ts';
import { defaultInjectionValues, injectionError, injectPod, probersOf } from '../../../../src/mesh/injection/index.ts';
import type { PodResource } from '../../../../src/manifests/index.ts';
import { storedOf } from '../stored.ts';

interface Situation {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly values?: Partial<InjectionValues>;
  readonly isNative?: boolean;
  /** Init containers, then after a bar the others. */
  readonly expected: string;
  /** Annotations and labels of the result; undefined: absent. */
  readonly marks?: Readonly<Record<string, string | undefined>>;
}

const migrate = { name: 'migrate', image: 'm' };
const app = { name: 'app', image: 'app' };

const situations: Readonly<Record<string, Situation>> = {
  'with istio-cni a check comes first of all, and the annotations tell the agent': {
    values: { cni: 'chained' },
    spec: { initContainers: [migrate] },
    isNative: false,
    expected: 'istio-validation migrate | app istio-proxy',
    marks: {
      'sidecar.istio.io/interceptionMode': 'REDIRECT',
      'traffic.sidecar.istio.io/includeOutboundIPRanges': '*',
      'traffic.sidecar.istio.io/excludeInboundPorts': '15020',
      'traffic.sidecar.istio.io/excludeOutboundPorts': undefined,
      'k8s.v1.cni.cncf.io/networks': undefined,
    },
  },
  'with istio-cni through Multus the pod joins its network': {
    values: { cni: 'multus' },
    expected: 'istio-validation istio-proxy | app',
    marks: { 'k8s.v1.cni.cncf.io/networks': 'default/istio-cni' },
  },
  'networks the pod had already come before': {
    values: { cni: 'multus' },
    annotations: { 'k8s.v1.cni.cncf.io/networks': '[{"name": "storage"}]' },
    expected: 'istio-validation istio-proxy | app',
    marks: {
      'k8s.v1.cni.cncf.io/networks': '[{"name": "storage"}, {"name": "istio-cni", "namespace": "default"}]',
    },
  },
  'the gateway template makes the proxy the application': {
    annotations: { 'inject.istio.io/templates': 'gateway' },
    spec: { containers: [{ name: 'istio-proxy', image: 'auto' }] },
    expected: '| istio-proxy',
    marks: { 'security.istio.io/tlsMode': undefined, 'prometheus.io/port': '15020' },
  },
  'the gRPC agent comes after its application and rewrites no probes': {
    annotations: { 'inject.istio.io/templates': 'grpc-agent' },
    expected: '| app istio-proxy',
    marks: { 'sidecar.istio.io/rewriteAppHTTPProbers': 'false', 'security.istio.io/tlsMode': undefined },
  },
  'gRPC without an agent needs its bootstrap written': {
    annotations: { 'inject.istio.io/templates': 'grpc-simple' },
    expected: 'grpc-bootstrap-init | app',
  },
  'one template asked for twice is applied once': {
    annotations: { 'inject.istio.io/templates': 'sidecar, sidecar' },
    expected: 'istio-init istio-proxy | app',
  },
  'a proxy the user describes becomes the native sidecar': {
    spec: { containers: [{ name: 'istio-proxy', image: 'auto' }, app] },
    expected: 'istio-init istio-proxy | app',
  },
  'a held application comes after its proxy': {
    values: { holdApplicationUntilProxyStarts: true },
    isNative: false,
    expected: 'istio-init | istio-proxy app',
  },
  'without merging Prometheus keeps asking the application': {
    annotations: { 'prometheus.io/port': '9000', 'prometheus.istio.io/merge-metrics': 'false' },
    expected: 'istio-init istio-proxy | app',
    marks: { 'prometheus.io/port': '9000', 'prometheus.io/path': undefined },
  },
  'with merging it asks the agent, however the pod spelled it': {
    annotations: { 'prometheus.io-port': '9000' },
    expected: 'istio-init istio-proxy | app',
    marks: { 'prometheus.io/port': '15020', 'prometheus.io-port': undefined },
  },
  'a pod of a network is labelled with it': {
    values: { network: 'north' },
    expected: 'istio-init istio-proxy | app',
    marks: { 'topology.istio.io/network': 'north' },
  },
};

function podOf(annotations: object = {}, spec: object = {}): PodResource {
  const metadata = { name: 'web', namespace: 'shop', annotations };
  const [object] = storedOf(
    'Pod',
    JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [app], ...spec } }),
  );
  if (object === undefined) throw new Error('a pod');
  return object.resource;
}

function inject(pod: PodResource, values: Partial<InjectionValues> = {}, isNative = true): PodResource {
  return injectPod(pod, {
    mesh: defaultMeshConfiguration,
    isNative,
    values: { ...defaultInjectionValues, ...values },
  });
}

test.each(Object.entries(situations))('%s', (_, { annotations, spec, values, isNative, expected, marks = {} }) => {
  const pod = podOf(annotations, spec);
  expect(injectionError(pod)).toBeUndefined();
  const injected = inject(pod, values, isNative);
  const names = [...(injected.spec.initContainers ?? []), { name: '|' }, ...injected.spec.containers];
  expect(names.map(({ name }) => name).join(' ')).toBe(expected);
  const found = { ...injected.metadata.labels, ...injected.metadata.annotations };
  for (const [key, value] of Object.entries(marks)) expect(found[key], key).toBe(value);
});

test('what the user writes of the proxy wins, and is remembered in the order of Kubernetes’ own fields', () => {
  const own = {
    image: 'auto',
    tty: true,
    name: 'istio-proxy',
    resources: { requests: { cpu: '3000m', memory: '2048Mi' } },
    lifecycle: { preStop: { exec: { command: ['sleep', '10'] } } },
  };
  const injected = inject(podOf({}, { containers: [app, own] }));
  const proxy = injected.spec.initContainers?.find(({ name }) => name === 'istio-proxy');
  expect(proxy?.resources.requests).toEqual({ cpu: '3000m', memory: '2048Mi' });
  expect(proxy?.resources.limits).toEqual({ cpu: '2000m', memory: '1024Mi' });
  expect(proxy?.lifecycle?.preStop?.exec?.command).toEqual(['sleep', '10']);
  expect(proxy?.image).toMatch(/proxyv2/);
  const text = injected.metadata.annotations['proxy.istio.io/overrides'] ?? '';
  expect(text).toContain('"resources":{"requests":{"cpu":"3","memory":"2Gi"}}');
  expect(text.indexOf('"resources"')).toBeLessThan(text.indexOf('"lifecycle"'));
  expect(text.indexOf('"lifecycle"')).toBeLessThan(text.indexOf('"tty"'));
  expect(text).not.toContain('auto');
});

test.each([
  ['15020', 15_020],
  ['123', 123],
])('probes ask the agent at status port %s', (annotation, port) => {
  const probed = { ...app, readinessProbe: { httpGet: { path: '/', port: 8080 } } };
  const injected = inject(podOf({ 'status.sidecar.istio.io/port': annotation }, { containers: [probed] }));
  expect(injected.spec.containers[0]?.readinessProbe?.httpGet?.port).toBe(port);
  expect(Object.keys(probersOf(injected))).toEqual(['/app-health/app/readyz']);
});

test('an agent without a port leaves the proxy without probes', () => {
  const proxy = inject(podOf(), { statusPort: 0 }).spec.initContainers?.find(({ name }) => name === 'istio-proxy');
  expect(proxy?.readinessProbe).toBeUndefined();
  expect(proxy?.startupProbe).toBeUndefined();
});

test('a template nobody knows refuses the pod', () => {
  expect(injectionError(podOf({ 'inject.istio.io/templates': 'sidecar,mine' }))).toMatch(/requested template "mine"/);
});
