// The listener that ends tunnels, as sidecars and waypoints have it. Source: istio/istio:pilot/pkg/networking/core/listener_waypoint.go
// buildConnectTerminateListener, buildCommonConnectTLSContext at 1.31.
import type { MeshConfiguration } from '../config/index.ts';
import { meshRoot } from '../xds/index.ts';
import type { Listener } from './configuration.ts';
import { connectTerminateListener, mainInternalListener } from './configuration.ts';

/** TLS 1.3 with the workload's own certificate; the client's has to be of the trust domain. */
export function connectListener({ meshConfig: { trustDomain, trustDomainAliases } }: MeshConfiguration): Listener {
  const trustDomains = [trustDomain, ...trustDomainAliases];
  return {
    name: connectTerminateListener,
    bind: { kind: 'socket', address: '0.0.0.0', port: 15_008, originalDestination: false },
    inspectors: { tls: 'off', http: 'off' },
    filterChains: [
      {
        name: 'default',
        match: {},
        tls: {
          certificate: { kind: 'workload' },
          client: { kind: 'required', roots: [meshRoot], san: [], trustDomains },
          alpn: ['h2'],
          origin: {},
        },
        network: [],
        terminal: { kind: 'connect', listener: mainInternalListener },
        origin: {},
      },
    ],
    defaultFilterChain: undefined,
    origin: {},
  };
}
