// A cluster comes to be: machines, the API server, the control plane, a kubelet and a kube-proxy on every node, DNS.
import type { Context, EntityId } from '../kernel/index.ts';
import type { NameQuery, NetnsId } from '../host/index.ts';
import { createNetns, machineType, NO_ENTITY } from '../host/index.ts';
import { record } from '../trace/index.ts';
import type {
  ApiMessage,
  ApiServerId,
  Cluster,
  ClusterNode,
  ClusterOptions,
  KubeletMessage,
  NodeSpec,
  WatchEvent,
} from './api.ts';
import { createControllerManager, MANAGED_KINDS } from './controllers/controller-manager.ts';
import { createNamespaceController, SYSTEM_NAMESPACES } from './controllers/namespaces.ts';
import { watchDelivery } from './facts.ts';
import { nodeAddress } from './kubelet/addresses.ts';
import { kubeletType } from './kubelet/kubelet.ts';
import { createClusterDns } from './network/cluster-dns.ts';
import { balancerTables } from './load-balancer/parts.ts';
import { createKubeProxy, createOutside } from './network/kube-proxy.ts';
import { createNodeController } from './nodes/node-controller.ts';
import { builtIn, makeResource, metadata } from './objects/made-resource.ts';
import { createScheduler } from './scheduler.ts';
import { apiServerType, createApiServer } from './store/api-server.ts';
import { DNS_ADDRESS } from './store/service-address.ts';

/**
 * Makes a cluster: in a kernel's `setUp`, so that it is there at t=0. What is applied in the same breath finds the system
 * namespaces; their contents and the watches take their usual time.
 */
export function setUpCluster(ctx: Context, options: ClusterOptions): Cluster {
  const { nodes, domain, wiring } = options;
  const apiServer = createApiServer(ctx, wiring, [...new Set(nodes.map((node) => node.kubelet))]);
  for (const name of SYSTEM_NAMESPACES)
    apply(ctx, apiServer, makeResource('Namespace', metadata('', name), {}, builtIn));
  apply(ctx, apiServer, dnsService());
  const dns = createClusterDns(ctx, domain);
  watch(ctx, apiServer, dns, ['Service', 'EndpointSlice']);
  watch(ctx, apiServer, createControllerManager(ctx, apiServer, nodes, wiring.loadBalancers), MANAGED_KINDS);
  watch(ctx, apiServer, createNamespaceController(ctx, apiServer), ['Namespace']);
  const scheduler = createScheduler(ctx, apiServer, nodes);
  watch(ctx, apiServer, scheduler, ['Pod']);
  watch(ctx, apiServer, scheduler, ['Node']);
  const members = nodes.map((node, index) => setUpNode(ctx, node, { number: index + 1, apiServer, dns, wiring }));
  const nodeController = createNodeController(ctx, apiServer, nodes, members);
  watch(ctx, apiServer, nodeController, ['Pod', 'Node']);
  return { apiServer, domain, nodes: members, nodeController };
}

/** The network outside of a cluster: a machine that is no node, behind the load balancer of its Services. Returns its namespace. */
export function setUpOutside(ctx: Context, apiServer: ApiServerId, name: string, address: string): NetnsId {
  const objects = ctx.read(apiServerType, apiServer)?.objects.byKey.values() ?? [];
  const { machine, loadBalancer } = createOutside(ctx, name, objects, balancerTables(ctx));
  watch(ctx, apiServer, loadBalancer, ['Service', 'EndpointSlice']);
  record(ctx, 'node', { node: machine, name, zone: '', kubelet: '' });
  return createNetns(ctx, `${name}/netns`, { machine, addresses: [address], resolver: undefined }, NO_ENTITY);
}

function apply(
  ctx: Context,
  apiServer: ApiServerId,
  resource: Extract<ApiMessage, { type: 'apply' }>['resource'],
): void {
  ctx.tell(apiServer, { type: 'apply', resource, actor: 'kubernetes', revision: 0 });
}

function watch(
  ctx: Context,
  apiServer: ApiServerId,
  watcher: EntityId<WatchEvent>,
  kinds: readonly string[],
  nodeName?: string,
): void {
  ctx.tell(apiServer, {
    type: 'subscribe',
    kinds,
    watcher,
    delay: watchDelivery,
    ...(nodeName === undefined ? {} : { nodeName }),
  });
}

/** The DNS Service has its well-known address; no pods stand behind it, because look-ups are not packets here. */
function dnsService() {
  const labels = { 'k8s-app': 'kube-dns' };
  const ports = [
    { name: 'dns', port: 53, targetPort: 53, protocol: 'UDP' },
    { name: 'dns-tcp', port: 53, targetPort: 53, protocol: 'TCP' },
  ] as const;
  const spec = { type: 'ClusterIP', selector: labels, clusterIP: DNS_ADDRESS, ports, sessionAffinity: 'None' } as const;
  return makeResource('Service', metadata('kube-system', 'kube-dns', { labels }), { spec }, builtIn);
}

interface NodeSetting {
  readonly number: number;
  readonly apiServer: ApiServerId;
  readonly dns: EntityId<NameQuery>;
  readonly wiring: ClusterOptions['wiring'];
}

function setUpNode(ctx: Context, node: NodeSpec, { number, apiServer, dns, wiring }: NodeSetting): ClusterNode {
  const { name, zone, region } = node;
  const machine = ctx.create(machineType, `node/${name}`, {
    name,
    zone,
    region,
    translations: new Map(),
    sources: new Map(),
    skew: 0,
  });
  record(ctx, 'node', { node: machine, name, zone, kubelet: node.kubelet });
  const netns = createNetns(
    ctx,
    `node/${name}/netns`,
    { machine, addresses: [nodeAddress(number)], resolver: dns },
    NO_ENTITY,
  );
  const kubelet = ctx.create(kubeletType, `node/${name}/kubelet`, {
    name,
    number,
    version: node.kubelet,
    machine,
    netns,
    apiServer,
    resolver: dns,
    wiring,
    plugins: [],
    addresses: 0,
  }) as EntityId<KubeletMessage | WatchEvent>; // pods may tell it more
  watch(ctx, apiServer, kubelet, ['Pod'], name);
  watch(ctx, apiServer, createKubeProxy(ctx, name, machine), ['Service', 'EndpointSlice']);
  return { name, machine, netns, kubelet };
}
