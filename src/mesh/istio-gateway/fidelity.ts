// Fidelity of gateways: what is modelled, simplified and left out, each with what it was read from. The sentences are in text/fidelity.
import type { Fidelity } from '../../kernel/index.ts';

export const gatewayFidelity: readonly Fidelity[] = [
  { id: 'gateway.servers', state: 'modelled', source: 'istio/istio:pilot/pkg/model/gateway.go at 1.31' },
  { id: 'gateway.routes', state: 'modelled', source: 'istio/istio:pilot/pkg/networking/core/gateway.go at 1.31' },
  { id: 'gateway.ingress', state: 'simplified', source: 'istio/istio:pilot/pkg/config/kube/ingress at 1.31' },
  {
    id: 'gateway.deployment',
    state: 'simplified',
    source: 'istio/istio:pilot/pkg/config/kube/gatewaydeployment/deploymentcontroller.go at 1.31',
  },
  {
    id: 'gateway.certificates',
    state: 'simplified',
    source: 'istio/istio:pilot/pkg/credentials/kube/secrets.go at 1.31',
  },
  {
    id: 'gateway.proxy-protocol',
    state: 'simplified',
    source:
      'istio/istio:pilot/pkg/networking/core/gateway.go, envoyproxy/envoy:source/extensions/filters/listener/proxy_protocol',
  },
  { id: 'gateway.quic', state: 'not-modelled', source: 'istio/istio:pilot/pkg/networking/core/gateway.go at 1.31' },
];
