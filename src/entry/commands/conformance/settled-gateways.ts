// The cluster of a case as it is once it has settled, as far as a Gateway's status depends on it: namespaces are there, istiod has made
// a Service for each Gateway it manages, a load balancer has given it an address, and every Service has a ready endpoint at its ports.
import type { ManifestFile } from '../../../manifests/index.ts';
import type { GatewayApiSettings } from '../../../mesh/index.ts';
import { defaultGatewayApiSettings, isManaged, managedName, readGatewayApi } from '../../../mesh/index.ts';
import type { ConformanceCluster } from './cluster.ts';
import type { Env } from './environment.ts';
import { meshConfigurationOf } from './environment.ts';

/**
 * Upstream's own suites run istiod with every part of the Gateway API switched on; an env may switch it off. No istiod reads UDPRoutes:
 * where a case has some, it is answered as the Gateway API's specification has it.
 */
export function gatewayApiSettingsOf(env: Env, cluster: ConformanceCluster): GatewayApiSettings {
  const isOn = (name: string): boolean => env.istiod?.[name] !== 'false';
  return {
    ...defaultGatewayApiSettings,
    domain: meshConfigurationOf(env).domain,
    ambient: isOn('PILOT_ENABLE_AMBIENT'),
    multiNetwork: isOn('AMBIENT_ENABLE_MULTI_NETWORK'),
    alphaApis: isOn('PILOT_ENABLE_ALPHA_GATEWAY_API'),
    inferencePools: isOn('ENABLE_GATEWAY_API_INFERENCE_EXTENSION'),
    udpRoutes: cluster.objectsOf('UDPRoute').length > 0,
  };
}

export function settledGateways(cluster: ConformanceCluster, settings: GatewayApiSettings): ConformanceCluster {
  const known = new Set(cluster.objectsOf('Namespace').map(({ resource }) => resource.metadata.name));
  const used = new Set(cluster.objects().map(({ resource }) => resource.metadata.namespace));
  const namespaces = [...used].filter((name) => name !== '' && !known.has(name)).map(namespaceNamed);
  const withFronts = after(cluster, [...namespaces, ...frontsOf(cluster, settings)]);
  const behind = new Set(
    withFronts.objectsOf('EndpointSlice').map(({ resource: { metadata } }) => {
      return `${metadata.namespace}/${metadata.labels['kubernetes.io/service-name'] ?? ''}`;
    }),
  );
  const slices = withFronts.objectsOf('Service').flatMap(({ resource: { metadata, spec } }) => {
    const { namespace, name } = metadata;
    return behind.has(`${namespace}/${name}`) ? [] : [sliceOf({ namespace, name }, spec.ports)];
  });
  return after(withFronts, slices);
}

function after(cluster: ConformanceCluster, objects: readonly object[]): ConformanceCluster {
  const files = objects.map((object, index): ManifestFile => {
    return { path: `settled-${cluster.changes.length}/${index}.yaml`, text: JSON.stringify(object) };
  });
  return cluster.after({ kind: 'apply', files });
}

function namespaceNamed(name: string): object {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

/** Services of managed Gateways, unless somebody wrote one. */
function frontsOf(cluster: ConformanceCluster, settings: GatewayApiSettings): readonly object[] {
  const { view, gateways } = readGatewayApi(cluster.objects(), settings);
  return gateways.flatMap(({ object: { resource }, classInfo, listeners, listenerSets }) => {
    if (!isManaged(resource) || listeners === undefined) return [];
    const { namespace } = resource.metadata;
    const name = managedName(resource, classInfo);
    if (view.find('Service', namespace, name) !== undefined) return [];
    const all = [...listeners, ...listenerSets.flatMap((set) => set.listeners ?? [])];
    const ports = [...new Set(all.map(({ listener }) => listener.port))];
    return {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { namespace, name, labels: { 'gateway.istio.io/managed': 'istio.io-gateway-controller' } },
      spec: {
        type: classInfo.role === 'waypoint' ? 'ClusterIP' : 'LoadBalancer',
        ports: ports.map((port) => ({ name: `port-${port}`, port })),
      },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
    };
  });
}

function sliceOf(
  service: { readonly namespace: string; readonly name: string },
  ports: readonly { readonly name?: string; readonly port: number; readonly targetPort: number | string }[],
): object {
  const { namespace, name } = service;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace, name: `${name}-settled`, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['198.51.100.1'], conditions: { ready: true } }],
    ports: ports.map(({ name: portName = '', port, targetPort }) => ({
      name: portName,
      port: typeof targetPort === 'number' ? targetPort : port,
    })),
  };
}
