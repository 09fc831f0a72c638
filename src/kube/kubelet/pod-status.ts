// What a kubelet says about a pod: its phase and conditions, computed from what is known of its containers. Pure.
// Source: kubernetes/kubernetes@v1.34: pkg/kubelet/kubelet_pods.go getPhase, generateAPIPodStatus; pkg/kubelet/status/generate.go.
import type { PodSpec } from '../../manifests/index.ts';
import type { ContainerStatus, PodStatus } from '../api.ts';
import type { ContainerReport } from './messages.ts';

export interface PodFacts {
  readonly spec: PodSpec;
  readonly podIP: string | undefined;
  readonly nodeName: string;
  readonly isInitialized: boolean;
  /** Nothing of it runs any more and nothing will. */
  readonly isEnded: boolean;
  /** Its deadline has passed: however its containers end, it failed. */
  readonly isFailed: boolean;
  readonly reports: readonly ContainerReport[];
  /** Conditions that others wrote, by type. */
  readonly gates: PodStatus['gates'];
}

export function podStatus(facts: PodFacts): PodStatus {
  const { spec, podIP, nodeName, isInitialized, reports, gates } = facts;
  const containersReady =
    isInitialized && !facts.isEnded && reports.every((report) => report.role === 'init' || report.ready);
  const ready = containersReady && closedGates(spec, gates).length === 0;
  return {
    kind: 'Pod',
    phase: phaseOf(facts),
    podIP,
    nodeName,
    conditions: { scheduled: true, initialized: isInitialized, containersReady, ready },
    containers: reports.map(statusOf),
    gates,
  };
}

/** The readiness gates that keep a pod from being ready: their conditions are not there, or not True. */
export function closedGates(spec: Pick<PodSpec, 'readinessGates'>, gates: PodStatus['gates']): readonly string[] {
  return (spec.readinessGates ?? []).map(({ conditionType }) => conditionType).filter((type) => gates[type] !== true);
}

/** What the API shows of a container. An init container is ready once it has succeeded. Source: prober_manager.go UpdatePodStatus. */
function statusOf(report: ContainerReport): ContainerStatus {
  const { isLaunched: _, isOver: __, hasRun: ___, runs: ____, isBusy: _____, ...status } = report;
  return report.role === 'init' ? { ...status, ready: isWell(report) } : status;
}

function phaseOf({ isInitialized, isEnded, isFailed, reports }: PodFacts): PodStatus['phase'] {
  const apps = reports.filter((report) => report.role === 'app');
  // Exit codes of native sidecars do not count; an init container that failed for good does.
  if (isEnded && isFailed) return 'Failed';
  if (isEnded) return reports.every((report) => report.role === 'sidecar' || isWell(report)) ? 'Succeeded' : 'Failed';
  // A container that waits for a restart has run: it does not make the pod Pending again.
  return !isInitialized || apps.some((report) => report.state === 'waiting' && !report.hasRun) ? 'Pending' : 'Running';
}

function isWell(report: ContainerReport): boolean {
  return report.state === 'terminated' && report.exitCode === 0;
}
