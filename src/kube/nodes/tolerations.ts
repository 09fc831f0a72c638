// Whether a pod stands a taint, and for how long. Pure.
// Source: kubernetes/component-helpers@v0.34: scheduling/corev1/helpers.go, kubernetes/api@v0.34: core/v1/toleration.go ToleratesTaint;
// kubernetes/kubernetes@v1.34: plugin/pkg/admission/defaulttolerationseconds, pkg/controller/daemon/util/daemonset_util.go.
import type { StoredObject } from '../api.ts';
import type { PodResource, PodSpec } from '../../manifests/index.ts';

export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

type Toleration = NonNullable<PodSpec['tolerations']>[number];

/** Admission gives every pod five minutes on a node that is not ready or cannot be reached. */
const DEFAULT_SECONDS = 300;
const DEFAULTED: readonly string[] = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** What the pods of every DaemonSet stand. */
const DAEMON: readonly string[] = [
  ...DEFAULTED,
  'node.kubernetes.io/unschedulable',
  'node.kubernetes.io/disk-pressure',
  'node.kubernetes.io/memory-pressure',
  'node.kubernetes.io/pid-pressure',
];

function tolerates({ key = '', operator = 'Equal', value = '', effect = '' }: Toleration, taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  return operator === 'Exists' || value === (taint.value ?? '');
}

/** Seconds a pod stays on a node with this taint: Infinity for ever, 0 for not at all. */
export function toleratedSeconds(spec: Pick<PodSpec, 'tolerations'>, isDaemon: boolean, taint: Taint): number {
  if (isDaemon && DAEMON.includes(taint.key)) return Infinity;
  const matching = (spec.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
  if (matching.length === 0) return taint.effect === 'NoExecute' && DEFAULTED.includes(taint.key) ? DEFAULT_SECONDS : 0;
  return Math.min(...matching.map(({ tolerationSeconds }) => tolerationSeconds ?? Infinity));
}

/** The first taint that keeps a pod from being scheduled; undefined if there is none. */
export function untolerated(
  spec: Pick<PodSpec, 'tolerations'>,
  isDaemon: boolean,
  taints: readonly Taint[],
): Taint | undefined {
  return taints.find((taint) => taint.effect !== 'PreferNoSchedule' && toleratedSeconds(spec, isDaemon, taint) === 0);
}

export function isOfDaemonSet({ owner }: Pick<StoredObject<PodResource>, 'owner'>): boolean {
  return owner?.kind === 'DaemonSet';
}
