// What injection adds to a pod: istio-init, istio-proxy, volumes, labels, annotations.
// Source: istio/istio:manifests/charts/istio-control/istio-discovery/files/injection-template.yaml at 1.31, default values.
// Left out: environment and mounts that nothing simulated reads, TPROXY, custom bootstrap, tracing, image pull secrets.
import type {
  Container,
  EnvVar,
  JsonObject,
  PodResource,
  Quantity,
  ResourceRequirements,
  Volume,
} from '../../manifests/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import type { AppProbers } from './app-probes.ts';
import { proberVariable, proxyContainerName } from './app-probes.ts';

export const initContainerName = 'istio-init';
export const statusPort = 15_020;
const proxyUser = 1337;

const shared = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: 'IfNotPresent',
} as const;

/** Labels the template adds; what the pod has already stays. */
export function injectedLabels(pod: PodResource, mesh: MeshConfiguration): Readonly<Record<string, string>> {
  const { labels } = pod.metadata;
  const name =
    labels['service.istio.io/canonical-name'] ?? labels['app.kubernetes.io/name'] ?? labels['app'] ?? ownerName(pod);
  const revision =
    labels['service.istio.io/canonical-revision'] ??
    labels['app.kubernetes.io/version'] ??
    labels['version'] ??
    'latest';
  return {
    'security.istio.io/tlsMode': labels['security.istio.io/tlsMode'] ?? 'istio',
    ...(mesh.sidecarsTakeTunnels
      ? { 'networking.istio.io/tunnel': labels['networking.istio.io/tunnel'] ?? 'http' }
      : {}),
    'service.istio.io/canonical-name': name.slice(0, 63).replace(/^[-_.]+|[-_.]+$/g, ''),
    'service.istio.io/canonical-revision': revision,
  };
}

/** The workload a pod belongs to, by name: its Deployment (a ReplicaSet's name without the hash), its other owner, itself. */
function ownerName(pod: PodResource): string {
  const owner = (pod.metadata.ownerReferences ?? []).find((reference) => reference.controller === true);
  if (owner === undefined) return pod.metadata.name;
  const hash = pod.metadata.labels['pod-template-hash'];
  const suffix = `-${hash ?? ''}`;
  return owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(suffix)
    ? owner.name.slice(0, -suffix.length)
    : owner.name;
}

/** Annotations the template adds, `sidecar.istio.io/status` among them. */
export function injectedAnnotations(
  pod: PodResource,
  added: { readonly initContainers: readonly string[]; readonly containers: readonly string[] },
): Readonly<Record<string, string>> {
  const { annotations } = pod.metadata;
  const first = pod.spec.containers.find((container) => container.name !== proxyContainerName)?.name;
  const scrapes =
    annotations['prometheus.io/scrape'] !== 'false' && annotations['prometheus.istio.io/merge-metrics'] !== 'false';
  const status = {
    initContainers: added.initContainers.length === 0 ? null : added.initContainers,
    containers: added.containers.length === 0 ? null : added.containers,
    volumes: volumes.map((volume) => volume.name),
    imagePullSecrets: null,
    revision: 'default',
  };
  return {
    'istio.io/rev': 'default',
    ...(first === undefined
      ? {}
      : {
          'kubectl.kubernetes.io/default-logs-container':
            annotations['kubectl.kubernetes.io/default-logs-container'] ?? first,
          'kubectl.kubernetes.io/default-container': annotations['kubectl.kubernetes.io/default-container'] ?? first,
        }),
    ...(scrapes
      ? {
          'prometheus.io/path': '/stats/prometheus',
          'prometheus.io/port': String(statusPort),
          'prometheus.io/scrape': 'true',
        }
      : {}),
    'sidecar.istio.io/status': JSON.stringify(status),
  };
}

