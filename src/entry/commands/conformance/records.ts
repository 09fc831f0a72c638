// Records of workloads and Services as a case writes them in its env, as what istiod would have sent a ztunnel.
import * as v from 'valibot';
import type { AmbientConfiguration, WdsGateway, WdsService, WdsWorkload } from '../../../mesh/index.ts';
import { ordinaryService, ordinaryWorkload, spiffeId } from '../../../mesh/index.ts';
import type { Env } from './environment.ts';
import { issuesOf } from './protocol.ts';

const gateway = v.union([
  v.object({ address: v.string(), network: v.optional(v.string(), ''), port: v.number() }),
  v.object({ hostname: v.string(), namespace: v.optional(v.string(), ''), port: v.number() }),
]);
const ports = v.array(v.object({ servicePort: v.number(), targetPort: v.number() }));
const text = v.optional(v.string(), '');
const scope = v.picklist(['REGION', 'ZONE', 'SUBZONE', 'NODE', 'CLUSTER', 'NETWORK']);

const workloadSchema = v.object({
  uid: v.string(),
  name: text,
  namespace: text,
  network: text,
  addresses: v.optional(v.array(v.string()), []),
  node: text,
  clusterId: text,
  locality: v.optional(v.object({ region: text, zone: text, subzone: text })),
  serviceAccount: v.optional(v.string(), 'default'),
  trustDomain: v.optional(v.string(), 'cluster.local'),
  tunnelProtocol: v.optional(v.picklist(['NONE', 'HBONE']), 'NONE'),
  waypoint: v.nullish(gateway),
  networkGateway: v.nullish(gateway),
  /** `NAMESPACE/HOSTNAME` -> ports. */
  services: v.optional(v.record(v.string(), ports), {}),
  status: v.optional(v.picklist(['HEALTHY', 'UNHEALTHY']), 'HEALTHY'),
  networkMode: v.optional(v.string()),
  applicationTunnel: v.nullish(v.object({ port: v.optional(v.number()), protocol: v.picklist(['NONE', 'PROXY']) })),
  capacity: v.optional(v.number(), 1),
});

const serviceSchema = v.object({
  name: text,
  namespace: text,
  hostname: text,
  addresses: v.optional(v.array(v.object({ address: v.string(), network: text })), []),
  ports: v.optional(ports, []),
  waypoint: v.nullish(gateway),
  loadBalancing: v.nullish(
    v.object({
      routingPreference: v.optional(v.array(scope), []),
      mode: v.optional(v.picklist(['UNSPECIFIED_MODE', 'STANDARD', 'STRICT', 'FAILOVER', 'PASSTHROUGH'])),
      healthPolicy: v.optional(v.string()),
    }),
  ),
  ipFamilies: v.optional(v.picklist(['AUTOMATIC', 'IPV4_ONLY', 'IPV6_ONLY', 'DUAL']), 'AUTOMATIC'),
  visibility: v.optional(v.picklist(['PUBLIC', 'NAMESPACE']), 'PUBLIC'),
  canonical: v.optional(v.boolean(), false),
});

type WorkloadRecord = v.InferOutput<typeof workloadSchema>;
type ServiceRecord = v.InferOutput<typeof serviceSchema>;

/** Throws when a record cannot be read. */
export function recordsOf(env: Env): AmbientConfiguration {
  const workloads = read(v.array(workloadSchema), env.workloads ?? []);
  const services = read(v.array(serviceSchema), env.services ?? []);
  return {
    workloads: workloads.map(workloadOf),
    services: services.map((service) => serviceOf(service, workloads)),
    policies: [],
  };
}

function read<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) throw new Error(`the records cannot be read: ${issuesOf(parsed.issues)}`);
  return parsed.output;
}

function workloadOf(record: WorkloadRecord): WdsWorkload {
  const { uid, namespace, name, addresses, network, node, clusterId, locality, applicationTunnel, capacity } = record;
  return {
    ...ordinaryWorkload,
    uid,
    key: `${namespace}/${name}`,
    namespace,
    name,
    addresses,
    network,
    node,
    cluster: clusterId,
    locality: locality ?? ordinaryWorkload.locality,
    identity: spiffeId(record.trustDomain, namespace, record.serviceAccount),
    tunnel: record.tunnelProtocol,
    policies: [],
    waypoint: gatewayOf(record.waypoint),
    networkGateway: gatewayOf(record.networkGateway),
    applicationTunnel: applicationTunnel ? { port: undefined, ...applicationTunnel } : undefined,
    isHostNetwork: record.networkMode === 'HOST_NETWORK',
    capacity,
    strictOrigin: {},
    origin: {},
  };
}

function serviceOf(record: ServiceRecord, workloads: readonly WorkloadRecord[]): WdsService {
  const { namespace, hostname, loadBalancing, ipFamilies, visibility } = record;
  const key = `${namespace}/${hostname}`;
  const mode = loadBalancing?.mode ?? 'UNSPECIFIED_MODE';
  return {
    ...ordinaryService,
    key,
    namespace,
    hostname,
    vips: record.addresses.map(({ address, network }) => ({ network, ip: address })),
    ports: record.ports,
    endpoints: workloads.flatMap((workload) => {
      const own = workload.services[key];
      return own === undefined
        ? []
        : [{ workload: workload.uid, ports: own, isHealthy: workload.status === 'HEALTHY' }];
    }),
    waypoint: gatewayOf(record.waypoint),
    loadBalancing: {
      mode: mode === 'STANDARD' ? 'UNSPECIFIED_MODE' : mode,
      scopes: loadBalancing?.routingPreference ?? [],
    },
    allowsUnhealthy: loadBalancing?.healthPolicy === 'ALLOW_ALL',
    ipFamilies,
    visibility,
    isCanonical: record.canonical,
    origin: {},
  };
}

function gatewayOf(record: v.InferOutput<typeof gateway> | null | undefined): WdsGateway | undefined {
  if (record === null || record === undefined) return undefined;
  if ('hostname' in record) return { kind: 'hostname', ...record };
  const { address, network, port } = record;
  return { kind: 'address', network, ip: address, port };
}
