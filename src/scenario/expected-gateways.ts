// The pods and Services that istiod will make for Gateways of the Gateway API, as far as labels and names go.
// Source: istio/istio:pilot/pkg/config/kube/gatewaydeployment/deploymentcontroller.go, manifests/charts/istio-control/istio-discovery/
// files/{kube-gateway,waypoint}.yaml at 1.31.
import type { Resource } from '../manifests/index.ts';
import type { AnalysisObject } from '../mesh/analysis/index.ts';
import { proxyContainerName } from '../mesh/index.ts';
import { valueAt } from './calls-annotation.ts';

/** Istio's own classes by their controllers, with the mark on what is made for them. */
const controllers = [
  { name: 'istio.io/gateway-controller', className: 'istio', mark: 'istio.io-gateway-controller', isEdge: true },
  { name: 'istio.io/mesh-controller', className: 'istio-waypoint', mark: 'istio.io-mesh-controller', isEdge: false },
  {
    name: 'istio.io/eastwest-controller',
    className: 'istio-east-west',
    mark: 'istio.io-eastwest-controller',
    isEdge: false,
  },
] as const;

const group = 'gateway.networking.k8s.io';

/** Nothing for Gateways of other controllers, and for those that name a Service by their address. */
export function expectedGateways(resources: readonly Resource[]): readonly AnalysisObject[] {
  const ofApi = resources.filter((resource) => resource.group === group);
  const classes = new Map<unknown, unknown>([
    ...controllers.map(({ name, className }) => [className, name] as const),
    ...ofApi
      .filter(({ kind }) => kind === 'GatewayClass')
      .map(({ metadata, object }) => [metadata.name, valueAt(object, ['spec', 'controllerName'])] as const),
  ]);
  return ofApi.flatMap((gateway) => {
    if (gateway.kind !== 'Gateway' || !isManaged(gateway)) return [];
    const className = valueAt(gateway.object, ['spec', 'gatewayClassName']);
    const controller = controllers.find(({ name }) => name === classes.get(className));
    if (controller === undefined || typeof className !== 'string') return [];
    return madeFor(
      gateway,
      controller.isEdge ? `${gateway.metadata.name}-${className}` : gateway.metadata.name,
      controller.mark,
    );
  });
}

function isManaged({ object }: Resource): boolean {
  const addresses = valueAt(object, ['spec', 'addresses']);
  if (!Array.isArray(addresses) || addresses.length === 0) return true;
  return addresses.length === 1 && (valueAt(addresses, [0, 'type']) ?? 'IPAddress') === 'IPAddress';
}

function madeFor({ metadata, object }: Resource, usualName: string, mark: string): readonly AnalysisObject[] {
  const { namespace, annotations } = metadata;
  const name = annotations['gateway.istio.io/name-override'] ?? usualName;
  const own = valueAt(object, ['spec', 'infrastructure', 'labels']) as Record<string, string> | undefined; // by its schema
  const selector = { 'gateway.networking.k8s.io/gateway-name': metadata.name };
  const labels = { ...(own ?? metadata.labels), ...selector, 'gateway.istio.io/managed': mark };
  const listeners = valueAt(object, ['spec', 'listeners']);
  const ports = (Array.isArray(listeners) ? listeners : []).map((listener: unknown) => {
    const port = valueAt(listener, ['port']);
    return { name: valueAt(listener, ['name']), port, targetPort: port, protocol: 'TCP' };
  });
  const meta = { name, namespace, labels, annotations: {} };
  return [
    {
      group: '',
      kind: 'Pod',
      metadata: { ...meta, labels: { ...labels, 'sidecar.istio.io/inject': 'false' } },
      object: { spec: { containers: [{ name: proxyContainerName, image: 'istiod chooses' }] } },
    },
    { group: '', kind: 'Service', metadata: meta, object: { spec: { selector, ports } } },
  ];
}
