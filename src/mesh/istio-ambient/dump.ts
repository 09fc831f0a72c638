// What a ztunnel holds, as `istioctl ztunnel-config` prints it: made from the configuration it has received and from what it has open.
// Source: istio/istio:istioctl/pkg/writer/ztunnel/configdump at 1.31; what the fields are called: istio/ztunnel:src/{state,proxy}.
import type { AnyEntityId, EntityType, Message } from '../../kernel/index.ts';
import { stateName } from '../../kernel/index.ts';
import type { Address } from '../../host/index.ts';
import { formatAddress, socketType } from '../../host/index.ts';
import type { MaybeOrigin } from '../../trace/index.ts';
import { workloadApiJson } from '../authz/index.ts';
import { certificateBackdate, certificateLifetime } from '../facts.ts';
import type { DumpRow, DumpTable, DumpWorld } from '../xds/index.ts';
import { meshRoot, notKnown, readDocument } from '../xds/index.ts';
import type { Certificate } from './certificate.ts';
import { serviceJson, workloadJson } from './dump-json.ts';
import { certificateType } from './certificate.ts';
import type { AmbientConfiguration, WdsGateway, WdsService } from './configuration.ts';
import { inboundPlainType } from './inbound-plaintext.ts';
import { inboundStreamType } from './inbound-stream.ts';
import { outboundType } from './outbound.ts';
import { tunnelType } from './tunnel.ts';
import type { Ztunnel } from './ztunnel.ts';

export const ztunnelTables = ['workloads', 'services', 'policies', 'certificates', 'connections'] as const;
export type ZtunnelTable = (typeof ztunnelTables)[number];

/** A ztunnel that runs at the instant that is looked at. */
export interface ZtunnelState {
  readonly process: AnyEntityId;
  readonly ztunnel: Ztunnel;
  /** Of the configuration it holds; 0 before it has any. */
  readonly revision: number;
}

export function ztunnelStates<M extends Message>(
  world: DumpWorld,
  type: EntityType<Ztunnel, M>,
): readonly ZtunnelState[] {
  return [...world.all(type)].map(([process, ztunnel]) => ({
    process,
    ztunnel,
    revision: ztunnel.document === undefined ? 0 : readDocument(world, ztunnel.document, 'configuration').revision,
  }));
}

/** One of its tables; without lines while it holds nothing. */
export function dumpZtunnel(world: DumpWorld, { process, ztunnel }: ZtunnelState, table: ZtunnelTable): DumpTable {
  const held = heldBy(world, ztunnel);
  switch (table) {
    case 'workloads':
      return workloadsTable(held);
    case 'services':
      return servicesTable(held);
    case 'policies':
      return policiesTable(held);
    case 'certificates':
      return certificatesTable(world, process);
    case 'connections':
      return connectionsTable(world, process, held);
  }
}

function heldBy(world: DumpWorld, { document }: Ztunnel): AmbientConfiguration {
  if (document === undefined) return { workloads: [], services: [], policies: [] };
  return readDocument(world, document, 'configuration').content as AmbientConfiguration; // what the ambient compiler made
}

function workloadsTable({ workloads, services }: AmbientConfiguration): DumpTable {
  const rows = inOrder(workloads, ({ namespace, name, node }) => `${namespace}.${name}\n${node}`).map((workload) => ({
    cells: [
      workload.namespace,
      workload.name,
      workload.addresses.join(','),
      workload.node,
      waypointText(workload.waypoint, services),
      workload.tunnel === 'HBONE' ? 'HBONE' : 'TCP',
    ],
    origin: workload.origin,
    item: workloadJson(workload),
  }));
  return {
    columns: ['NAMESPACE', 'POD NAME', 'ADDRESS', 'NODE', 'WAYPOINT', 'PROTOCOL'],
    rows,
    resources: itemsOf(rows),
  };
}

function servicesTable({ services }: AmbientConfiguration): DumpTable {
  const sorted = inOrder(services, (service) => [service.namespace, nameOf(service), service.hostname].join('\n'));
  const rows = sorted.map((service) => ({
    cells: [
      service.namespace,
      nameOf(service),
      service.vips.map(({ ip }) => ip).join(','),
      waypointText(service.waypoint, services),
      `${service.endpoints.filter(({ isHealthy }) => isHealthy).length}/${service.endpoints.length}`,
    ],
    origin: service.origin,
    item: serviceJson(service, nameOf(service)),
  }));
  return {
    columns: ['NAMESPACE', 'SERVICE NAME', 'SERVICE VIP', 'WAYPOINT', 'ENDPOINTS'],
    rows,
    resources: itemsOf(rows),
  };
}