/** Writes the redirect rules and ends: its arguments are what decides them. */
export function initContainer(pod: PodResource, mesh: MeshConfiguration): Container {
  const { annotations } = pod.metadata;
  const traffic = (name: string): string | undefined => annotations[`traffic.sidecar.istio.io/${name}`];
  const excludedInbound = [
    '15090',
    '15021',
    String(statusPort),
    ...listOf(traffic('excludeInboundPorts')).filter((port) => port !== String(statusPort)),
  ];
  const optional = (flag: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [flag, value];
  return {
    ...shared,
    name: initContainerName,
    image: imageOf(pod, mesh),
    args: [
      'istio-iptables',
      ...['-p', '15001', '-z', '15006', '-u', String(proxyUser), '-m', 'REDIRECT'],
      ...['-i', traffic('includeOutboundIPRanges') ?? '*', '-x', traffic('excludeOutboundIPRanges') ?? ''],
      ...['-b', traffic('includeInboundPorts') ?? '*', '-d', excludedInbound.join(',')],
      ...optional('-q', traffic('includeOutboundPorts')),
      ...optional('-o', traffic('excludeOutboundPorts')),
      '--log_output_level=default:info',
    ],
    resources: resourcesOf(annotations),
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      capabilities: { add: ['NET_ADMIN', 'NET_RAW'], drop: ['ALL'] },
      readOnlyRootFilesystem: false,
      runAsGroup: 0,
      runAsNonRoot: false,
      runAsUser: 0,
    },
  };
}

/** Comma-separated numbers or names. */
export function listOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

export interface ProxyContainerOptions {
  readonly isNative: boolean;
  /** The application waits for the proxy's postStart hook; ordinary containers only. */
  readonly holdsApplication: boolean;
  readonly probers: AppProbers;
}

export function proxyContainer(pod: PodResource, mesh: MeshConfiguration, options: ProxyContainerOptions): Container {
  const { annotations } = pod.metadata;
  const ready = {
    httpGet: { path: '/healthz/ready', port: 15_021, scheme: 'HTTP' },
    timeoutSeconds: 3,
    successThreshold: 1,
  } as const;
  const readiness = (name: string, fallback: number): number =>
    Number(annotations[`readiness.status.sidecar.istio.io/${name}`] ?? fallback);
  return {
    ...shared,
    name: proxyContainerName,
    image: imageOf(pod, mesh),
    ...(options.isNative ? { restartPolicy: 'Always' } : {}),
    ports: [{ name: 'http-envoy-prom', containerPort: 15_090, protocol: 'TCP' }],
    args: [
      'proxy',
      'sidecar',
      '--domain',
      `$(POD_NAMESPACE).svc.${mesh.domain}`,
      '--proxyLogLevel=warning',
      '--proxyComponentLogLevel=misc:error',
      '--log_output_level=default:info',
    ],
    env: environmentOf(pod, mesh, options.probers),
    ...lifecycleOf(options),
    startupProbe: { ...ready, initialDelaySeconds: 0, periodSeconds: 1, failureThreshold: 600 },
    readinessProbe: {
      ...ready,
      initialDelaySeconds: readiness('initialDelaySeconds', 0),
      periodSeconds: readiness('periodSeconds', 15),
      failureThreshold: readiness('failureThreshold', 4),
    },
    resources: resourcesOf(annotations),
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsGroup: proxyUser,
      runAsNonRoot: true,
      runAsUser: proxyUser,
    },
    volumeMounts: [
      { name: 'workload-socket', mountPath: '/var/run/secrets/workload-spiffe-uds' },
      { name: 'credential-socket', mountPath: '/var/run/secrets/credential-uds' },
      { name: 'workload-certs', mountPath: '/var/run/secrets/workload-spiffe-credentials' },
      { name: 'istiod-ca-cert', mountPath: '/var/run/secrets/istio' },
      { name: 'istio-data', mountPath: '/var/lib/istio/data' },
      { name: 'istio-envoy', mountPath: '/etc/istio/proxy' },
      { name: 'istio-token', mountPath: '/var/run/secrets/tokens' },
      { name: 'istio-podinfo', mountPath: '/etc/istio/pod' },
    ],
  };
}

