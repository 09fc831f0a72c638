// What an installation of Istio is taken to have when only some files of a cluster are known: the ingress gateway that Gateways
// select by `istio: ingressgateway`. Source: istio/istio:pkg/config/analysis/local/defaults.go at 1.31.
import type { AnalysisObject } from './context.ts';
import { istioNamespace } from './context.ts';

const labels = { istio: 'ingressgateway' };

/** A port of its Service, and what it leads to. */
type GatewayPort = readonly [name: string, port: number, targetPort: number];

const defaultPorts: readonly GatewayPort[] = [
  ['http2', 80, 80],
  ['https', 443, 443],
  ['tcp', 31_400, 31_400],
  ['tls', 15_443, 15_443],
];

/** Where istio's own chart has the gateway listen (istio/istio:manifests/charts/gateways/istio-ingress/values.yaml). */
export const chartPorts: readonly GatewayPort[] = [...defaultPorts, ['http2', 80, 8_080], ['https', 443, 8_443]];

/** A Pod and its Service. `service`: MeshConfig's `ingressService`. */
export function defaultIngressGateway(
  service = 'istio-ingressgateway',
  ports: readonly GatewayPort[] = defaultPorts,
): readonly AnalysisObject[] {
  const metadata = { namespace: istioNamespace, annotations: {} };
  return [
    {
      group: '',
      kind: 'Pod',
      metadata: { ...metadata, name: `${service}-dummypod`, labels },
      object: { spec: { containers: [{ name: 'istio-proxy' }] } },
    },
    {
      group: '',
      kind: 'Service',
      metadata: { ...metadata, name: service, labels: {} },
      object: {
        spec: {
          selector: labels,
          ports: ports.map(([name, port, targetPort]) => ({ name, port, protocol: 'TCP', targetPort })),
        },
      },
    },
  ];
}
