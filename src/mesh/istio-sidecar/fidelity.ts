// Fidelity of sidecars: what is modelled, simplified and left out, each with what it was read from. The sentences are in text/fidelity.
import type { Fidelity } from '../../kernel/index.ts';

export const sidecarFidelity: readonly Fidelity[] = [
  { id: 'sidecar.injection', state: 'modelled', source: 'istio/istio:pkg/kube/inject' },
  { id: 'sidecar.redirect', state: 'modelled', source: 'istio/istio:tools/istio-iptables/pkg/capture/run.go' },
  {
    id: 'sidecar.cni',
    state: 'simplified',
    source: 'istio/istio:cni/pkg/{plugin,repair}, tools/istio-iptables/pkg/validation',
  },
  { id: 'sidecar.listeners', state: 'modelled', source: 'istio/istio:pilot/pkg/networking/core/listener.go' },
  { id: 'sidecar.routes', state: 'modelled', source: 'istio/istio:pilot/pkg/networking/core/route/route.go' },
  {
    id: 'sidecar.security',
    state: 'modelled',
    source: 'istio/istio:pilot/pkg/networking/core/cluster_tls.go, listener_inbound.go, pilot/pkg/security/authz',
  },
  {
    id: 'sidecar.balancing',
    state: 'modelled',
    source: 'envoyproxy/envoy:source/extensions/load_balancing_policies',
  },
  {
    id: 'sidecar.destination-rule',
    state: 'modelled',
    source: 'istio/istio:pilot/pkg/networking/core/cluster_traffic_policy.go',
  },
  { id: 'sidecar.start', state: 'simplified', source: 'istio/istio:security/pkg/nodeagent/sds/sdsservice.go' },
  {
    id: 'sidecar.one-worker',
    state: 'simplified',
    source: 'envoyproxy/envoy:source/common/conn_pool, source/server/worker_impl.cc',
  },
  {
    id: 'sidecar.whole-messages',
    state: 'simplified',
    source: 'envoyproxy/envoy:source/common/http, source/common/tcp_proxy',
  },
  { id: 'sidecar.xds', state: 'simplified', source: 'istio/istio:pilot/pkg/xds' },
  {
    id: 'sidecar.filter-chains',
    state: 'simplified',
    source: 'envoyproxy/envoy:source/common/listener_manager/listener_impl.cc, istio/istio:pkg/envoy/proxy.go',
  },
  {
    id: 'sidecar.hashing',
    state: 'simplified',
    source: 'envoyproxy/envoy:source/extensions/load_balancing_policies/ring_hash, maglev',
  },
  { id: 'sidecar.names', state: 'simplified', source: 'envoyproxy/envoy:source/extensions/clusters/strict_dns' },
  {
    id: 'sidecar.tokens',
    state: 'simplified',
    source: 'envoyproxy/envoy:source/extensions/filters/http/jwt_authn, istio/istio:pilot/pkg/model/jwks_resolver.go',
  },
  {
    id: 'sidecar.authorizers',
    state: 'simplified',
    source: 'envoyproxy/envoy:source/extensions/filters/common/ext_authz',
  },
  {
    id: 'sidecar.slow-start',
    state: 'simplified',
    source: 'envoyproxy/envoy:source/extensions/load_balancing_policies/common/load_balancer_impl.cc',
  },
  {
    id: 'sidecar.rate-limits',
    state: 'simplified',
    source:
      'istio/istio:pilot/pkg/networking/core/envoyfilter, envoyproxy/envoy:source/extensions/filters/http/local_ratelimit',
  },
  { id: 'sidecar.access-log', state: 'simplified', source: 'istio/istio:pilot/pkg/model/telemetry_logging.go' },
  {
    id: 'sidecar.virtual-service-rest',
    state: 'not-modelled',
    source: 'istio/api:networking/v1alpha3/virtual_service.proto',
  },
  { id: 'sidecar.gateway-api-rest', state: 'not-modelled', source: 'istio/istio:pilot/pkg/config/kube/gateway' },
  {
    id: 'sidecar.traffic-policy-rest',
    state: 'not-modelled',
    source: 'istio/api:networking/v1alpha3/destination_rule.proto',
  },
  { id: 'sidecar.kinds-rest', state: 'not-modelled', source: 'istio/api' },
  { id: 'sidecar.capture-rest', state: 'not-modelled', source: 'istio/istio at 1.31' },
  { id: 'sidecar.end', state: 'modelled', source: 'istio/istio:pkg/envoy/agent.go' },
  { id: 'sidecar.agent-rest', state: 'not-modelled', source: 'istio/istio:pkg/envoy/agent.go' },
];
