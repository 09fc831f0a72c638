// Fidelity of ambient mode: what is modelled, simplified and left out, each with what it was read from. The sentences are in text/fidelity.
import type { Fidelity } from '../../kernel/index.ts';

export const ambientFidelity: readonly Fidelity[] = [
  {
    id: 'ambient.enrolment',
    state: 'modelled',
    source: 'istio/istio:cni/pkg/util/enablement_selector.go, cni/pkg/nodeagent',
  },
  {
    id: 'ambient.agent',
    state: 'modelled',
    source: 'istio/istio:cni/pkg/{plugin,nodeagent}, istio/ztunnel:src/inpod',
  },
  { id: 'ambient.redirect', state: 'modelled', source: 'istio/istio:cni/pkg/iptables/testdata/default.golden' },
  { id: 'ambient.hbone', state: 'modelled', source: 'istio/ztunnel:src/proxy' },
  {
    id: 'ambient.policy',
    state: 'modelled',
    source: 'istio/ztunnel:src/state.rs, istio/istio:pilot/pkg/serviceregistry/ambient/authorization.go',
  },
  { id: 'ambient.streams', state: 'simplified', source: 'istio/ztunnel:src/copy.rs' },
  { id: 'ambient.tunnel-failure', state: 'simplified', source: 'istio/ztunnel:src/proxy/pool.rs' },
  { id: 'ambient.drain', state: 'modelled', source: 'istio/ztunnel:src/drain.rs, src/config.rs' },
  {
    id: 'ambient.certificates',
    state: 'modelled',
    source: 'istio/ztunnel:src/identity/manager.rs, src/cert_fetcher.rs',
  },
  { id: 'ambient.control', state: 'simplified', source: 'istio/ztunnel:src/identity/caclient.rs' },
  { id: 'ambient.pings', state: 'simplified', source: 'istio/ztunnel:src/proxy/h2.rs' },
  {
    id: 'ambient.waypoints',
    state: 'modelled',
    source:
      'istio/istio:pilot/pkg/networking/core/{waypoint,listener_waypoint,cluster_waypoint}.go, pilot/pkg/serviceregistry/ambient/waypoints.go',
  },
  {
    id: 'ambient.waypoints-rest',
    state: 'not-modelled',
    source: 'istio/istio:pilot/pkg/networking/core/{listener_waypoint,cluster_waypoint}.go at 1.31',
  },
  { id: 'ambient.dns', state: 'simplified', source: 'istio/ztunnel:src/dns/server.rs' },
  {
    id: 'ambient.entries',
    state: 'simplified',
    source:
      'istio/istio:pilot/pkg/serviceregistry/ambient/{services,workloads}.go, pilot/pkg/controllers/ipallocate/ipallocate.go at 1.31',
  },
  { id: 'ambient.rest', state: 'not-modelled', source: 'istio/ztunnel at 1.31' },
];
