// The template `sidecar`: istio-init, istio-proxy, volumes, labels, annotations.
// Source: istio/istio:manifests/charts/istio-control/istio-discovery/files/injection-template.yaml at 1.31.
// Left out: environment and mounts that nothing simulated reads, custom bootstrap, tracing, image pull secrets.
import type {
  Container,
  EnvVar,
  JsonObject,
  PodResource,
  Probe,
  Quantity,
  ResourceRequirements,
  Volume,
} from '../../manifests/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { proxyContainerName } from './app-probes.ts';
import { initContainerName, listOf, validationContainerName } from './names.ts';
import type { Overlay, TemplateInput } from './overlay.ts';
import { annotated } from './overlay.ts';
import { proxyConfigVariable } from './proxy-config.ts';
import type { InjectionValues } from './values.ts';

const proxyUser = 1337;

/** Fields the API server would fill in, and the installation's pull policy. */
export function sharedFields(
  values: InjectionValues,
): Pick<Container, 'terminationMessagePath' | 'terminationMessagePolicy' | 'imagePullPolicy'> {
  return {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: values.imagePullPolicy || 'IfNotPresent',
  };
}

export function sidecarTemplate(input: TemplateInput): Overlay {
  const { pod, mesh, isNative } = input;
  const intercepts = annotated(pod, interception, input.values.interceptionMode) !== 'NONE';
  const init = intercepts ? [initContainer(input)] : [];
  const proxy = proxyContainer(input);
  return {
    labels: injectedLabels(pod, mesh, input.values),
    annotations: { ...revisionAndDefaults(pod, input.values), ...cniAnnotations(input) },
    initContainers: isNative ? [...init, proxy] : init,
    containers: isNative ? [] : [proxy],
    volumes,
  };
}

const interception = 'sidecar.istio.io/interceptionMode';

/** Labels the template adds; what the pod has already stays. */
function injectedLabels(
  pod: PodResource,
  mesh: MeshConfiguration,
  values: InjectionValues,
): Readonly<Record<string, string>> {
  const { labels } = pod.metadata;
  const takesTunnels = (values.proxyMetadata['ISTIO_META_ENABLE_HBONE'] ?? String(mesh.sidecarsTakeTunnels)) === 'true';
  const canonical = canonicalLabels(pod);
  return {
    'security.istio.io/tlsMode': labels['security.istio.io/tlsMode'] ?? 'istio',
    ...(takesTunnels ? { 'networking.istio.io/tunnel': labels['networking.istio.io/tunnel'] ?? 'http' } : {}),
    ...canonical,
    [canonicalName]: (canonical[canonicalName] ?? '').slice(0, 63).replace(/^[-_.]+|[-_.]+$/g, ''),
  };
}

const canonicalName = 'service.istio.io/canonical-name';

/** What the workload is called in telemetry, in full. An empty label counts as none. */
export function canonicalLabels(pod: PodResource): Readonly<Record<string, string>> {
  const { labels } = pod.metadata;
  return {
    [canonicalName]: labels[canonicalName] || labels['app.kubernetes.io/name'] || labels['app'] || ownerName(pod),
    'service.istio.io/canonical-revision':
      labels['service.istio.io/canonical-revision'] ||
      labels['app.kubernetes.io/version'] ||
      labels['version'] ||
      'latest',
  };
}

/** The workload a pod belongs to, by name: its Deployment (a ReplicaSet's name without the hash), its other owner, itself. */
function ownerName(pod: PodResource): string {
  const owner = (pod.metadata.ownerReferences ?? []).find((reference) => reference.controller === true);
  if (owner === undefined) return pod.metadata.name;
  const hash = pod.metadata.labels['pod-template-hash'];
  const suffix = `-${hash ?? ''}`;
  if (owner.kind === 'ReplicationController') return pod.metadata.labels['deploymentconfig'] || owner.name;
  if (owner.kind === 'Job') return /^(.+)-\d{8,10}$/.exec(owner.name)?.[1] ?? owner.name;
  return owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(suffix)
    ? owner.name.slice(0, -suffix.length)
    : owner.name;
}

/** The revision, and which container `kubectl logs` and `kubectl exec` take. */
export function revisionAndDefaults(pod: PodResource, { revision }: InjectionValues): Readonly<Record<string, string>> {
  const { annotations } = pod.metadata;
  const first = pod.spec.containers.find((container) => container.name !== proxyContainerName)?.name;
  return {
    'istio.io/rev': revision,
    ...(first === undefined
      ? {}
      : {
          'kubectl.kubernetes.io/default-logs-container':
            annotations['kubectl.kubernetes.io/default-logs-container'] ?? first,
          'kubectl.kubernetes.io/default-container': annotations['kubectl.kubernetes.io/default-container'] ?? first,
        }),
  };
}

