// Fidelity of what every Istio mesh shares: what is modelled, simplified and left out, each with what it was read from. The sentences are in text/fidelity.
import type { Fidelity } from '../kernel/index.ts';

export const controlPlaneFidelity: readonly Fidelity[] = [
  {
    id: 'istiod.push',
    state: 'modelled',
    source: 'istio/istio:pilot/pkg/features/tuning.go, pilot/pkg/xds/discovery.go at 1.31',
  },
  {
    id: 'istiod.identity',
    state: 'modelled',
    source: 'istio/istio:security/pkg/pki, spiffe/spiffe:standards/SPIFFE-ID.md',
  },
  {
    id: 'istiod.push-throttle',
    state: 'simplified',
    source: 'istio/istio:pilot/pkg/features/tuning.go PILOT_PUSH_THROTTLE at 1.31',
  },
  {
    id: 'istiod.status',
    state: 'modelled',
    source: 'istio/istio:pilot/pkg/config/kube/gateway, pilot/pkg/serviceregistry/ambient at 1.31',
  },
  { id: 'istiod.status-writes', state: 'simplified', source: 'istio/istio:pilot/pkg/status at 1.31' },
  {
    id: 'istiod.mesh-config',
    state: 'simplified',
    source: 'istio/istio:pkg/config/mesh/kubemesh/watcher.go, istio/api:mesh/v1alpha1/config.proto at 1.31',
  },
  {
    id: 'istiod.version-defaults',
    state: 'simplified',
    source: 'istio/istio:manifests/helm-profiles/compatibility-version-*.yaml, pilot/pkg/features at 1.22 to 1.31',
  },
  { id: 'istiod.regex', state: 'simplified', source: 'google/re2' },
  { id: 'istiod.revisions', state: 'not-modelled', source: 'istio/istio:pilot/cmd/pilot-discovery at 1.31' },
];
