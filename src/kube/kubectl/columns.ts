// What `kubectl get -o wide` prints of an object, without its name and age (those depend on where and when one looks).
// Source: kubernetes/kubernetes@v1.34: pkg/printers/internalversion/printers.go; `additionalPrinterColumns` of the CRDs of
// Istio 1.31 and the Gateway API.  Columns that would always be empty here (nominated node) are left out.
import type {
  JobResource,
  JsonValue,
  PodResource,
  Resource,
  ResourceOf,
  ServiceResource,
} from '../../manifests/index.ts';
import { isKind } from '../../manifests/index.ts';
import type { ContainerStatus, JobStatus, PodStatus, StoredObject } from '../api.ts';
import type { NodeState } from '../nodes/node-object.ts';
import { nodeStateOf } from '../nodes/node-object.ts';
import { closedGates } from '../kubelet/pod-status.ts';
import { externalAddress } from '../store/service-address.ts';

export type Column = readonly [name: string, value: string];

const NONE = '<none>';

/** The columns of an object's kind; none for kinds that print name and age only. */
export function columnsOf(object: StoredObject): readonly Column[] {
  const { resource, status } = object;
  if (isKind(resource, 'Pod')) return podColumns({ ...object, resource });
  if (isKind(resource, 'Service')) return serviceColumns(resource, status?.kind === 'Service' ? status.clusterIP : '');
  if (isKind(resource, 'Job')) return jobColumns(resource, status?.kind === 'Job' ? status : undefined);
  const { replicas, ready, available, updated } =
    status?.kind === 'workload' ? status : { replicas: 0, ready: 0, available: 0, updated: 0 };
  if (isKind(resource, 'Deployment'))
    return [
      ['READY', `${ready}/${resource.spec.replicas}`],
      ['UP-TO-DATE', String(updated)],
      ['AVAILABLE', String(available)],
      ...templateColumns(resource.spec.template.spec.containers, resource.spec.selector.matchLabels),
    ];
  if (isKind(resource, 'ReplicaSet'))
    return [
      ['DESIRED', String(resource.spec.replicas)],
      ['CURRENT', String(replicas)],
      ['READY', String(ready)],
      ...templateColumns(resource.spec.template.spec.containers, resource.spec.selector.matchLabels),
    ];
  if (isKind(resource, 'StatefulSet'))
    return [
      ['READY', `${ready}/${resource.spec.replicas}`],
      ...templateColumns(resource.spec.template.spec.containers, undefined),
    ];
  if (isKind(resource, 'DaemonSet'))
    return [
      ['DESIRED', String(replicas)],
      ['CURRENT', String(replicas)],
      ['READY', String(ready)],
      ['UP-TO-DATE', String(updated)],
      ['AVAILABLE', String(available)],
      ...templateColumns(resource.spec.template.spec.containers, resource.spec.selector.matchLabels),
    ];
  if (isKind(resource, 'CronJob'))
    return [
      ['SCHEDULE', resource.spec.schedule],
      ['TIMEZONE', resource.spec.timeZone ?? NONE],
      ['SUSPEND', resource.spec.suspend ? 'True' : 'False'],
      ['ACTIVE', String(status?.kind === 'CronJob' ? status.active : 0)],
      ...templateColumns(resource.spec.jobTemplate.spec.template.spec.containers, undefined),
    ];
  if (isKind(resource, 'PodDisruptionBudget'))
    return [
      ['MIN AVAILABLE', String(resource.spec.minAvailable ?? 'N/A')],
      ['MAX UNAVAILABLE', String(resource.spec.maxUnavailable ?? 'N/A')],
    ];
  const node = nodeStateOf(object);
  if (node !== undefined) return nodeColumns(object, node.state);
  return [...plainColumns(resource, object.deletedAt !== undefined), ...writtenColumns(object)];
}

/** A cordoned node says so beside whether it is ready. Source: printers.go printNode. */
function nodeColumns({ status }: StoredObject, { ready, isUnschedulable }: NodeState): readonly Column[] {
  const info = status?.kind === 'written' ? status.value['nodeInfo'] : undefined;
  const version = typeof info === 'object' && info !== null && 'kubeletVersion' in info ? info['kubeletVersion'] : '';
  return [
    ['STATUS', `${ready === 'True' ? 'Ready' : 'NotReady'}${isUnschedulable ? ',SchedulingDisabled' : ''}`],
    ['ROLES', NONE],
    ['VERSION', wordOf(version)],
  ];
}

