// Whom the policies of a run select. Only the API server's objects say it, so they are asked for when an explanation or an Apply
// needs them.

import type { ResourceRef } from '../../manifests/index.ts';
import {
  isSelected,
  type Labels,
  labelsIn,
  laterPolicies,
  podsWithAdmitted,
  policiesCreatedBy,
  selectorIn,
} from '../../view/index.ts';
import type { RunLink } from './run-link.svelte.ts';

const POLICY = 'AuthorizationPolicy';

export class PolicyReach {
  /** By `Kind namespace/name`: a policy's selector (`none`: it has none), a pod's labels; `asked` until the answer is in. */
  #known = $state.raw<Readonly<Record<string, Labels | 'none' | 'asked'>>>({});
  readonly #run: RunLink;

  constructor(run: RunLink) {
    this.#run = run;
  }

  /**
   * The first policy that came between a decision to let a connection in and record `until`, and that selects its pod: it does not
   * reach this connection. The number of its `object` record.
   */
  missing(decision: number, until: number): number | undefined {
    const later = laterPolicies(this.#run.index, decision, until);
    return later?.policies.find((id) => this.#selects(id, later.pod) === true);
  }

  /** Asks for what `missing` needs. */
  askMissing(decision: number, until: number): void {
    const later = laterPolicies(this.#run.index, decision, until);
    if (later === undefined) return;
    this.#askPod(later.pod);
    later.policies.forEach((id) => this.#askPolicy(id));
  }

  /** The policies an apply created that have a selector, and how many connections of the pods they select stay open. */
  passedBy(input: number): readonly { readonly policy: string; readonly open: number }[] {
    const { index } = this.#run;
    return policiesCreatedBy(index, input).flatMap((id) => {
      const pods = podsWithAdmitted(index, id, id).filter(({ pod }) => this.#selects(id, pod) === true);
      const open = pods.reduce((sum, pod) => sum + pod.open, 0);
      const { namespace, name } = index.trace.getAs(id, 'object');
      return open === 0 ? [] : [{ policy: `${namespace}/${name}`, open }];
    });
  }

  /** Asks for what `passedBy` needs. */
  askPassedBy(input: number): void {
    const { index } = this.#run;
    for (const id of policiesCreatedBy(index, input)) {
      this.#askPolicy(id);
      podsWithAdmitted(index, id, id).forEach(({ pod }) => this.#askPod(pod));
    }
  }

  receive(ref: ResourceRef, yaml: string | undefined): void {
    const key = keyOf(ref);
    if (this.#known[key] !== 'asked' || yaml === undefined) return;
    const labels = ref.kind === POLICY ? (selectorIn(yaml) ?? 'none') : labelsIn(yaml);
    this.#known = { ...this.#known, [key]: labels };
  }

  /** A new run has begun. */
  forget(): void {
    this.#known = {};
  }

  /** Undefined until both are known. */
  #selects(policy: number, pod: string): boolean | undefined {
    const [namespace, name] = split(pod);
    const selector = this.#known[keyOf(this.#policyRef(policy))];
    const labels = this.#known[keyOf({ kind: 'Pod', namespace, name })];
    if (selector === 'none') return false;
    if (typeof selector !== 'object' || typeof labels !== 'object') return undefined;
    return isSelected(labels, selector);
  }

  #askPolicy(id: number): void {
    this.#ask(this.#policyRef(id), this.#run.index.trace.timeOf(id));
  }

  #askPod(pod: string): void {
    const [namespace, name] = split(pod);
    const entry = [...this.#run.index.cluster.pods.values()].find(
      (candidate) => candidate.namespace === namespace && candidate.name === name,
    );
    if (entry !== undefined) this.#ask({ kind: 'Pod', namespace, name }, this.#run.index.trace.timeOf(entry.first));
  }

  #ask(ref: ResourceRef, at: number): void {
    const key = keyOf(ref);
    if (this.#known[key] !== undefined) return;
    this.#known = { ...this.#known, [key]: 'asked' };
    this.#run.getObject(at, ref);
  }

  #policyRef(id: number): ResourceRef {
    const { namespace, name } = this.#run.index.trace.getAs(id, 'object');
    return { kind: POLICY, namespace, name };
  }
}

function keyOf({ kind, namespace, name }: ResourceRef): string {
  return `${kind} ${namespace}/${name}`;
}

function split(path: string): readonly [namespace: string, name: string] {
  const at = path.indexOf('/');
  return [path.slice(0, at), path.slice(at + 1)];
}
