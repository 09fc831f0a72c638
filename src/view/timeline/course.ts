// The run as a text: its main events in order, those of one kind that follow each other in one line. For whoever reads or hears
// a run instead of watching it.

import type { RunIndex } from '../run/run-index.ts';
import { notableOf, type Notable } from '../log/notable.ts';
import { workloadName } from '../run/place.ts';

export interface CourseLine {
  readonly kind: Notable;
  /** Records, in order; mostly one. */
  readonly ids: readonly number[];
  /** Microseconds. */
  readonly from: number;
  readonly to: number;
}

/** Events of one kind further apart than this begin a new line, in microseconds. */
const APART = 3_000_000;
/** Lines back to one of the same kind: what happens at the same time is told side by side. */
const LOOK_BACK = 3;
/** What people did and markers stand alone. */
const ALONE: ReadonlySet<Notable> = new Set(['input', 'marker']);

/** The lines of a run, of records below `length` (default: all there are). */
export function courseOf(index: RunIndex, length: number = index.trace.length): readonly CourseLine[] {
  const lines: { kind: Notable; ids: number[]; from: number; to: number }[] = [];
  for (let id = 0; id < length; id += 1) {
    const kind = notableOf(index, id);
    if (kind === undefined) continue;
    const t = index.trace.timeOf(id);
    const last = lines.slice(-LOOK_BACK).findLast((line) => line.kind === kind);
    const isAlone = ALONE.has(kind) || last === undefined || t - last.to > APART || isInputBetween(lines, last);
    if (isAlone) lines.push({ kind, ids: [id], from: t, to: t });
    else {
      last.ids.push(id);
      last.to = t;
    }
  }
  return lines;
}

/** Whether something was done after a line began: what follows it must not be told before it. */
function isInputBetween(lines: readonly CourseLine[], line: CourseLine): boolean {
  return lines.slice(lines.indexOf(line) + 1).some(({ kind }) => ALONE.has(kind));
}

/** What the events of a line have in common or tell apart: results of failures, workloads of pods, containers that crashed. */
export function namesOfLine(index: RunIndex, { kind, ids }: CourseLine): readonly string[] {
  const names = ids.map((id): string => {
    switch (kind) {
      case 'failure':
        return index.trace.getAs(id, 'response').result;
      case 'pod': {
        const { pod, name } = index.trace.getAs(id, 'pod');
        return workloadName(index.cluster.pods.get(pod)?.workload ?? name);
      }
      case 'crash':
        return index.trace.getAs(id, 'container').name;
      case 'marker':
      case 'input':
      case 'handshake':
      case 'configuration':
      case 'refusal':
        return '';
    }
  });
  return [...new Set(names.filter((name) => name !== ''))];
}
