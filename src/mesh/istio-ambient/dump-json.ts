// Workloads and services as ztunnel's own dump names their fields. Source: istio/istio:istioctl/pkg/writer/ztunnel/configdump/api.go at 1.31.
import type { WdsGateway, WdsService, WdsWorkload } from './configuration.ts';

export function workloadJson(workload: WdsWorkload): object {
  const { uid, addresses, waypoint, networkGateway, tunnel, name, namespace, identity, cluster, network } = workload;
  const { locality, node, hostname, capacity, applicationTunnel, policies } = workload;
  const [, trustDomain = '', , , , serviceAccount = ''] =
    /^spiffe:\/\/([^/]*)(\/ns\/)([^/]*)(\/sa\/)(.*)$/.exec(identity) ?? [];
  return {
    uid,
    workloadIps: addresses,
    ...gatewayJson('waypoint', waypoint),
    ...gatewayJson('networkGateway', networkGateway),
    protocol: tunnel === 'HBONE' ? 'HBONE' : 'TCP',
    name,
    namespace,
    serviceAccount,
    clusterId: cluster,
    trustDomain,
    locality: Object.fromEntries(Object.entries(locality).filter(([, value]) => value !== '')),
    node,
    ...(network === '' ? {} : { network }),
    status: 'Healthy',
    hostname,
    capacity,
    ...(applicationTunnel === undefined ? {} : { applicationTunnel }),
    ...(policies.length === 0 ? {} : { authorizationPolicies: policies }),
  };
}

export function serviceJson(service: WdsService, name: string): object {
  const { namespace, hostname, vips, ports, loadBalancing, waypoint, endpoints, ipFamilies, isCanonical } = service;
  const byPort = (list: WdsService['ports']): object =>
    Object.fromEntries(list.map(({ servicePort, targetPort }) => [String(servicePort), targetPort]));
  return {
    name,
    namespace,
    hostname,
    vips: vips.map(({ network, ip }) => `${network}/${ip}`),
    ports: byPort(ports),
    ...(loadBalancing.mode === 'UNSPECIFIED_MODE'
      ? {}
      : {
          loadBalancer: {
            mode: modes[loadBalancing.mode],
            routingPreferences: loadBalancing.scopes,
            healthPolicy: service.allowsUnhealthy ? 'AllowAll' : 'OnlyHealthy',
          },
        }),
    ...gatewayJson('waypoint', waypoint),
    endpoints: Object.fromEntries(
      endpoints.map((endpoint) => [
        endpoint.workload,
        {
          workloadUid: endpoint.workload,
          service: `${namespace}/${hostname}`,
          port: byPort(endpoint.ports.length === 0 ? ports : endpoint.ports),
        },
      ]),
    ),
    ipFamilies,
    ...(isCanonical ? { canonical: true } : {}),
    ...(service.visibility === 'PUBLIC' ? {} : { visibility: service.visibility }),
  };
}

const modes = { STRICT: 'Strict', FAILOVER: 'Failover', PASSTHROUGH: 'Passthrough' } as const;

function gatewayJson(name: string, gateway: WdsGateway | undefined): object {
  if (gateway === undefined) return {};
  const destination =
    gateway.kind === 'hostname' ? `${gateway.namespace}/${gateway.hostname}` : `${gateway.network}/${gateway.ip}`;
  return { [name]: { destination } };
}
