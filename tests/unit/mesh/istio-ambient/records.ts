// Short ways to write records of workloads and Services for tests of a ztunnel's decisions.
import type { WdsGateway, WdsPort, WdsService, WdsWorkload } from '../../../../src/mesh/istio-ambient/configuration.ts';
import { ordinaryService, ordinaryWorkload } from '../../../../src/mesh/istio-ambient/configuration.ts';

/** A pod of namespace `shop` that takes tunnels. */
export function pod(name: string, addresses: readonly string[], more: Partial<WdsWorkload> = {}): WdsWorkload {
  return {
    ...ordinaryWorkload,
    uid: uidOf(name),
    key: `shop/${name}`,
    namespace: 'shop',
    name,
    addresses,
    node: 'node-1',
    identity: `spiffe://cluster.local/ns/shop/sa/${name}`,
    tunnel: 'HBONE',
    policies: [],
    strictOrigin: {},
    origin: {},
    ...more,
  };
}

function uidOf(name: string): string {
  return `cluster//v1/Pod/shop/${name}`;
}

/** A Service of namespace `shop` with port 80 -> 8080 and all of `pods` behind it. */
export function service(
  hostname: string,
  vips: readonly string[],
  pods: readonly string[],
  more: Partial<WdsService> = {},
): WdsService {
  const namespace = more.namespace ?? 'shop';
  return {
    ...ordinaryService,
    key: `${namespace}/${hostname}`,
    namespace,
    hostname,
    vips: vips.map((ip) => ({ network: '', ip })),
    ports: [{ servicePort: 80, targetPort: 8080 }],
    endpoints: pods.map((name) => endpoint(name)),
    origin: {},
    ...more,
  };
}

export function endpoint(
  name: string,
  ports: readonly WdsPort[] = [],
  isHealthy = true,
): WdsService['endpoints'][number] {
  return { workload: uidOf(name), ports, isHealthy };
}

export function gatewayAt(ip: string, port: number, network = ''): WdsGateway {
  return { kind: 'address', network, ip, port };
}

export function gatewayNamed(hostname: string, port: number): WdsGateway {
  return { kind: 'hostname', namespace: 'shop', hostname, port };
}
