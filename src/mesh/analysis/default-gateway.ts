// What an installation of Istio is taken to have when only some files of a cluster are known: the ingress gateway that Gateways
// select by `istio: ingressgateway`. Source: istio/istio:pkg/config/analysis/local/defaults.go at 1.31.
import type { AnalysisObject } from './context.ts';
import { istioNamespace } from './context.ts';

const labels = { istio: 'ingressgateway' };
const ports = { http2: 80, https: 443, tcp: 31_400, tls: 15_443 };

/** A Pod and its Service. `service`: MeshConfig's `ingressService`. */
export function defaultIngressGateway(service = 'istio-ingressgateway'): readonly AnalysisObject[] {
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
          ports: Object.entries(ports).map(([name, port]) => ({ name, port, protocol: 'TCP', targetPort: port })),
        },
      },
    },
  ];
}
