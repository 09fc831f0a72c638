// Measuring: contestants take turns within one run, so that whatever else the machine does falls on all of them.
// A ratio is the median of the rounds' own ratios; absolute figures are for reading only.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
export const collectGarbage = runInNewContext('gc') as () => void; // the flag above makes it

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Work to be timed: does something `count` times. Made anew for each round by `prepare`, which is not timed. */
export interface Contestant {
  readonly name: string;
  readonly count: number;
  prepare(): () => void;
}

/** Of each contestant: how often a second it does its thing, and its rate in relation to the first contestant's. */
export interface Result {
  readonly name: string;
  readonly rate: Spread;
  readonly ratio: Spread;
}

const ROUNDS = 9;
const WARM_UP = 2;

/** Times contestants in turns, after two rounds that do not count. */
export function race(contestants: readonly Contestant[], rounds = ROUNDS): readonly Result[] {
  const rates: number[][] = contestants.map(() => []);
  for (let round = -WARM_UP; round < rounds; round += 1) {
    // Who goes first changes, so that nobody always runs in a warm or a cold cache.
    const order = contestants.map((_, index) => (index + Math.abs(round)) % contestants.length);
    for (const index of order) {
      const contestant = contestants[index]!;
      const work = contestant.prepare();
      const seconds = time(work) / 1_000;
      if (round >= 0) rates[index]!.push(contestant.count / seconds);
    }
  }
  return contestants.map(({ name }, index) => ({
    name,
    rate: spread(rates[index]!),
    ratio: spread(rates[index]!.map((rate, round) => rate / rates[0]![round]!)),
  }));
}

/** Milliseconds that `work` takes. */
export function time(work: () => void): number {
  collectGarbage();
  const start = performance.now();
  work();
  return performance.now() - start;
}

/** Milliseconds of processor time that `work` takes: what others do on the machine has little part in it. */
export function processorTime(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

/** Megabytes that are in use, garbage apart: objects, and the buffers that typed arrays look into. */
export function memoryInUse(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1_000_000;
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return { median: quantile(sorted, 0.5), min: sorted[0] ?? NaN, max: sorted[sorted.length - 1] ?? NaN };
}

/** The value below which a share of the sorted values lies. */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

/** Whole numbers in [0, bound), cheap and the same for everybody: waits must not cost more than what is measured. */
export class Waits {
  #state = 12_345;
  next(bound: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state * bound) / 4_294_967_296);
  }
}