/** Of a Kubernetes Service the first label of its host, of a ServiceEntry the object's name. */
function nameOf({ origin, hostname }: WdsService): string {
  return nameIn(origin) ?? hostname.split('.', 1)[0] ?? hostname;
}

function nameIn(origin: MaybeOrigin): string | undefined {
  return 'path' in origin ? origin['name'] : undefined;
}

function waypointText(waypoint: WdsGateway | undefined, services: readonly WdsService[]): string {
  if (waypoint === undefined) return 'None';
  const service = services.find(({ namespace, hostname, vips }) =>
    waypoint.kind === 'hostname'
      ? namespace === waypoint.namespace && hostname === waypoint.hostname
      : vips.some(({ network, ip }) => network === waypoint.network && ip === waypoint.ip),
  );
  return service === undefined ? notKnown : nameOf(service);
}

function policiesTable({ policies }: AmbientConfiguration): DumpTable {
  const scopes = { GLOBAL: 'Global', NAMESPACE: 'Namespace', WORKLOAD_SELECTOR: 'WorkloadSelector' } as const;
  const rows = inOrder(policies, ({ namespace, name }) => `${namespace}\n${name}`).map((policy) => ({
    cells: [policy.namespace, policy.name, policy.action === 'ALLOW' ? 'Allow' : 'Deny', scopes[policy.scope]],
    origin: policy.origin,
    item: workloadApiJson(policy),
  }));
  return { columns: ['NAMESPACE', 'POLICY NAME', 'ACTION', 'SCOPE'], rows, resources: itemsOf(rows) };
}

/** Each certificate is its leaf and the root it was signed with. Serial numbers and the root's dates are not simulated. */
function certificatesTable(world: DumpWorld, process: AnyEntityId): DumpTable {
  const own = [...world.all(certificateType)]
    .map(([, certificate]) => certificate)
    .filter(({ key, identity }) => key === `${process}/${identity}`);
  const sorted = inOrder(own, ({ identity }) => identity);
  return {
    columns: ['CERTIFICATE NAME', 'TYPE', 'STATUS', 'VALID CERT', 'SERIAL NUMBER', 'NOT AFTER', 'NOT BEFORE'],
    rows: sorted.flatMap((certificate) => certificateRows(world, certificate)),
    resources: sorted.map((certificate) => certificateJson(world, certificate)),
  };
}

function certificateJson(world: DumpWorld, { identity, credential, life }: Certificate): object {
  const state = stateText(stateName(life.snapshot), credential !== undefined);
  if (credential === undefined) return { identity, state, certChain: [], rootCerts: [] };
  const { notAfter, san } = credential;
  const validFrom = world.timestamp(notAfter - certificateLifetime - certificateBackdate);
  const leaf = { subjectAltNames: san, validFrom, expirationTime: world.timestamp(notAfter) };
  return { identity, state, certChain: [leaf], rootCerts: [{ subject: meshRoot }] };
}

function itemsOf(rows: readonly DumpRow[]): readonly object[] {
  return rows.map(({ item }) => item);
}

function certificateRows(world: DumpWorld, { identity, credential, life }: Certificate): readonly DumpRow[] {
  const state = stateText(stateName(life.snapshot), credential !== undefined);
  const unknown = [notKnown, notKnown, notKnown];
  if (credential === undefined)
    return [{ cells: [identity, notKnown, state, 'false', ...unknown], origin: {}, item: { identity, state } }];
  const notAfter = world.timestamp(credential.notAfter);
  const validFrom = world.timestamp(credential.notAfter - certificateLifetime - certificateBackdate);
  const isValid = String(credential.notAfter > world.now);
  return [
    {
      cells: [identity, 'Leaf', state, isValid, notKnown, notAfter, validFrom],
      origin: {},
      item: { identity, state, san: credential.san, validFrom, expirationTime: notAfter },
    },
    {
      cells: [identity, 'Root', state, 'true', ...unknown],
      origin: {},
      item: { identity, state, root: meshRoot },
    },
  ];
}

/** While it is renewed the old one goes on. */
function stateText(state: string, isThere: boolean): string {
  if (isThere) return 'Available';
  return state === 'unavailable' ? 'Unavailable' : 'Initializing';
}