/** What istio-cni reads from the pod, in place of an init container's arguments. */
function cniAnnotations({ pod, values }: TemplateInput): Readonly<Record<string, string>> {
  if (values.cni === 'none') return {};
  const { annotations } = pod.metadata;
  const traffic = (name: string, fallback = ''): Readonly<Record<string, string>> => {
    const annotation = `traffic.sidecar.istio.io/${name}`;
    const value = annotated(pod, annotation, fallback);
    return value === '' ? {} : { [annotation]: value };
  };
  return {
    ...(values.cni === 'multus'
      ? { 'k8s.v1.cni.cncf.io/networks': withMultusNetwork(annotations['k8s.v1.cni.cncf.io/networks'] ?? '') }
      : {}),
    [interception]: annotated(pod, interception, values.interceptionMode),
    ...traffic('includeOutboundIPRanges', values.includeIPRanges),
    ...traffic('excludeOutboundIPRanges', values.excludeIPRanges),
    'traffic.sidecar.istio.io/includeInboundPorts': annotated(
      pod,
      'traffic.sidecar.istio.io/includeInboundPorts',
      values.includeInboundPorts,
    ),
    'traffic.sidecar.istio.io/excludeInboundPorts': excludedInboundPorts(pod, values).join(','),
    ...traffic('includeOutboundPorts', values.includeOutboundPorts),
    ...traffic('excludeOutboundPorts', values.excludeOutboundPorts),
  };
}

/** istio-cni behind the networks a pod asks Multus for, which are a list of names or JSON; once only. */
function withMultusNetwork(networks: string): string {
  const own = 'default/istio-cni';
  if (networks === '') return own;
  const end = networks.lastIndexOf(']');
  if (end < 0) return listOf(networks).includes(own) ? networks : `${networks}, ${own}`;
  if (/"name":\s*"istio-cni"/.test(networks)) return networks;
  return `${networks.slice(0, end)}, {"name": "istio-cni", "namespace": "default"}${networks.slice(end)}`;
}

/** The ports a pod excludes, and the agent's; no port 0. */
function excludedInboundPorts(pod: PodResource, values: InjectionValues): readonly string[] {
  const port = annotated(pod, statusPortAnnotation, String(values.statusPort));
  const written = listOf(annotated(pod, 'traffic.sidecar.istio.io/excludeInboundPorts', values.excludeInboundPorts));
  return port === '0' || written.includes(port) ? written : [...written, port];
}

export const statusPortAnnotation = 'status.sidecar.istio.io/port';

