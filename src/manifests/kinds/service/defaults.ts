// Source: kubernetes/kubernetes:pkg/apis/core/v1/defaults.go SetDefaults_Service at v1.34. Cluster IPs, IP families and node ports are given out by
// the cluster when it stores the Service, not here.

import { get, type JsonObject } from '../../json.ts';
import { isZero, mapItems, withDefaults, withField, withZeroDefaults } from '../defaulting.ts';

/** Seconds a client sticks to one pod with `sessionAffinity: ClientIP`. */
const affinitySeconds = 10_800;

export function serviceDefaults(service: JsonObject): JsonObject {
  return withField(service, 'spec', (written) => {
    const spec = withZeroDefaults(written, { sessionAffinity: 'None', type: 'ClusterIP' });
    const type = get(spec, 'type');
    const isExternal = type === 'NodePort' || type === 'LoadBalancer';
    const policies = {
      ...((isExternal || type === 'ClusterIP') && { internalTrafficPolicy: 'Cluster' }),
      ...(isExternal && { externalTrafficPolicy: 'Cluster' }),
      ...(type === 'LoadBalancer' && { allocateLoadBalancerNodePorts: true }),
    };
    const filled = mapItems(withDefaults(spec, policies), 'ports', portDefaults);
    if (get(filled, 'sessionAffinity') !== 'ClientIP') return filled;
    return withField(filled, 'sessionAffinityConfig', (config) =>
      withField(config, 'clientIP', (clientIP) => withDefaults(clientIP, { timeoutSeconds: affinitySeconds })),
    );
  });
}

function portDefaults(port: JsonObject): JsonObject {
  const typed = withZeroDefaults(port, { protocol: 'TCP' });
  return isZero(get(typed, 'targetPort')) ? { ...typed, targetPort: get(typed, 'port') ?? 0 } : typed;
}