/** A held application waits for `pilot-agent wait`; a native sidecar begins to drain when the pod begins to stop. */
function lifecycleOf(options: ProxyContainerOptions): Pick<Container, 'lifecycle'> {
  if (options.isNative)
    return {
      lifecycle: {
        preStop: { exec: { command: ['pilot-agent', 'request', `--debug-port=${statusPort}`, 'POST', 'drain'] } },
      },
    };
  return options.holdsApplication ? { lifecycle: { postStart: { exec: { command: ['pilot-agent', 'wait'] } } } } : {};
}

function environmentOf(pod: PodResource, mesh: MeshConfiguration, probers: AppProbers): readonly EnvVar[] {
  const field = (name: string, fieldPath: string): EnvVar => ({
    name,
    valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } },
  });
  const apps = pod.spec.containers
    .filter((container) => container.name !== proxyContainerName)
    .map((container) => container.name);
  return [
    { name: 'PILOT_CERT_PROVIDER', value: 'istiod' },
    { name: 'CA_ADDR', value: `istiod.${mesh.meshConfig.rootNamespace}.svc:15012` },
    field('POD_NAME', 'metadata.name'),
    field('POD_NAMESPACE', 'metadata.namespace'),
    field('INSTANCE_IP', 'status.podIP'),
    field('SERVICE_ACCOUNT', 'spec.serviceAccountName'),
    field('HOST_IP', 'status.hostIP'),
    { name: 'ISTIO_META_APP_CONTAINERS', value: apps.join(',') },
    { name: 'ISTIO_META_CLUSTER_ID', value: 'Kubernetes' },
    field('ISTIO_META_NODE_NAME', 'spec.nodeName'),
    { name: 'ISTIO_META_INTERCEPTION_MODE', value: 'REDIRECT' },
    { name: 'ISTIO_META_WORKLOAD_NAME', value: ownerName(pod) },
    { name: 'ISTIO_META_MESH_ID', value: mesh.meshConfig.trustDomain },
    { name: 'TRUST_DOMAIN', value: mesh.meshConfig.trustDomain },
    ...(Object.keys(probers).length === 0 ? [] : [{ name: proberVariable, value: JSON.stringify(probers) }]),
  ];
}

function imageOf(pod: PodResource, mesh: MeshConfiguration): string {
  return pod.metadata.annotations['sidecar.istio.io/proxyImage'] ?? `docker.io/istio/proxyv2:${mesh.versions.istio}`;
}

/** An annotation for any of the four replaces all defaults. */
function resourcesOf(annotations: Readonly<Record<string, string>>): ResourceRequirements {
  const wish = (name: string): string | undefined => annotations[`sidecar.istio.io/${name}`];
  const requests = quantities(wish('proxyCPU'), wish('proxyMemory'));
  const limits = quantities(wish('proxyCPULimit'), wish('proxyMemoryLimit'));
  if (requests === undefined && limits === undefined) {
    return { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '2000m', memory: '1024Mi' } };
  }
  return { ...(requests === undefined ? {} : { requests }), ...(limits === undefined ? {} : { limits }) };
}

function quantities(
  cpu: string | undefined,
  memory: string | undefined,
): Readonly<Record<string, Quantity>> | undefined {
  if (cpu === undefined && memory === undefined) return undefined;
  return { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
}

const emptyDir = (name: string, emptyDirSpec: JsonObject = {}): Volume => ({ name, emptyDir: emptyDirSpec });

export const volumes: readonly Volume[] = [
  emptyDir('workload-socket'),
  emptyDir('credential-socket'),
  emptyDir('workload-certs'),
  emptyDir('istio-envoy', { medium: 'Memory' }),
  emptyDir('istio-data'),
  {
    name: 'istio-podinfo',
    downwardAPI: {
      items: ['labels', 'annotations'].map((path) => ({ path, fieldRef: { fieldPath: `metadata.${path}` } })),
    },
  },
  {
    name: 'istio-token',
    projected: {
      sources: [{ serviceAccountToken: { path: 'istio-token', expirationSeconds: 43_200, audience: 'istio-ca' } }],
    },
  },
  { name: 'istiod-ca-cert', configMap: { name: 'istio-ca-root-cert' } },
];
