// The event queue: against the plain loop (gated), and against its queue alone at sizes up to a very large scene's.
import TinyQueue from 'tinyqueue';
import type { AnyEntityId } from '../../src/kernel/index.ts';
import { delayFact, micros, NO_RECORD, Occurrence, OccurrenceQueue } from '../../src/kernel/index.ts';
import { NO_TIMER } from '../../src/kernel/timers.ts';
import { GeneratorLoop } from './baseline/generator-loop.ts';
import type { Contestant } from './measure.ts';
import { race, Waits } from './measure.ts';
import type { Report } from './report.ts';

const STEPS = 1_000_000;
const WAIT_MAX = 1_000;

export function benchQueue(report: Report): void {
  report.section('Raw queue against a generator loop on tinyqueue (N processes, waits uniform in 1..1000)');
  for (const processes of [10, 1_000]) {
    const [loop, queue] = race([generatorLoop(processes), holdModel(processes, uniform)]);
    report.rates(`N = ${processes}`, [loop!, queue!]);
    report.gate(`N = ${processes}: raw queue / generator loop`, queue!.ratio, 1.2);
  }
  report.section('Queue alone against tinyqueue, by size (waits of a mesh: short, tied, seconds, minutes)');
  for (const size of [64, 1_000, 30_000, 300_000]) {
    report.rates(`n = ${size}`, race([tinyModel(size), holdModel(size, mixed)], 5));
  }
}

/** The raw queue at 1,000 processes: whole scenes are measured against it, in turns with it. */
export function rawQueue(): Contestant {
  return holdModel(1_000, uniform);
}

function uniform(waits: Waits): number {
  return 1 + waits.next(WAIT_MAX);
}

/** 45 % 20-500 us, 25 % multiples of 100 us (ties), 20 % 1-20 ms, 9 % one second, 1 % 30-300 s. */
function mixed(waits: Waits): number {
  const share = waits.next(100);
  if (share < 45) return 20 + waits.next(480);
  if (share < 70) return 100 * (1 + waits.next(10));
  if (share < 90) return 1_000 + waits.next(19_000);
  return share < 99 ? 1_000_000 : 30_000_000 + waits.next(270_000_000);
}

function generatorLoop(processes: number): Contestant {
  return {
    name: 'generator loop',
    count: STEPS,
    prepare() {
      const loop = new GeneratorLoop();
      const waits = new Waits();
      function* process(): Generator<number, void> {
        for (;;) yield uniform(waits);
      }
      for (let index = 0; index < processes; index += 1) loop.start(process());
      return () => loop.run(STEPS);
    },
  };
}

/** Takes the first occurrence and puts it back later, as many times: each a new, immutable occurrence as in the kernel. */
function holdModel(size: number, wait: (waits: Waits) => number): Contestant {
  return {
    name: 'raw queue',
    count: STEPS,
    prepare() {
      const queue = new OccurrenceQueue();
      const waits = new Waits();
      let seq = 0;
      for (; seq < size; seq += 1) queue.push(occurrence(wait(waits), seq, seq));
      return () => {
        for (let left = STEPS; left > 0; left -= 1) {
          const item = queue.pop()!;
          queue.push(occurrence(item.time + wait(waits), seq, item.to));
          seq += 1;
        }
      };
    },
  };
}

function tinyModel(size: number): Contestant {
  return {
    name: 'tinyqueue',
    count: STEPS,
    prepare() {
      interface Entry {
        readonly time: number;
        readonly seq: number;
        readonly to: number;
      }
      const queue = new TinyQueue<Entry>([], (a, b) => a.time - b.time || a.seq - b.seq);
      const waits = new Waits();
      let seq = 0;
      for (; seq < size; seq += 1) queue.push({ time: mixed(waits), seq, to: seq });
      return () => {
        for (let left = STEPS; left > 0; left -= 1) {
          const item = queue.pop()!;
          queue.push({ time: item.time + mixed(waits), seq, to: item.to });
          seq += 1;
        }
      };
    },
  };
}

const message = { type: 'tick' };
const fact = delayFact({ name: 'bench.wait', min: micros(1), max: micros(WAIT_MAX), source: 'benchmark' });

function occurrence(time: number, seq: number, to: number): Occurrence {
  const entity = to as AnyEntityId; // any number will do
  return new Occurrence(time, seq, fact, NO_TIMER, entity, entity, message, NO_RECORD);
}
