// Clusters and endpoints of an Envoy as `istioctl proxy-config clusters` and `endpoints` print them.
// Source: istio/istio:istioctl/pkg/writer/envoy/configdump/cluster.go, istioctl/pkg/writer/envoy/clusters/clusters.go at 1.31.
import type { AnyEntityId } from '../../../kernel/index.ts';
import type { DumpTable, DumpWorld } from '../../xds/index.ts';
import { clusterType } from '../cluster-state.ts';
import type { Cluster, Endpoint, ProxyConfiguration } from '../configuration.ts';
import { blackHoleCluster } from '../configuration.ts';
import { clusterJson, hostJson, statusJson } from './api/cluster.ts';
import { management } from './routes.ts';

/** Sorted by host, subset, port and direction; a cluster without these by its name. */
export function clustersTable({ parts }: ProxyConfiguration): DumpTable {
  const clusters = parts
    .flatMap((part) => part.clusters)
    .map((cluster) => ({ cluster, key: keyOf(cluster.name) }))
    .toSorted(
      (a, b) =>
        compare(a.key.host, b.key.host) ||
        compare(a.key.subset, b.key.subset) ||
        a.key.port - b.key.port ||
        compare(a.key.direction, b.key.direction),
    );
  const rows = clusters.map(({ cluster, key: { direction, port, subset, host } }) => ({
    cells: [
      host,
      direction === '' ? '-' : String(port),
      subset === '' ? '-' : subset,
      direction === '' ? '-' : direction,
      typeText(cluster),
      management(cluster.origin, ruleKinds),
    ],
    origin: cluster.origin,
    item: clusterJson(cluster),
  }));
  return {
    columns: ['SERVICE FQDN', 'PORT', 'SUBSET', 'DIRECTION', 'TYPE', 'DESTINATION RULE'],
    rows,
    resources: rows.map(({ item }) => item),
  };
}

const ruleKinds: ReadonlySet<string> = new Set(['DestinationRule']);

function keyOf(name: string): Readonly<Record<'direction' | 'subset' | 'host', string>> & { readonly port: number } {
  const parts = name.split('|');
  if (parts.length < 4) return { direction: '', port: 0, subset: '', host: name };
  const [direction = '', port = '', subset = '', host = ''] = parts;
  return { direction, port: Number(port), subset, host };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A dynamic forward proxy is a cluster of an extension, whose type Envoy's API shows as the first of its list. */
function typeText({ name, discovery }: Cluster): string {
  if (name === blackHoleCluster || discovery === 'DYNAMIC_DNS') return 'STATIC';
  return discovery === 'DNS' ? 'STRICT_DNS' : discovery;
}

/** Sorted by address, port and cluster. What a cluster without endpoints of its own has dialled is not listed. */
export function endpointsTable(world: DumpWorld, process: AnyEntityId, { parts }: ProxyConfiguration): DumpTable {
  const rows = parts
    .flatMap(({ clusters }) => clusters)
    .flatMap((cluster) => cluster.endpoints.map((endpoint) => ({ cluster, endpoint })))
    .toSorted(
      (a, b) =>
        compare(a.endpoint.address, b.endpoint.address) ||
        a.endpoint.port - b.endpoint.port ||
        compare(a.cluster.name, b.cluster.name),
    )
    .map(({ cluster, endpoint }) => ({
      cells: [
        endpointText(endpoint),
        endpoint.isHealthy ? 'HEALTHY' : 'UNHEALTHY',
        isEjected(world, process, cluster, endpoint) ? 'FAILED' : 'OK',
        cluster.name,
      ],
      origin: {},
      item: { cluster: cluster.name, ...hostJson(endpoint, isEjected(world, process, cluster, endpoint)) },
    }));
  const resources = parts
    .flatMap(({ clusters }) => clusters)
    .filter(({ endpoints }) => endpoints.length > 0)
    .map((cluster) => statusJson(cluster, (endpoint) => isEjected(world, process, cluster, endpoint)));
  return { columns: ['ENDPOINT', 'STATUS', 'OUTLIER CHECK', 'CLUSTER'], rows, resources };
}

/** What goes through a tunnel goes through a listener inside of Envoy. */
function endpointText({ address, port, transport }: Endpoint): string {
  const plain = `${address.includes(':') ? `[${address}]` : address}:${port}`;
  return transport === 'hbone' ? `envoy://connect_originate/${plain}` : plain;
}

/** Outlier detection has put it out, and not yet let it back. */
function isEjected(world: DumpWorld, process: AnyEntityId, cluster: Cluster, { address }: Endpoint): boolean {
  const id = world.find(clusterType, `${process}/${cluster.name}`);
  const host = id === undefined ? undefined : world.read(clusterType, id)?.hosts.get(address);
  return host !== undefined && host.outUntil > world.now;
}
