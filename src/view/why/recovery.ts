// Whether what failed went well again: the same call of the same client, later in what is known of the run.

import { columnsOf } from '../run/columns.ts';
import type { RequestEntry } from '../run/entries.ts';
import type { RunIndex } from '../run/run-index.ts';

const requestAt = columnsOf('request');
const responseAt = columnsOf('response');

export interface Recovery {
  /** The request that went well. */
  readonly request: number;
  /** Microseconds from the failing answer to the one that is none. */
  readonly after: number;
  /** Nobody did anything to the world in between. */
  readonly isByItself: boolean;
}

/** The first such call that began after `failed` had its answer; undefined: none is known. */
export function recoveryOf(index: RunIndex, failed: RequestEntry): Recovery | undefined {
  const { trace, requests, milestones } = index;
  const isSameCall = (other: number): boolean =>
    [requestAt.process, requestAt.method, requestAt.url].every(
      (column) => trace.operand(other, column) === trace.operand(failed.id, column),
    );
  const answer = requests.responses.find((id) => {
    if (id < failed.response || trace.operand(id, responseAt.ok) === 0) return false;
    const request = trace.operand(id, responseAt.request);
    return request > failed.response && isSameCall(request);
  });
  if (answer === undefined) return undefined;
  return {
    request: trace.operand(answer, responseAt.request),
    after: trace.timeOf(answer) - trace.timeOf(failed.response),
    isByItself: !milestones.inputs.some((id) => id > failed.id && id < answer),
  };
}
