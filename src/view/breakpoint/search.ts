// Where a run fulfils a condition. Made once for a run and a condition; pods may come into the run after.

import { aboutOf } from '../log/about.ts';
import { logGroups } from '../log/filter.ts';
import { matcherOf, type Telling } from '../log/search.ts';
import { columnsOf, lastBefore } from '../run/columns.ts';
import type { RunIndex } from '../run/run-index.ts';
import type { BreakCondition, Occasion } from './condition.ts';

const podAt = columnsOf('pod');
const certificateAt = columnsOf('certificate');

type Match = (id: number) => boolean;

export class BreakSearch {
  readonly #index: RunIndex;
  readonly #condition: BreakCondition;
  readonly #isOccasion: Match;
  #isAbout: Match | undefined;
  /** Pods that were known when it was made. */
  #pods = -1;

  constructor(index: RunIndex, condition: BreakCondition, telling: Telling) {
    this.#index = index;
    this.#condition = condition;
    this.#isOccasion = occasionOf(index, condition, telling);
  }

  /** The first record from `from` on, and before `to`, at which the condition holds; undefined when there is none. */
  first(from: number, to: number): number | undefined {
    for (let id = Math.max(0, from); id < to; id += 1) if (this.#isMatch(id)) return id;
    return undefined;
  }

  #isMatch(id: number): boolean {
    // What came before the run's time began is no event of it.
    if (this.#index.trace.timeOf(id) === 0 && this.#condition.on !== 'everything') return false;
    return this.#isOccasion(id) && this.#isOf(id);
  }

  #isOf(id: number): boolean {
    const { pods } = this.#index.cluster;
    if (this.#condition.of === '') return true;
    if (this.#pods !== pods.size) {
      this.#pods = pods.size;
      this.#isAbout = aboutPods(this.#index, this.#condition.of);
    }
    return this.#isAbout?.(id) ?? false;
  }
}

/** About any pod of this name, or of the workload of this name. */
function aboutPods(index: RunIndex, of: string): Match {
  const named = [...index.cluster.pods.values()].filter(
    ({ namespace, name, workload }) => of === `${namespace}/${name}` || of === `${namespace}/${workload}`,
  );
  const matches = named.map(({ entity }) => aboutOf(index, { kind: 'pod', pod: entity }));
  return (id) => matches.some((isAbout) => isAbout(id));
}

function occasionOf(index: RunIndex, { on, words }: BreakCondition, telling: Telling): Match {
  const turn = turnOf(index, on);
  const logged = matcherOf(
    index,
    {
      groups: new Set(logGroups),
      only: turn === undefined ? (on as Exclude<Occasion, Turn>) : 'everything', // the turns are all that the log does not know
      subject: { kind: 'everything' },
      text: words,
    },
    telling,
  );
  return turn === undefined ? logged : (id) => turn(id) && logged(id);
}

type Turn = 'notReady' | 'ready' | 'expired' | 'refused' | 'configured';

/** Occasions that are no filter of the log. */
function turnOf(index: RunIndex, on: Occasion): Match | undefined {
  const { trace } = index;
  switch (on) {
    case 'notReady':
    case 'ready':
      return (id) => trace.kindOf(id) === 'pod' && turnsReady(index, id) === (on === 'ready');
    case 'expired':
    case 'refused':
      return (id) => trace.kindOf(id) === 'certificate' && trace.textAt(trace.operand(id, certificateAt.event)) === on;
    case 'configured':
      return (id) => trace.kindOf(id) === 'configured';
    default:
      return undefined;
  }
}

/** Whether a pod became ready here, or ceased to be; undefined when neither. */
function turnsReady({ trace, cluster }: RunIndex, id: number): boolean | undefined {
  const { pod, ready } = trace.getAs(id, 'pod');
  const before = lastBefore(cluster.pods.get(pod)?.changes ?? [], id);
  const wasReady = before >= 0 && trace.operand(before, podAt.ready) === 1;
  return ready === wasReady ? undefined : ready;
}