/** Writes the redirect rules and ends: its arguments are what decides them. With istio-cni it only checks that they are there. */
function initContainer({ pod, mesh, values }: TemplateInput): Container {
  const { annotations } = pod.metadata;
  const traffic = (name: string): string | undefined => annotations[`traffic.sidecar.istio.io/${name}`];
  const mode = annotated(pod, interception, values.interceptionMode);
  const optional = (flag: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [flag, value];
  const valueOf = (name: string, fallback: string): string | undefined =>
    traffic(name) ?? (fallback === '' ? undefined : fallback);
  const checksOnly = values.cni !== 'none';
  return {
    ...sharedFields(values),
    name: checksOnly ? validationContainerName : initContainerName,
    image: imageOf(pod, mesh),
    args: [
      'istio-iptables',
      ...['-p', '15001', '-z', '15006', '-u', String(proxyUser), '-m', mode],
      ...['-i', traffic('includeOutboundIPRanges') ?? values.includeIPRanges],
      ...['-x', traffic('excludeOutboundIPRanges') ?? values.excludeIPRanges],
      ...['-b', traffic('includeInboundPorts') ?? values.includeInboundPorts],
      ...['-d', ['15090', '15021', ...excludedInboundPorts(pod, values)].join(',')],
      ...optional('-q', valueOf('includeOutboundPorts', values.includeOutboundPorts)),
      ...optional('-o', valueOf('excludeOutboundPorts', values.excludeOutboundPorts)),
      ...optional('-k', annotations['istio.io/reroute-virtual-interfaces'] ?? traffic('kubevirtInterfaces')),
      ...optional('-c', traffic('excludeInterfaces')),
      '--log_output_level=default:info',
      ...(checksOnly ? ['--run-validation', '--skip-rule-apply'] : []),
    ],
    resources: resourcesOf(annotations),
    securityContext: checksOnly
      ? {
          allowPrivilegeEscalation: false,
          privileged: false,
          capabilities: { drop: ['ALL'] },
          readOnlyRootFilesystem: true,
          runAsGroup: proxyUser,
          runAsNonRoot: true,
          runAsUser: proxyUser,
        }
      : {
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

function proxyContainer(input: TemplateInput): Container {
  const { pod, mesh, values } = input;
  const { annotations } = pod.metadata;
  return {
    ...sharedFields(values),
    name: proxyContainerName,
    image: imageOf(pod, mesh),
    ...(input.isNative ? { restartPolicy: 'Always' } : {}),
    ports: [{ name: 'http-envoy-prom', containerPort: 15_090, protocol: 'TCP' }],
    args: proxyArguments('sidecar', mesh),
    env: proxyEnvironment(pod, mesh, values),
    ...lifecycleOf(input),
    ...proxyProbes(pod, values),
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

/** How the agent is started, as a sidecar or as a gateway (`router`). */
export function proxyArguments(role: 'sidecar' | 'router', mesh: MeshConfiguration): readonly string[] {
  return [
    'proxy',
    role,
    '--domain',
    `$(POD_NAMESPACE).svc.${mesh.domain}`,
    '--proxyLogLevel=warning',
    '--proxyComponentLogLevel=misc:error',
    '--log_output_level=default:info',
  ];
}

/** None if the agent has no port. */
function proxyProbes(pod: PodResource, values: InjectionValues): Pick<Container, 'startupProbe' | 'readinessProbe'> {
  if (annotated(pod, statusPortAnnotation, String(values.statusPort)) === '0') return {};
  const ready = readinessProbe(pod, values);
  return {
    startupProbe: { ...ready, initialDelaySeconds: 0, periodSeconds: 1, failureThreshold: 600 },
    readinessProbe: ready,
  };
}

export function readinessProbe(pod: PodResource, { readiness }: InjectionValues, port = 15_021): Probe {
  const setting = (name: keyof InjectionValues['readiness']): number =>
    Number(annotated(pod, `readiness.status.sidecar.istio.io/${name}`, String(readiness[name])));
  return {
    httpGet: { path: '/healthz/ready', port, scheme: 'HTTP' },
    timeoutSeconds: 3,
    successThreshold: 1,
    initialDelaySeconds: setting('initialDelaySeconds'),
    periodSeconds: setting('periodSeconds'),
    failureThreshold: setting('failureThreshold'),
  };
}

/** A held application waits for `pilot-agent wait`; a native sidecar begins to drain when the pod begins to stop. */
function lifecycleOf({ pod, values, isNative, holdsApplication }: TemplateInput): Pick<Container, 'lifecycle'> {
  const port = annotated(pod, statusPortAnnotation, String(values.statusPort));
  if (isNative)
    return {
      lifecycle: {
        preStop: { exec: { command: ['pilot-agent', 'request', `--debug-port=${port}`, 'POST', 'drain'] } },
      },
    };
  return holdsApplication ? { lifecycle: { postStart: { exec: { command: ['pilot-agent', 'wait'] } } } } : {};
}

export function proxyEnvironment(
  pod: PodResource,
  mesh: MeshConfiguration,
  values: InjectionValues,
): readonly EnvVar[] {
  const field = (name: string, fieldPath: string): EnvVar => ({
    name,
    valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } },
  });
  const apps = pod.spec.containers
    .filter((container) => container.name !== proxyContainerName)
    .map((container) => container.name);
  return [
    { name: 'PILOT_CERT_PROVIDER', value: 'istiod' },
    { name: 'CA_ADDR', value: `${istiodOf(values.revision)}.${mesh.meshConfig.rootNamespace}.svc:15012` },
    field('POD_NAME', 'metadata.name'),
    field('POD_NAMESPACE', 'metadata.namespace'),
    field('INSTANCE_IP', 'status.podIP'),
    field('SERVICE_ACCOUNT', 'spec.serviceAccountName'),
    field('HOST_IP', 'status.hostIP'),
    { name: 'ISTIO_META_APP_CONTAINERS', value: apps.join(',') },
    { name: 'ISTIO_META_CLUSTER_ID', value: 'Kubernetes' },
    field('ISTIO_META_NODE_NAME', 'spec.nodeName'),
    { name: 'ISTIO_META_INTERCEPTION_MODE', value: annotated(pod, interception, values.interceptionMode) },
    ...(values.network === '' ? [] : [{ name: 'ISTIO_META_NETWORK', value: values.network }]),
    { name: 'ISTIO_META_WORKLOAD_NAME', value: ownerName(pod) },
    { name: 'ISTIO_META_MESH_ID', value: mesh.meshConfig.trustDomain },
    { name: 'TRUST_DOMAIN', value: mesh.meshConfig.trustDomain },
    ...proxyConfigVariable(mesh.meshConfig),
    ...Object.entries(values.proxyMetadata)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([name, value]) => ({ name, value })),
  ];
}

/** The name of the Service that a revision's proxies call. */
function istiodOf(revision: string): string {
  return revision === 'default' ? 'istiod' : `istiod-${revision}`;
}

export function imageOf(pod: PodResource, mesh: MeshConfiguration): string {
  return pod.metadata.annotations['sidecar.istio.io/proxyImage'] ?? `docker.io/istio/proxyv2:${mesh.versions.istio}`;
}

/** An annotation for any of the four replaces all defaults. */
export function resourcesOf(annotations: Readonly<Record<string, string>>): ResourceRequirements {
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

const volumes: readonly Volume[] = [
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
