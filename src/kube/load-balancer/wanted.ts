// Which targets a load balancer should have: ports of nodes, or pods. Pure.
// Source: kubernetes-sigs/aws-load-balancer-controller@v3.5: pkg/backend/{endpoint_resolver,endpoint_utils}.go. A cordon or a drain
// takes no node away. Not modelled: labels and taints by which nodes are left out.
import type { Address } from '../../host/index.ts';
import type { Endpoint, PodResource, ServicePort, ServiceResource } from '../../manifests/index.ts';
import type { StoredObject } from '../api.ts';
import { nodePortOf } from '../store/service-address.ts';
import type { Backends } from '../network/service-backends.ts';
import { isReady } from '../network/service-backends.ts';
import type { BalancerSettings } from './settings.ts';

export interface BalancerNode {
  readonly address: string;
  /** Unknown: nothing is heard of it; gone: there is no such Node any more. */
  readonly state: 'True' | 'Unknown' | 'gone';
}

export interface WantedTarget {
  /** The Service's own. */
  readonly port: number;
  readonly address: Address;
  /** The pod behind it, where the target is one. */
  readonly pod: string | undefined;
}

/** What a load balancer's controller has heard of. */
export interface Knowledge {
  readonly object: StoredObject<ServiceResource>;
  readonly settings: BalancerSettings;
  /** By name. */
  readonly nodes: ReadonlyMap<string, BalancerNode>;
  readonly backends: Backends;
  /** Of its namespace, by name. */
  readonly pods: ReadonlyMap<string, StoredObject<PodResource>>;
}

export function wantedTargets(known: Knowledge): readonly WantedTarget[] {
  const { ports } = known.object.resource.spec;
  return ports.flatMap((port, index) => {
    if (port.protocol !== 'TCP') return [];
    return known.settings.targets === 'instance' ? nodePorts(known, port, index) : podPorts(known, port);
  });
}

/** Every node that is Ready, whether it has a pod or not. */
function nodePorts({ nodes, object }: Knowledge, { port }: ServicePort, index: number): readonly WantedTarget[] {
  const nodePort = nodePortOf(object.resource, index);
  if (nodePort === undefined) return [];
  return [...nodes.values()]
    .filter(({ state }) => state === 'True')
    .map(({ address }) => ({ port, address: { ip: address, port: nodePort }, pod: undefined }));
}

/**
 * Endpoints that are ready, and those whose containers are: what a readiness gate waits for has to be a target first. None that
 * terminates. Where nobody of a node is heard, its pods are targets only if there are no others.
 */
function podPorts(known: Knowledge, { port, name = '' }: ServicePort): readonly WantedTarget[] {
  const certain: WantedTarget[] = [];
  const unheard: WantedTarget[] = [];
  for (const { ports, endpoints } of known.backends.slices.values()) {
    const number = ports.find((candidate) => candidate.name === name)?.port;
    if (number === undefined) continue;
    for (const endpoint of endpoints) {
      const [ip] = endpoint.addresses;
      const pod = endpoint.targetRef?.name;
      if (ip === undefined || pod === undefined) continue;
      const target = { port, address: { ip, port: number }, pod };
      if (isReady(endpoint)) certain.push(target);
      else if (areContainersReady(known, pod)) {
        const node = known.nodes.get(endpoint.nodeName ?? '')?.state;
        if (node === 'True' && !isTerminating(endpoint)) certain.push(target);
        if (node === 'Unknown') unheard.push(target);
      }
    }
  }
  return certain.length > 0 ? certain : unheard;
}

function areContainersReady({ pods }: Knowledge, name: string): boolean {
  const status = pods.get(name)?.status;
  return status?.kind === 'Pod' && status.conditions.containersReady;
}

function isTerminating({ conditions }: Endpoint): boolean {
  return conditions.terminating === true;
}
