// In ambient mode an AuthorizationPolicy with a selector reaches connections that are opened from then on; what a ztunnel has let in
// goes on, because it remembers the list of policies its workload had. A policy for a whole namespace ends open connections.
// Source: istio/ztunnel:src/state.rs PolicyWatcher, src/proxy/connection_manager.rs.

import type { AnyEntityId } from '../../kernel/index.ts';
import { countBefore } from '../run/columns.ts';
import type { RunIndex } from '../run/run-index.ts';

const POLICY = 'AuthorizationPolicy';
/** Its policies reach every namespace. Source: istio/istio MeshConfig rootNamespace, default. */
const ROOT_NAMESPACE = 'istio-system';

export type Labels = Readonly<Record<string, string>>;

/** Policies that came after a ztunnel had let a connection in. */
export interface LaterPolicies {
  /** `namespace/name` of the pod that the connection goes to. */
  readonly pod: string;
  /** Numbers of the `object` records by which the policies came, in order; all in the pod's namespace or the root namespace. */
  readonly policies: readonly number[];
}

/** What came between the decision to let a connection in and record `until`; undefined for any other decision. */
export function laterPolicies(index: RunIndex, decision: number, until: number): LaterPolicies | undefined {
  const { point, chosen, input } = index.trace.getAs(decision, 'decision');
  const pod = input['pod'];
  if (point !== 'ztunnel.inbound' || chosen !== 'allow' || typeof pod !== 'string') return undefined;
  const namespace = pod.slice(0, pod.indexOf('/'));
  const { objects } = index.milestones;
  const between = objects.slice(countBefore(objects, decision), countBefore(objects, until));
  const policies = between.filter((id) => {
    const object = index.trace.getAs(id, 'object');
    const isNear = object.namespace === namespace || object.namespace === ROOT_NAMESPACE;
    return isNear && isCreatedPolicy(index, id) && !isDeleted(index, id, until);
  });
  return policies.length === 0 ? undefined : { pod, policies };
}

/** The policies that an apply created. */
export function policiesCreatedBy(index: RunIndex, input: number): readonly number[] {
  const { objects } = index.milestones;
  const later = objects.slice(countBefore(objects, input));
  return later.filter((id) => index.trace.causeOf(id) === input && isCreatedPolicy(index, id));
}

/** Pods of a policy's reach with connections that a ztunnel has let in and that are open before record `cursor`. */
export function podsWithAdmitted(
  index: RunIndex,
  policy: number,
  cursor: number,
): readonly { readonly pod: string; readonly open: number }[] {
  const { namespace } = index.trace.getAs(policy, 'object');
  return [...index.cluster.pods.values()]
    .filter((pod) => namespace === ROOT_NAMESPACE || pod.namespace === namespace)
    .map((pod) => ({ pod: `${pod.namespace}/${pod.name}`, open: admittedTo(index, pod.netns, cursor) }))
    .filter(({ open }) => open > 0);
}

/** Behind each connection that a ztunnel let in it holds one to the application, over the pod's loopback. */
function admittedTo(index: RunIndex, namespaces: readonly AnyEntityId[], cursor: number): number {
  const connections = namespaces.flatMap((netns) => index.connections.inNetns.get(netns) ?? []);
  return connections.filter(({ link, process, accepted, ended }) => {
    const isOpen = accepted >= 0 && accepted < cursor && (ended < 0 || ended >= cursor);
    return isOpen && link === 'loopback' && index.hosts.processes.get(process)?.program === 'ztunnel';
  }).length;
}

function isCreatedPolicy(index: RunIndex, id: number): boolean {
  const { resource, verb } = index.trace.getAs(id, 'object');
  return resource === POLICY && verb === 'created';
}

function isDeleted(index: RunIndex, created: number, until: number): boolean {
  const { namespace, name } = index.trace.getAs(created, 'object');
  const writes = index.objects.of(POLICY, namespace, name)?.writes ?? [];
  return writes.some((id) => id > created && id < until && index.trace.getAs(id, 'object').verb === 'deleted');
}

/** The labels a policy selects pods by, read from its `kubectl get -o yaml`; undefined: it has no selector. */
export function selectorIn(yaml: string): Labels | undefined {
  return linesUnder(yaml, ['spec', 'selector']) === undefined
    ? undefined
    : textsIn(linesUnder(yaml, ['spec', 'selector', 'matchLabels']) ?? []);
}

/** The labels of an object, read from its `kubectl get -o yaml`. */
export function labelsIn(yaml: string): Labels {
  return textsIn(linesUnder(yaml, ['metadata', 'labels']) ?? []);
}

export function isSelected(labels: Labels, selector: Labels): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

/** What stands under a path of keys, two blanks a level; undefined: there is no such key. */
function linesUnder(yaml: string, path: readonly string[]): readonly string[] | undefined {
  let lines: readonly string[] = yaml.split('\n');
  for (const key of path) {
    const at = lines.findIndex((line) => line.startsWith(`${key}:`));
    if (at < 0) return undefined;
    const rest = lines.slice(at + 1);
    const end = rest.findIndex((line) => !line.startsWith('  '));
    lines = (end < 0 ? rest : rest.slice(0, end)).map((line) => line.slice(2));
  }
  return lines;
}

function textsIn(lines: readonly string[]): Labels {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const found = /^(?<key>"[^"]+"|[^\s:][^:]*): (?<value>.+)$/.exec(line)?.groups;
      return found === undefined ? [] : [[bare(found['key'] ?? ''), bare(found['value'] ?? '')]];
    }),
  );
}

function bare(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}
