// The conditions of a pod as `kubectl get -o yaml` shows them, with their reasons. Pure.
// Source: kubernetes/kubernetes@v1.34: pkg/kubelet/status/generate.go.
import type { PodStatus } from '../api.ts';

export interface PodCondition {
  readonly type: 'PodReadyToStartContainers' | 'Initialized' | 'Ready' | 'ContainersReady' | 'PodScheduled';
  readonly status: 'True' | 'False';
  readonly reason?: string;
}

/** In the order the kubelet writes them. */
export function podConditions({ phase, podIP, conditions, containers }: PodStatus): readonly PodCondition[] {
  const isInitialized =
    conditions.initialized || containers.some(({ role, state }) => role === 'app' && state !== 'waiting');
  const isOver = phase === 'Succeeded' || phase === 'Failed';
  return [
    condition('PodReadyToStartContainers', podIP !== undefined && !isOver),
    condition('Initialized', isInitialized, phase === 'Succeeded' ? 'PodCompleted' : 'ContainersNotInitialized'),
    condition('Ready', conditions.ready, readyReason(phase, conditions)),
    condition('ContainersReady', conditions.containersReady, readyReason(phase)),
    condition('PodScheduled', conditions.scheduled, 'Unschedulable'),
  ];
}

/** A reason is given for what is not so, and for a pod that has completed. */
function condition(type: PodCondition['type'], isTrue: boolean, reason?: string): PodCondition {
  if (isTrue && reason !== 'PodCompleted') return { type, status: 'True' };
  return { type, status: isTrue ? 'True' : 'False', ...(reason === undefined ? {} : { reason }) };
}

function readyReason(phase: PodStatus['phase'], conditions?: PodStatus['conditions']): string {
  if (phase === 'Succeeded') return 'PodCompleted';
  if (phase === 'Failed') return 'PodFailed';
  return conditions?.containersReady === true ? 'ReadinessGatesNotReady' : 'ContainersNotReady';
}