/** Columns of custom resources that stand in their status. */
function writtenColumns({ resource, status }: StoredObject): readonly Column[] {
  const value = status?.kind === 'written' ? status.value : {};
  const condition = (type: string): Column => {
    const found = itemsOf(value['conditions']).find((item) => item['type'] === type);
    return [type.toUpperCase(), wordOf(found?.['status'])];
  };
  if (isKind(resource, 'Gateway')) {
    const [address] = itemsOf(value['addresses']);
    return [
      ['CLASS', resource.spec.gatewayClassName],
      ['ADDRESS', wordOf(address?.['value'])],
      condition('Programmed'),
    ];
  }
  if (isKind(resource, 'Ingress')) return ingressColumns(resource, value['loadBalancer']);
  if (isKind(resource, 'ListenerSet')) return [condition('Accepted'), condition('Programmed')];
  if (isKind(resource, 'GatewayClass'))
    return [
      ['CONTROLLER', resource.spec.controllerName],
      condition('Accepted'),
      ['DESCRIPTION', resource.spec.description ?? ''],
    ];
  return [];
}

/** Source: printers.go printIngress, formatHosts. */
function ingressColumns({ spec }: ResourceOf<'Ingress'>, balancer: JsonValue | undefined): readonly Column[] {
  const hosts = (spec.rules ?? []).flatMap(({ host = '' }) => (host === '' ? [] : [host]));
  const [shown, more] = [hosts.slice(0, 3), hosts.length - 3];
  const addresses =
    typeof balancer === 'object' && balancer !== null && 'ingress' in balancer ? balancer['ingress'] : [];
  return [
    ['CLASS', spec.ingressClassName ?? NONE],
    ['HOSTS', hosts.length === 0 ? '*' : `${shown.join(',')}${more > 0 ? ` + ${more} more...` : ''}`],
    [
      'ADDRESS',
      itemsOf(addresses)
        .map(({ ip, hostname }) => wordOf(ip ?? hostname))
        .join(','),
    ],
    ['PORTS', (spec.tls ?? []).length > 0 ? '80, 443' : '80'],
  ];
}

function itemsOf(value: JsonValue | undefined): readonly Readonly<Record<string, JsonValue>>[] {
  return Array.isArray(value) ? (value as readonly Readonly<Record<string, JsonValue>>[]) : []; // lists of a status are of objects
}

function wordOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function jobColumns({ spec }: JobResource, status: JobStatus | undefined): readonly Column[] {
  const { succeeded, result } = status ?? { succeeded: 0, result: undefined };
  const wanted =
    spec.completions === undefined ? `${spec.parallelism > 1 ? `1 of ${spec.parallelism}` : 1}` : spec.completions;
  const word = { complete: 'Complete', failed: 'Failed' } as const;
  return [
    ['STATUS', result === undefined ? (spec.suspend ? 'Suspended' : 'Running') : word[result]],
    ['COMPLETIONS', `${succeeded}/${wanted}`],
    ...templateColumns(spec.template.spec.containers, undefined),
  ];
}

function plainColumns(resource: Resource, isTerminating: boolean): readonly Column[] {
  if (isKind(resource, 'Namespace')) return [['STATUS', isTerminating ? 'Terminating' : 'Active']];
  if (isKind(resource, 'ConfigMap'))
    return [['DATA', String(Object.keys(resource.data).length + Object.keys(resource.binaryData).length)]];
  if (isKind(resource, 'Secret'))
    return [
      ['TYPE', resource.type],
      ['DATA', String(Object.keys(resource.data).length)],
    ];
  if (isKind(resource, 'EndpointSlice')) {
    const ports = resource.ports.map(({ port }) => (port === undefined ? '*' : String(port)));
    const addresses = resource.endpoints.flatMap((endpoint) => endpoint.addresses);
    return [
      ['ADDRESSTYPE', resource.addressType],
      ['PORTS', shortened(ports, '<unset>')],
      ['ENDPOINTS', shortened(addresses, '<unset>')],
    ];
  }
  if (isKind(resource, 'PeerAuthentication')) return [['MODE', resource.spec.mtls?.mode ?? '']];
  if (isKind(resource, 'AuthorizationPolicy')) return [['ACTION', resource.spec.action ?? '']];
  if (isKind(resource, 'HTTPRoute') || isKind(resource, 'GRPCRoute'))
    return [['HOSTNAMES', listed(resource.spec.hostnames)]];
  if (isKind(resource, 'VirtualService'))
    return [
      ['GATEWAYS', listed(resource.spec.gateways)],
      ['HOSTS', listed(resource.spec.hosts)],
    ];
  return [];
}

