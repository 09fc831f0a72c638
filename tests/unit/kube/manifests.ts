// Manifests for tests of the cluster, as the manifests room would have read them: defaulted and typed.
import type {
  Container,
  LabelSelector,
  ObjectMeta,
  PodSpec,
  Probe,
  Resource,
  ResourceSource,
  ServiceSpec,
} from '../../../src/manifests/index.ts';

const start = { line: 1, column: 1, offset: 0 };
const range = { start, end: start };
const source: ResourceSource = {
  path: 'test.yaml',
  documentIndex: 0,
  range,
  locate: () => range,
  locateKey: () => range,
};

function resource(
  apiVersion: string,
  kind: string,
  metadata: Partial<ObjectMeta> & { name: string },
  fields: object,
): Resource {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const meta = { namespace: 'default', labels: {}, annotations: {}, ...metadata };
  const made = {
    apiVersion,
    group,
    version,
    kind,
    metadata: meta,
    object: { apiVersion, kind, metadata: meta, ...fields },
    support: 'simulated',
    source,
    ...fields,
  };
  return made as unknown as Resource; // built as the parser builds it
}

export function container(name: string, more: Partial<Container> = {}): Container {
  return {
    name,
    image: name,
    imagePullPolicy: 'IfNotPresent',
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    ...more,
  };
}

/** A container that serves HTTP on a port. */
export function server(name: string, port = 8080, more: Partial<Container> = {}): Container {
  return container(name, { ports: [{ name: 'http', containerPort: port, protocol: 'TCP' }], ...more });
}

export function httpProbe(more: Partial<Probe> = {}): Probe {
  return {
    httpGet: { path: '/healthz', port: 'http', scheme: 'HTTP' },
    periodSeconds: 10,
    timeoutSeconds: 1,
    successThreshold: 1,
    failureThreshold: 3,
    ...more,
  };
}

export function podSpec(containers: readonly Container[], more: Partial<PodSpec> = {}): PodSpec {
  return {
    containers,
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'default',
    schedulerName: 'default-scheduler',
    securityContext: {},
    ...more,
  };
}

export function namespace(name: string): Resource {
  return resource('v1', 'Namespace', { name, namespace: '' }, {});
}

export function pod(name: string, spec: PodSpec, metadata: Partial<ObjectMeta> = {}): Resource {
  return resource('v1', 'Pod', { name, ...metadata }, { spec });
}

interface WorkloadOptions {
  readonly namespace?: string;
  readonly replicas?: number;
  /** Fields of the workload's own spec. */
  readonly more?: object;
}

function workload(kind: string, name: string, spec: PodSpec, options: WorkloadOptions, fields: object): Resource {
  const labels = { app: name };
  const selector: LabelSelector = { matchLabels: labels };
  const template = { metadata: { labels, annotations: {} }, spec };
  return resource(
    kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    { name, namespace: options.namespace ?? 'default' },
    { spec: { replicas: options.replicas ?? 1, selector, template, ...fields, ...options.more } },
  );
}

const rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%' };

export function deployment(name: string, spec: PodSpec, options: WorkloadOptions = {}): Resource {
  return workload('Deployment', name, spec, options, {
    strategy: { type: 'RollingUpdate', rollingUpdate },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  });
}

export function statefulSet(name: string, spec: PodSpec, options: WorkloadOptions = {}): Resource {
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 0 } };
  return workload('StatefulSet', name, spec, options, {
    serviceName: name,
    podManagementPolicy: 'OrderedReady',
    updateStrategy,
    revisionHistoryLimit: 10,
  });
}

export function daemonSet(name: string, spec: PodSpec, options: WorkloadOptions = {}): Resource {
  return workload('DaemonSet', name, spec, options, {
    updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    revisionHistoryLimit: 10,
  });
}

export function job(name: string, spec: PodSpec, options: WorkloadOptions = {}): Resource {
  const never: PodSpec = spec.restartPolicy === 'Always' ? { ...spec, restartPolicy: 'Never' } : spec;
  return workload('Job', name, never, options, {
    completions: 1,
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: 'TerminatingOrFailed',
  });
}

export function service(name: string, more: Partial<ServiceSpec> = {}, metadata: Partial<ObjectMeta> = {}): Resource {
  const ports = [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }] as const;
  const spec: ServiceSpec = { type: 'ClusterIP', selector: { app: name }, ports, sessionAffinity: 'None', ...more };
  return resource('v1', 'Service', { name, ...metadata }, { spec });
}

export function endpointSlice(name: string, serviceName: string, fields: object): Resource {
  return resource(
    'discovery.k8s.io/v1',
    'EndpointSlice',
    { name, labels: { 'kubernetes.io/service-name': serviceName } },
    { addressType: 'IPv4', ports: [], endpoints: [], ...fields },
  );
}
