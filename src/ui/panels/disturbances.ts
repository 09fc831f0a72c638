// What can be done to things of the picture, and what is meant by a mark of it: pure, so that a test can say that nothing is missing.
import type { Intervention } from '../../scenario/port.ts';
import { type AnyEntityId, lastDialledOn, type RunIndex } from '../../view/index.ts';

/** What is disturbed. Ends of a link are named as interventions name them. */
export type Disturbed =
  | { readonly kind: 'pod'; readonly pod: AnyEntityId }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'link'; readonly ends: readonly [string, string] };

/** Names a choice in `text/interventions`. */
export type Word =
  | 'pause'
  | 'slow'
  | 'restart'
  | 'kill'
  | 'expire'
  | 'roll'
  | 'scaleUp'
  | 'scaleDown'
  | 'cordon'
  | 'uncordon'
  | 'drain'
  | 'reboot'
  | 'lose'
  | 'skewBack'
  | 'skewForward'
  | 'delay'
  | 'drop'
  | 'duplicate'
  | 'partition';
export type Choice = readonly [Word, Intervention];

const AWHILE_US = 200_000;
const HOUR_US = 3_600_000_000;

/** `namespace/name` of a pod; `container`: of that one alone. */
export function podChoices(workload: string, container: string | undefined): readonly Choice[] {
  return [
    ['pause', { kind: 'pause', workload, container }],
    ['slow', { kind: 'slow', workload, container, by: AWHILE_US }],
    ['restart', { kind: 'restart', workload, container }],
    ['kill', { kind: 'kill', workload }],
    ['expire', { kind: 'expire', workload }],
  ];
}

/** `replicas`: how many it has; undefined for what has one on every node. */
export function workloadChoices(workload: string, replicas: number | undefined): readonly Choice[] {
  const roll: Choice = ['roll', { kind: 'roll', workload }];
  if (replicas === undefined) return [roll];
  return [
    roll,
    ['scaleUp', { kind: 'scale', workload, replicas: replicas + 1 }],
    ['scaleDown', { kind: 'scale', workload, replicas: Math.max(0, replicas - 1) }],
  ];
}

export function nodeChoices(node: string): readonly Choice[] {
  return [
    ['cordon', { kind: 'cordon', node }],
    ['uncordon', { kind: 'uncordon', node }],
    ['drain', { kind: 'drain', node }],
    ['reboot', { kind: 'reboot', node }],
    ['lose', { kind: 'lose', node }],
    ['skewBack', { kind: 'skew', node, by: -HOUR_US }],
    ['skewForward', { kind: 'skew', node, by: HOUR_US }],
  ];
}

export function linkChoices(between: readonly [string, string]): readonly Choice[] {
  return [
    ['delay', { kind: 'delay', between, by: AWHILE_US }],
    ['drop', { kind: 'drop', between, percent: 33 }],
    ['duplicate', { kind: 'duplicate', between }],
    ['partition', { kind: 'partition', between }],
  ];
}

/** What lasts until it is healed. */
const LASTING: ReadonlySet<Intervention['kind']> = new Set([
  'pause',
  'slow',
  'lose',
  'skew',
  'delay',
  'drop',
  'duplicate',
  'partition',
]);

/** Faults that were begun and not healed, by the names that heal them. */
export function lastingFaults(done: readonly Intervention[]): readonly string[] {
  let names: readonly string[] = [];
  for (const one of done) {
    const name = one.kind === 'heal' ? one.what : faultName(one);
    if (one.kind === 'heal') names = names.filter((other) => name !== 'all' && other !== name);
    else if (LASTING.has(one.kind)) names = [...names.filter((other) => other !== name), name];
  }
  return names;
}

/** As scenario/intervention.ts names it. */
function faultName(fault: Intervention): string {
  if ('between' in fault) return `${fault.kind} ${fault.between.join(' ')}`;
  return `${fault.kind} ${'node' in fault ? fault.node : 'workload' in fault ? fault.workload : ''}`;
}

/** What a mark of the picture stands for: `pod 12`, `ztunnel 7`, `istiod`, `kubelet node-1`, `leg app:3>gate-out:3`. */
export function disturbedAt(index: RunIndex, mark: string, cursor: number): Disturbed | undefined {
  const [kind = '', ...rest] = mark.split(' ');
  const what = rest.join(' ');
  switch (kind) {
    case 'pod':
    case 'ztunnel':
      return podOf(index, Number(what) as AnyEntityId); // the mark was made of one
    case 'istiod': {
      const found = [...index.cluster.pods].find(([, { workload }]) => workload.split('/').at(-1) === 'istiod');
      return found === undefined ? undefined : podOf(index, found[0]);
    }
    case 'kubelet':
      return { kind: 'node', name: what };
    case 'leg':
      return linkOf(index, lastDialledOn(index, what, cursor));
    default:
      return undefined;
  }
}

function podOf(index: RunIndex, pod: AnyEntityId): Disturbed | undefined {
  return index.cluster.pods.has(pod) ? { kind: 'pod', pod } : undefined;
}

/** The two ends of the connection that a record tells of: pods, or nodes where the end is no pod's. */
export function linkOf(index: RunIndex, record: number | undefined): Disturbed | undefined {
  const found = record === undefined ? undefined : index.trace.get(record);
  if (found === undefined || !('connection' in found)) return undefined;
  const connection = index.connections.get(found.connection);
  const from = connection && endOf(index, connection.client);
  const to = connection && endOf(index, connection.server);
  return from === undefined || to === undefined || from === to ? undefined : { kind: 'link', ends: [from, to] };
}

function endOf(index: RunIndex, netns: AnyEntityId): string | undefined {
  const home = index.hosts.netns.get(netns);
  if (home === undefined) return undefined;
  const pod = index.cluster.pods.get(home.pod);
  if (pod !== undefined) return `${pod.namespace}/${pod.name}`;
  const node = index.cluster.nodes.get(home.node);
  return node === undefined ? undefined : `node:${node.name}`;
}
