// What is done to a running world beside applying, deleting and asking: the vocabulary of scenario files, of the page and of the
// input log. Pure. What each does is in intervene.ts, the table of targets, undos and records in README.md.

/** One end of a link: `namespace/workload` (or a pod), `node:NAME`, `control-plane`, or `*` for everything else. */
export type LinkEndName = string;

export type Intervention =
  /** A pod of the workload, as `kubectl delete --force` does it: the object gone at once, SIGTERM, SIGKILL two seconds later. */
  | { readonly kind: 'kill'; readonly workload: string }
  /** The processes of one pod of it end (SIGKILL); the kubelet starts them again as the restart policy says. */
  | { readonly kind: 'restart'; readonly workload: string; readonly container: string | undefined }
  /** SIGSTOP to the processes of one pod of it. */
  | { readonly kind: 'pause'; readonly workload: string; readonly container: string | undefined }
  /** Whatever reaches the processes of its pods is taken up `by` microseconds later. */
  | { readonly kind: 'slow'; readonly workload: string; readonly container: string | undefined; readonly by: number }
  | { readonly kind: 'cordon' | 'uncordon' | 'drain'; readonly node: string }
  /** The node loses its power; `reboot`: only for a moment. */
  | { readonly kind: 'lose'; readonly node: string }
  | { readonly kind: 'reboot'; readonly node: string }
  /** The node's clock shows `by` microseconds more than the true time (below zero: less). */
  | { readonly kind: 'skew'; readonly node: string; readonly by: number }
  | { readonly kind: 'delay'; readonly between: readonly [LinkEndName, LinkEndName]; readonly by: number }
  | { readonly kind: 'drop'; readonly between: readonly [LinkEndName, LinkEndName]; readonly percent: number }
  | { readonly kind: 'duplicate' | 'partition'; readonly between: readonly [LinkEndName, LinkEndName] }
  /** The certificates that the workload's pods hold expire now. */
  | { readonly kind: 'expire'; readonly workload: string }
  /** A condition of its pods that a readiness gate waits for, written as its owner writes it. */
  | { readonly kind: 'condition'; readonly workload: string; readonly condition: string; readonly isTrue: boolean }
  /** Ends faults: `all`, or those that name this target. */
  | { readonly kind: 'heal'; readonly what: string }
  | { readonly kind: 'scale'; readonly workload: string; readonly replicas: number }
  /** kubectl rollout restart. */
  | { readonly kind: 'roll'; readonly workload: string }
  /** Another version of its images: istiod, ztunnel, or any workload. */
  | { readonly kind: 'upgrade'; readonly workload: string; readonly to: string };

/** What lasts until it is healed. */
const faultKinds = ['pause', 'slow', 'lose', 'skew', 'delay', 'drop', 'duplicate', 'partition'] as const;
export type FaultKind = (typeof faultKinds)[number];
export type LastingFault = Extract<Intervention, { readonly kind: FaultKind }>;

export function isLasting(intervention: Intervention): intervention is LastingFault {
  return faultKinds.some((kind) => kind === intervention.kind);
}

/** What it is about, as records and messages name it. */
export function targetsOf(intervention: Intervention): readonly string[] {
  if ('workload' in intervention) return [intervention.workload];
  if ('node' in intervention) return [intervention.node];
  return 'between' in intervention ? intervention.between : [intervention.what];
}

/** The name of a lasting fault: one of a kind and target at a time. */
export function faultName(fault: LastingFault): string {
  return `${fault.kind} ${targetsOf(fault).join(' ')}`;
}

/** What takes it back; undefined for what cannot be, or takes itself back. `before`: replicas or version before it. */
export function undoOf(intervention: Intervention, before?: string): Intervention | undefined {
  if (isLasting(intervention)) return { kind: 'heal', what: faultName(intervention) };
  switch (intervention.kind) {
    case 'cordon':
    case 'drain':
      return { kind: 'uncordon', node: intervention.node };
    case 'uncordon':
      return { kind: 'cordon', node: intervention.node };
    case 'condition':
      return { ...intervention, isTrue: !intervention.isTrue };
    case 'scale':
      return before === undefined ? undefined : { ...intervention, replicas: Number(before) };
    case 'upgrade':
      return before === undefined ? undefined : { ...intervention, to: before };
    default:
      return undefined;
  }
}

/** Short names of the mesh's own workloads. */
const shortNames: Readonly<Record<string, string>> = {
  istiod: 'istio-system/istiod',
  ztunnel: 'istio-system/ztunnel',
  'istio-cni': 'istio-system/istio-cni-node',
};

/** `namespace/name` of a workload that may be named shortly. */
export function workloadNamed(name: string): string {
  return shortNames[name] ?? name;
}
