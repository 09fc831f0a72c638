// What istiod deploys for a Gateway that states no address of its own: a ServiceAccount, a Deployment of one proxy and a Service.
// Source: istio/istio:pilot/pkg/config/kube/gatewaydeployment/deploymentcontroller.go, manifests/charts/istio-control/istio-discovery/
// files/{kube-gateway,waypoint}.yaml at 1.31. Not deployed: HorizontalPodAutoscaler and PodDisruptionBudget, which nothing here reads;
// not read: infrastructure.parametersRef.
import { hashText } from '../../kernel/index.ts';
import type { StoredObject } from '../../kube/index.ts';
import type { GatewayListener, GatewayResource } from '../../manifests/index.ts';
import { parseManifests, refOf } from '../../manifests/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import type { GatewayApi, GatewayRole } from '../gateway-api/index.ts';
import { classOf, isManaged, managedName } from '../gateway-api/index.ts';
import type { Deployed } from './deployment-writes.ts';

/** The controller's mark on what it deploys, by role. */
const controllers = {
  gateway: 'istio.io-gateway-controller',
  waypoint: 'istio.io-mesh-controller',
  'east-west': 'istio.io-eastwest-controller',
} as const satisfies Partial<Record<GatewayRole, string>>;

/** Everything that should be there for the Gateways there are. */
export function deployedFor(api: GatewayApi, mesh: MeshConfiguration): readonly Deployed[] {
  return api.view.all('Gateway').flatMap((gateway) => objectsFor(gateway, api, mesh));
}

function objectsFor(
  gateway: StoredObject<GatewayResource>,
  api: GatewayApi,
  mesh: MeshConfiguration,
): readonly Deployed[] {
  const { resource } = gateway;
  const classInfo = classOf(api.view, resource.spec.gatewayClassName);
  if (classInfo === undefined || classInfo.role === 'remote' || !isManaged(resource) || gateway.deletedAt !== undefined)
    return [];
  const { role } = classInfo;
  const name = managedName(resource, classInfo);
  const sets = api.gateways.find(({ object }) => object === gateway)?.listenerSets ?? [];
  const listeners = [resource.spec.listeners, ...sets.map(({ object }) => object.resource.spec.listeners)].flat();
  const text = manifestsOf({ gateway: resource, name, role, mesh, listeners });
  const digest = hashText(text);
  const { resources } = parseManifests([{ path: `gateway-${resource.metadata.namespace}-${name}.yaml`, text }]);
  return resources.map((made) => ({ owner: refOf(resource), resource: made, digest }));
}

interface Deployment {
  readonly gateway: GatewayResource;
  readonly name: string;
  readonly role: Exclude<GatewayRole, 'remote'>;
  readonly mesh: MeshConfiguration;
  readonly listeners: readonly GatewayListener[];
}

function manifestsOf({ gateway, name, role, mesh, listeners }: Deployment): string {
  const { metadata, spec } = gateway;
  const { namespace } = metadata;
  const { labels: own = metadata.labels, annotations = metadata.annotations } = spec.infrastructure ?? {};
  const labels = {
    ...own,
    'gateway.networking.k8s.io/gateway-name': metadata.name,
    'gateway.networking.k8s.io/gateway-class-name': spec.gatewayClassName,
  };
  const managed = { ...labels, 'gateway.istio.io/managed': controllers[role] };
  const isEdge = role === 'gateway';
  const podLabels = {
    'sidecar.istio.io/inject': 'false',
    ...(isEdge ? {} : { 'istio.io/dataplane-mode': 'none' }),
    'service.istio.io/canonical-name': name,
    'service.istio.io/canonical-revision': 'latest',
    ...managed,
  };
  const meta = (extra: object): object => ({ name, namespace, ...extra });
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta({ labels }) },
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta({ labels: managed }),
      spec: {
        selector: { matchLabels: { 'gateway.networking.k8s.io/gateway-name': metadata.name } },
        template: {
          metadata: { labels: podLabels, annotations: { 'istio.io/rev': 'default', 'prometheus.io/port': '15020' } },
          spec: { serviceAccountName: name, containers: [proxyContainer(isEdge ? 'router' : 'waypoint', mesh)] },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta({
        labels: managed,
        ...(role === 'waypoint' && { annotations: { 'networking.istio.io/traffic-distribution': 'PreferClose' } }),
      }),
      spec: {
        type: annotations['networking.istio.io/service-type'] ?? (isEdge ? 'LoadBalancer' : 'ClusterIP'),
        selector: { 'gateway.networking.k8s.io/gateway-name': metadata.name },
        ports: portsOf(listeners, mesh),
      },
    },
  ];
  // JSON is YAML.
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}

function proxyContainer(command: 'router' | 'waypoint', mesh: MeshConfiguration): object {
  const probe = { httpGet: { path: '/healthz/ready', port: 15_021 }, timeoutSeconds: 1 };
  return {
    name: 'istio-proxy',
    image: `docker.io/istio/proxyv2:${mesh.versions.istio}`,
    args: ['proxy', command, '--domain', `$(POD_NAMESPACE).svc.${mesh.domain}`],
    ports: [15_020, 15_021, 15_090].map((containerPort) => ({ containerPort })),
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '2', memory: '1Gi' } },
    securityContext: { runAsUser: 1337, runAsGroup: 1337 },
    startupProbe: { ...probe, initialDelaySeconds: 1, periodSeconds: 1, failureThreshold: 30 },
    readinessProbe: { ...probe, periodSeconds: 15, failureThreshold: 4 },
  };
}

interface Port {
  readonly name: string;
  readonly port: number;
  readonly appProtocol: string;
  readonly protocol?: 'UDP';
}

/** One a number; the first listener of a number names it. */
function portsOf(listeners: readonly GatewayListener[], { servesUdpRoutes }: MeshConfiguration): readonly Port[] {
  const ports: Port[] = [{ name: 'status-port', port: 15_021, appProtocol: 'tcp' }];
  for (const { name, port, protocol } of listeners)
    if (!ports.slice(1).some((known) => known.port === port))
      ports.push({
        name: portNameOf(name, port, ports),
        port,
        appProtocol: protocol.toLowerCase(),
        ...(protocol === 'UDP' && servesUdpRoutes ? { protocol } : {}),
      });
  return ports;
}

/** Names of ports are shorter than those of listeners, and have no dots. */
const portNameMax = 63;

function portNameOf(listener: string, port: number, ports: readonly Port[]): string {
  const name = listener.replaceAll('.', '-').slice(0, portNameMax);
  const isTaken = (candidate: string): boolean => ports.some((known) => known.name === candidate);
  let candidate = name;
  for (let suffix = `-${port}`; isTaken(candidate); suffix += 'x')
    candidate = name.slice(0, portNameMax - suffix.length) + suffix;
  return candidate;
}
