// Where a Gateway can be reached: the Services in front of it, whether they have endpoints at the ports of its listeners, and addresses.
// Source: istio/istio:pilot/pkg/config/kube/gatewaycommon/context.go ResolveGatewayInstances at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import { externalAddress } from '../../kube/index.ts';
import type { EndpointSliceResource, ServiceEntryResource, ServiceResource } from '../../manifests/index.ts';
import { itemsAt, fieldAt, textAt } from './conditions.ts';
import { inOrder } from './in-order.ts';
import type { GatewayApiView } from './view.ts';

export interface Reachability {
  /** `host:port`, sorted. */
  readonly internal: readonly string[];
  /** Virtual IPs. */
  readonly internalIPs: readonly string[];
  /** Of load balancers. */
  readonly external: readonly string[];
  /** Hosts whose load balancer has no address yet. */
  readonly pending: readonly string[];
  readonly warnings: readonly string[];
  /** Whether what is missing may still come by itself. */
  readonly allUsable: boolean;
}

/** A Service or one host of a ServiceEntry. */
interface Front {
  readonly namespace: string;
  readonly isManaged: boolean;
  readonly isLoadBalancer: boolean;
  readonly ips: readonly string[];
  readonly external: readonly string[];
  readonly ports: readonly FrontPort[];
}

interface FrontPort {
  readonly port: number;
  /** Ports of its endpoints. */
  readonly endpoints: readonly number[];
}

export function reach(
  view: GatewayApiView,
  namespace: string,
  hosts: readonly string[],
  ports: ReadonlySet<number>,
): Reachability {
  const internal = new Set<string>();
  const ips = new Set<string>();
  const external = new Set<string>();
  const pending = new Set<string>();
  const warnings: string[] = [];
  let allUsable = true;
  for (const host of hosts) {
    const fronts = frontsOf(view, host);
    const front = fronts.find((candidate) => candidate.namespace === namespace);
    if (front === undefined) {
      warnings.push(notFound(host, namespace, fronts));
      allUsable = false;
      continue;
    }
    for (const port of ports) {
      if (endpointsAt(front, port).length > 0) {
        internal.add(`${host}:${port}`);
        for (const ip of front.ips) ips.add(ip);
        for (const address of front.external) external.add(address);
        if (front.external.length > 0 || !front.isLoadBalancer || pending.has(host)) continue;
        warnings.push(`address pending for hostname "${host}"`);
        pending.add(host);
        continue;
      }
      const missing = missingPort(front, host, port);
      if (missing === undefined) continue;
      warnings.push(missing.warning);
      if (!missing.mayCome) allUsable = false;
    }
  }
  return {
    internal: inOrder(internal),
    internalIPs: inOrder(ips),
    external: inOrder(external),
    pending: inOrder(pending),
    warnings: inOrder(warnings),
    allUsable,
  };
}

function endpointsAt({ ports }: Front, port: number): readonly number[] {
  return ports.find((candidate) => candidate.port === port)?.endpoints ?? [];
}

function notFound(host: string, namespace: string, elsewhere: readonly Front[]): string {
  if (elsewhere.length === 0) return `hostname "${host}" not found`;
  const others = inOrder(elsewhere.map((front) => `"${front.namespace}"`));
  return `hostname "${host}" not found in namespace "${namespace}", but it was found in namespace(s) ${others.join(', ')}`;
}

/** Undefined where nothing is to be said: the endpoints of a managed Gateway come in time. */
function missingPort(
  front: Front,
  host: string,
  port: number,
): { readonly warning: string; readonly mayCome: boolean } | undefined {
  if (front.ports.every(({ endpoints }) => endpoints.length === 0))
    return { warning: `no instances found for hostname "${host}"`, mayCome: true };
  const warning = `port ${port} not found for hostname "${host}"`;
  const hints = front.ports
    .filter(({ endpoints }) => endpoints.includes(port))
    .map((candidate) => String(candidate.port));
  if (hints.length > 0) {
    const hint = `the service port should be specified, not the workload port. Did you mean one of these ports: [${inOrder(hints).join(' ')}]?`;
    return { warning: `${warning} (hint: ${hint})`, mayCome: false };
  }
  if (front.isManaged && front.ports.some((candidate) => candidate.port === port)) return undefined;
  return { warning, mayCome: false };
}

// ---- What stands in front

function frontsOf(view: GatewayApiView, host: string): readonly Front[] {
  const [name = '', namespace = ''] = host.split('.');
  const service =
    host === `${name}.${namespace}.svc.${view.settings.domain}` ? view.find('Service', namespace, name) : undefined;
  const entries = view.all('ServiceEntry').filter(({ resource }) => resource.spec.hosts.includes(host));
  return [...(service === undefined ? [] : [frontOfService(view, service)]), ...entries.map(frontOfEntry)];
}

function frontOfService(view: GatewayApiView, object: StoredObject<ServiceResource>): Front {
  const { metadata, spec, object: written } = object.resource;
  const clusterIP = object.status?.kind === 'Service' ? object.status.clusterIP : spec.clusterIP;
  const given = itemsAt(fieldAt(written['status'], 'loadBalancer'), 'ingress').flatMap(
    (item) => textAt(item, 'ip') ?? textAt(item, 'hostname') ?? [],
  );
  // The cluster's own load balancer, unless the manifest states what another gave.
  const ingress = given.length > 0 ? given : [externalAddress(object.resource) ?? []].flat();
  const isLoadBalancer = spec.type === 'LoadBalancer';
  const slices = view.all('EndpointSlice').map(({ resource }) => resource);
  const own = slices.filter(
    (slice) =>
      slice.metadata.namespace === metadata.namespace &&
      slice.metadata.labels['kubernetes.io/service-name'] === metadata.name,
  );
  return {
    namespace: metadata.namespace,
    isManaged: metadata.labels['gateway.istio.io/managed'] !== undefined,
    isLoadBalancer,
    ips: clusterIP === undefined || clusterIP === 'None' || clusterIP === '' ? [] : [clusterIP],
    external: [...(isLoadBalancer ? ingress : []), ...(spec.externalIPs ?? [])],
    ports: spec.ports.map(({ name = '', port }) => ({
      port,
      endpoints: own.flatMap((slice) => readyPorts(slice, name)),
    })),
  };
}

function readyPorts({ endpoints, ports }: EndpointSliceResource, name: string): readonly number[] {
  if (!endpoints.some(({ conditions }) => conditions.ready !== false)) return [];
  return ports.flatMap((port) => (port.name === name && port.port !== undefined ? [port.port] : []));
}

/** Simplified: workloads that a ServiceEntry selects by labels are taken to be there. */
function frontOfEntry({ resource: { metadata, spec } }: StoredObject<ServiceEntryResource>): Front {
  const { endpoints = [], workloadSelector, resolution = 'NONE', addresses = [], ports = [] } = spec;
  const hasEndpoints = resolution.startsWith('D') || endpoints.length > 0 || workloadSelector !== undefined;
  return {
    namespace: metadata.namespace,
    isManaged: false,
    isLoadBalancer: false,
    ips: addresses,
    external: [],
    ports: ports.map(({ number, targetPort }) => ({
      port: number,
      endpoints: hasEndpoints ? [targetPort ?? number] : [],
    })),
  };
}