function podColumns(object: StoredObject<PodResource>): readonly Column[] {
  const { spec } = object.resource;
  const status = object.status?.kind === 'Pod' ? object.status : undefined;
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always').length;
  const ready = status?.containers.filter((container) => container.role !== 'init' && container.ready).length ?? 0;
  const restarts = status?.containers.reduce((sum, container) => sum + container.restarts, 0) ?? 0;
  return [
    ['READY', `${ready}/${spec.containers.length + sidecars}`],
    ['STATUS', podStatus(object, status)],
    ['RESTARTS', String(restarts)],
    ['IP', status?.podIP ?? NONE],
    ['NODE', status?.nodeName ?? spec.nodeName ?? NONE],
    ...gateColumns(spec, status),
  ];
}

/** How many readiness gates are open; only for pods that have some. */
function gateColumns(spec: PodResource['spec'], status: PodStatus | undefined): readonly Column[] {
  const count = spec.readinessGates?.length ?? 0;
  return count === 0 ? [] : [['READINESS GATES', `${count - closedGates(spec, status?.gates ?? {}).length}/${count}`]];
}

/** The word in the STATUS column: the phase, unless a container or a deletion says more. */
function podStatus(object: StoredObject<PodResource>, status: PodStatus | undefined): string {
  const { resource, deletedAt } = object;
  if (deletedAt !== undefined) return 'Terminating';
  if (status === undefined) return (resource.spec.schedulingGates ?? []).length > 0 ? 'SchedulingGated' : 'Pending';
  const initialising = initStatus(status, resource.spec.initContainers?.length ?? 0);
  if (initialising !== undefined) return initialising;
  const apps = status.containers.filter(({ role }) => role === 'app');
  const telling = apps.findLast(({ state, reason }) => state !== 'running' && reason !== '');
  if (telling === undefined) return status.phase;
  const isAnyRunning = apps.some(({ state, ready }) => state === 'running' && ready);
  if (telling.reason === 'Completed' && isAnyRunning) return status.conditions.ready ? 'Running' : 'NotReady';
  return telling.reason;
}

/** `Init:1/2` while init containers run, or why one does not; undefined once all are done. */
function initStatus(status: PodStatus, count: number): string | undefined {
  const containers = status.containers.filter(({ role }) => role !== 'app').slice(0, count);
  const at = containers.findIndex((container) => !isInitialised(container));
  const current = containers[at];
  if (current === undefined || status.phase === 'Succeeded' || status.phase === 'Failed') return undefined;
  if (current.state === 'terminated')
    return `Init:${current.reason === '' ? `ExitCode:${current.exitCode}` : current.reason}`;
  const isTelling = current.state === 'waiting' && current.reason !== '' && current.reason !== 'PodInitializing';
  return isTelling ? `Init:${current.reason}` : `Init:${at}/${count}`;
}

function isInitialised({ role, state, started, exitCode }: ContainerStatus): boolean {
  return role === 'sidecar' ? started : state === 'terminated' && exitCode === 0;
}

function serviceColumns(service: ServiceResource, allocated: string): readonly Column[] {
  const { spec } = service;
  const ports = spec.ports.map(
    ({ port, nodePort, protocol }) => `${port}${nodePort === undefined ? '' : `:${nodePort}`}/${protocol}`,
  );
  const address = spec.type === 'ExternalName' ? NONE : (spec.clusterIP ?? (allocated === '' ? NONE : allocated));
  const outside = externalAddress(service) ?? NONE;
  return [
    ['TYPE', spec.type],
    ['CLUSTER-IP', address],
    ['EXTERNAL-IP', spec.externalName ?? spec.externalIPs?.join(',') ?? outside],
    ['PORT(S)', ports.length === 0 ? NONE : ports.join(',')],
    ['SELECTOR', selectorText(spec.selector)],
  ];
}

function templateColumns(
  containers: readonly { readonly name: string; readonly image?: string }[],
  labels: Readonly<Record<string, string>> | undefined,
): readonly Column[] {
  const columns: readonly Column[] = [
    ['CONTAINERS', containers.map(({ name }) => name).join(',')],
    ['IMAGES', containers.map(({ image }) => image ?? '').join(',')],
  ];
  return labels === undefined ? columns : [...columns, ['SELECTOR', selectorText(labels)]];
}

function selectorText(labels: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? NONE : pairs.join(',');
}

/** A list as a CRD's column prints it. */
function listed(values: readonly string[] | undefined): string {
  return values === undefined ? '' : `[${values.map((value) => `"${value}"`).join(',')}]`;
}

/** The first three, and how many more. */
function shortened(values: readonly string[], empty: string): string {
  if (values.length === 0) return empty;
  const more = values.length - 3;
  return values.slice(0, 3).join(',') + (more > 0 ? ` + ${more} more...` : '');
}