/** Connections of the pods it serves that are open at this instant, by pod; those that come in first. */
function connectionsTable(world: DumpWorld, process: AnyEntityId, configuration: AmbientConfiguration): DumpTable {
  const { services, workloads } = configuration;
  const names = new Map([
    ...workloads.map(({ addresses, name, namespace }) => [addresses[0] ?? 'None', `${name}.${namespace}`] as const),
    ...services.map(({ vips, hostname }) => [vips[0]?.ip ?? 'None', hostname] as const),
  ]);
  const text = ({ ip, port }: Address): string => `${names.get(ip) ?? ip}:${port}`;
  const open = [...inbound(world, process), ...outbound(world, process)];
  const rows = open.map(({ workload, direction, local, remote, target, protocol }) => ({
    cells: [
      workload,
      direction,
      text(local),
      text(remote),
      typeof target === 'string' ? target : text(target),
      protocol,
    ],
    origin: {},
    item: {
      workload,
      direction,
      local: formatAddress(local),
      remote: formatAddress(remote),
      target: typeof target === 'string' ? target : formatAddress(target),
      protocol,
    },
  }));
  return {
    columns: ['WORKLOAD', 'DIRECTION', 'LOCAL', 'REMOTE', 'REMOTE TARGET', 'PROTOCOL'],
    rows: inOrder(rows, ({ cells }) => cells.slice(0, 2).join('\n')),
    resources: connectionsJson(open),
  };
}

/** By workload, as ztunnel's own dump has them: an inbound connection from its peer, an outbound one to whoever was dialled. */
function connectionsJson(open: readonly OpenConnection[]): readonly object[] {
  const workloads = [...new Set(open.map(({ workload }) => workload))].sort((a, b) => (a < b ? -1 : 1));
  return workloads.map((workload) => {
    const of = (direction: OpenConnection['direction']): readonly object[] =>
      open
        .filter((each) => each.workload === workload && each.direction === direction)
        .map(({ local, remote, target, protocol }) => {
          const asked = typeof target === 'string' ? target : formatAddress(target);
          return direction === 'Inbound'
            ? { src: formatAddress(remote), originalDst: asked, actualDst: formatAddress(local), protocol }
            : { src: formatAddress(local), originalDst: asked, actualDst: formatAddress(remote), protocol };
        });
    const dot = workload.lastIndexOf('.');
    const info = { name: workload.slice(0, dot), namespace: workload.slice(dot + 1) };
    return { connections: { inbound: of('Inbound'), outbound: of('Outbound') }, info };
  });
}

interface OpenConnection {
  readonly workload: string;
  readonly direction: 'Inbound' | 'Outbound';
  readonly local: Address;
  readonly remote: Address;
  /** What the client asked for: the Service's host as far as it told, or an address. */
  readonly target: Address | string;
  readonly protocol: 'HBONE' | 'TCP';
}

function inbound(world: DumpWorld, process: AnyEntityId): readonly OpenConnection[] {
  const streams = [...world.all(inboundStreamType)].map(([, stream]) => ({ ...stream, protocol: 'HBONE' as const }));
  const plain = [...world.all(inboundPlainType)].map(([, each]) => ({ ...each, protocol: 'TCP' as const }));
  return [...streams, ...plain]
    .filter(({ pod, isOpen }) => isOpen && pod.ztunnel === process)
    .map(({ pod, peer, request, service, protocol }) => ({
      workload: podName(pod.key),
      direction: 'Inbound',
      local: { ip: pod.address, port: portIn(request.target) },
      remote: peer,
      target: service ?? '',
      protocol,
    }));
}

function outbound(world: DumpWorld, process: AnyEntityId): readonly OpenConnection[] {
  return [...world.all(outboundType)].flatMap(([, { pod, phase, source, original, upstream }]) => {
    if (phase !== 'open' || pod.ztunnel !== process || upstream.kind === 'none') return [];
    const isTunnel = upstream.kind === 'stream';
    const gateway = isTunnel ? world.read(tunnelType, upstream.tunnel)?.gateway : undefined;
    const remote = gateway ?? (isTunnel ? undefined : world.read(socketType, upstream.socket)?.remote);
    if (remote === undefined) return [];
    const protocol = isTunnel ? ('HBONE' as const) : ('TCP' as const);
    return [
      { workload: podName(pod.key), direction: 'Outbound' as const, local: source, remote, target: original, protocol },
    ];
  });
}

function podName(key: string): string {
  const [namespace = '', name = ''] = key.split('/');
  return `${name}.${namespace}`;
}

function portIn(target: string): number {
  return Number(target.slice(target.lastIndexOf(':') + 1));
}

function inOrder<T>(values: readonly T[], keyOf: (value: T) => string): readonly T[] {
  return values
    .map((value) => ({ value, key: keyOf(value) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ value }) => value);
}
