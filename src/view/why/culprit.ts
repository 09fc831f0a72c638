// Whose doing a failure is: the chain of causes is followed back from the answer as long as it only carries the bad news on; what
// stands there is what brought it about.

import type { Http2Frame } from '../../trace/index.ts';
import type { RequestEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';
import { labelOf } from '../wire/message.ts';
import { outcomeOf } from './outcome.ts';

export interface Culprit {
  /** The record that says what went wrong: a decision, a failed connection, the end of a process, the first failing message. */
  readonly record: number;
  /** The decision behind it, if one is: the record itself, or the last one before a failing message; -1: none. */
  readonly decision: number;
  /** What somebody did that led to it: an apply, a kill; -1: nothing. */
  readonly input: number;
}

/** Why a request failed; undefined while it is under way without a loss, and when it went well. */
export function culpritOf(index: RunIndex, request: RequestEntry): Culprit | undefined {
  const { response } = request;
  if (response < 0) return lost(index, request);
  if (index.trace.getAs(response, 'response').ok) return undefined;
  let news = response;
  let ground = index.trace.causeOf(response);
  for (; ground > request.id && carriesOn(index, ground); ground = index.trace.causeOf(ground)) {
    if (index.trace.kindOf(ground) === 'packet') news = ground;
  }
  const input = inputBehind(index, ground, request.id);
  if (ground === request.id || ground < 0) return { record: news, decision: -1, input };
  switch (index.trace.kindOf(ground)) {
    case 'decision': {
      const { point, chosen } = index.trace.getAs(ground, 'decision');
      const { kind } = outcomeOf(point, chosen);
      return {
        record: kind === 'denies' || kind === 'fails' || kind === 'undefined' ? ground : news,
        decision: ground,
        input,
      };
    }
    case 'failed': {
      const decision = rejectedBy(index, ground);
      return { record: decision < 0 ? ground : decision, decision, input };
    }
    case 'process':
    case 'object':
    case 'certificate':
    case 'input':
    case 'dns':
    case 'served':
      return { record: ground, decision: -1, input };
    default:
      return { record: news, decision: -1, input };
  }
}

/** The bad news itself on its way back, and what a life goes through between a cause and its effect. */
function carriesOn(index: RunIndex, id: number): boolean {
  const kind = index.trace.kindOf(id);
  if (kind !== 'packet') return kind === 'closed' || kind === 'state' || kind === 'container' || kind === 'log';
  const { message } = index.trace.getAs(id, 'packet');
  if (labelOf(message).failure !== '') return true;
  if (message.layer === 'tcp') return message.flag === 'FIN' || message.flag === 'RST';
  return message.layer === 'http2' && message.frames.every(endsOnly);
}

/** A tunnel's half-close: DATA that holds nothing, in the place of a FIN. */
function endsOnly(frame: Http2Frame): boolean {
  return frame.frame === 'DATA' && frame.inner === undefined && frame.grpc === undefined;
}

/** The decision of a node's kube-proxy to take a connection nowhere; -1 if there is none. */
function rejectedBy(index: RunIndex, failed: number): number {
  const ids = index.connections.decisions.get(index.connections.of(failed)) ?? [];
  const rejects = ids.filter((id) => {
    const { point, chosen } = index.trace.getAs(id, 'decision');
    return point === 'kube-proxy' && outcomeOf(point, chosen).kind === 'fails';
  });
  return rejects.at(-1) ?? -1;
}

function inputBehind(index: RunIndex, id: number, request: number): number {
  for (let at = id; at >= 0 && at !== request; at = index.trace.causeOf(at)) {
    if (index.trace.kindOf(at) === 'input' && at > request) return at;
  }
  return -1;
}

/** A request that still waits, because a packet of it was lost and no other has been under way since. */
function lost(index: RunIndex, request: RequestEntry): Culprit | undefined {
  const packets = [
    ...request.packets,
    ...request.dialled.flatMap((entity) => index.connections.get(entity)?.packets ?? []),
  ];
  const last = Math.max(-1, ...packets);
  const drop = index.packets.drops.get(last);
  return drop === undefined ? undefined : { record: drop, decision: -1, input: -1 };
}
