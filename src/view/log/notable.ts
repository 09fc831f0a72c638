// What is worth stopping at: failures, markers, what people did, handshakes, new configuration, and pods that come and go.

import { columnsOf, lastBefore } from '../run/columns.ts';
import type { RunIndex } from '../run/run-index.ts';

export type Notable = 'failure' | 'marker' | 'input' | 'handshake' | 'configuration' | 'pod' | 'crash' | 'refusal';

const responseAt = columnsOf('response');
const containerAt = columnsOf('container');
const podAt = columnsOf('pod');
const pushAt = columnsOf('push');
const objectAt = columnsOf('object');
const certificateAt = columnsOf('certificate');
const eventAt = columnsOf('event');

/** Why a record is worth stopping at; undefined for most. What came before the run's time began is not, but for what people did. */
export function notableOf(index: RunIndex, id: number): Notable | undefined {
  const { trace } = index;
  const kind = trace.kindOf(id);
  if (kind === 'input' || kind === 'marker') return kind;
  if (trace.timeOf(id) === 0) return undefined;
  const text = (column: number): string => trace.textAt(trace.operand(id, column));
  switch (kind) {
    case 'response': {
      const isProbe = index.requests.get(trace.operand(id, responseAt.request))?.isProbe ?? true;
      return trace.operand(id, responseAt.ok) === 0 && !isProbe ? 'failure' : undefined;
    }
    case 'secured':
      return 'handshake';
    case 'push':
      return trace.operand(id, pushAt.proxies) > 0 ? 'configuration' : undefined;
    case 'pod':
      return isTurn(index, id) ? 'pod' : undefined;
    case 'container': {
      const hasFailed = text(containerAt.state) === 'terminated' && trace.operand(id, containerAt.exitCode) !== 0;
      return hasFailed || text(containerAt.reason) === 'CrashLoopBackOff' ? 'crash' : undefined;
    }
    case 'object':
      return text(objectAt.verb).startsWith('reject') ? 'refusal' : undefined;
    case 'certificate':
      return ['refused', 'expired'].includes(text(certificateAt.event)) ? 'refusal' : undefined;
    case 'event':
      return trace.operand(id, eventAt.warning) === 1 && text(eventAt.reason) === 'FailedScheduling'
        ? 'refusal'
        : undefined;
    default:
      return undefined;
  }
}

/** Whether a pod became ready, ceased to be, or came to its end. */
function isTurn(index: RunIndex, id: number): boolean {
  const pod = index.trace.getAs(id, 'pod');
  const before = lastBefore(index.cluster.pods.get(pod.pod)?.changes ?? [], id);
  const wasReady = before >= 0 && index.trace.operand(before, podAt.ready) === 1;
  if (pod.ready !== wasReady) return true;
  const phase = before < 0 ? '' : index.trace.textAt(index.trace.operand(before, podAt.phase));
  return pod.phase !== phase && ['Succeeded', 'Failed', 'Gone'].includes(pod.phase);
}

/**
 * The first notable record from `from` on, in the direction `by`; undefined when there is none. `from` itself is looked at.
 * Records of the same instant and kind count as one stop: pass the number behind the last of them.
 */
export function nextNotable(index: RunIndex, from: number, by: 1 | -1): number | undefined {
  for (let id = from; id >= 0 && id < index.trace.length; id += by) {
    if (notableOf(index, id) !== undefined) return id;
  }
  return undefined;
}
