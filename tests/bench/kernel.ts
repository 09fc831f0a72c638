// The kernel: what a step costs with trivial handlers, what a keyframe costs, how long seeking takes in a long run.
import type { EntityId, EntityType, RecordId } from '../../src/kernel/index.ts';
import { delayFact, instant, Kernel, micros, seed } from '../../src/kernel/index.ts';
import { record, Trace } from '../../src/trace/index.ts';
import type { Contestant } from './measure.ts';
import { quantile, race, spread, time, Waits } from './measure.ts';
import type { Report } from './report.ts';

const STEPS = 500_000;
const SEEKS = 60;
const FOREVER = instant(1_000_000_000_000);

const wait = delayFact({ name: 'bench.wait', min: micros(1), max: micros(1_000), source: 'benchmark' });

interface Tick {
  readonly type: 'tick';
}
interface Ticker {
  readonly count: number;
}
const tick: Tick = { type: 'tick' };

/** Counts its ticks and schedules the next; writes a record each time if told to. */
function tickerType(isRecording: boolean): EntityType<Ticker, Tick> {
  return {
    name: 'bench.ticker',
    handle(ticker, message, ctx) {
      if (isRecording) {
        const cause = ctx.cause;
        ctx.cause = record(ctx, 'served', {
          request: cause,
          process: ctx.self,
          status: 200,
          protocol: 'http',
          peer: 'bench',
        });
      }
      ctx.schedule(wait, ctx.self as EntityId<Tick>, message);
      return { count: ticker.count + 1 };
    },
  };
}

function tickers(entities: number, isRecording: boolean): Kernel<Trace> {
  const kernel = new Kernel({ seed: seed(1), sink: new Trace() });
  const type = tickerType(isRecording);
  kernel.setUp((ctx) => {
    for (let index = 0; index < entities; index += 1) {
      ctx.schedule(wait, ctx.create(type, `ticker-${index}`, { count: 0 }), tick);
    }
  });
  return kernel;
}

export function benchKernel(report: Report): void {
  report.section('Kernel: occurrences handled, trivial handlers that draw, schedule and change their value');
  for (const entities of [10, 1_000]) {
    report.rates(`${entities} entities`, race([stepper(entities, false), stepper(entities, true)], 5));
  }
  report.section('Kernel: keyframes');
  for (const entities of [1_000, 10_000, 100_000]) keyframes(report, entities);
  report.section('Kernel: seeking in a run of a million records (1,000 entities)');
  seeking(report);
}

function stepper(entities: number, isRecording: boolean): Contestant {
  return {
    name: isRecording ? 'one record each' : 'no record',
    count: STEPS,
    prepare() {
      const kernel = tickers(entities, isRecording);
      return () => void kernel.run(FOREVER, STEPS);
    },
  };
}

/** What a keyframe adds: the same run with one every 1,000 occurrences and with none, per keyframe. */
function keyframes(report: Report, entities: number): void {
  const steps = 50_000;
  const costs: number[] = [];
  for (let round = -1; round < 5; round += 1) {
    const run = (gap: number): number => {
      const kernel = new Kernel({ seed: seed(1), sink: new Trace(), keyframeEvery: gap });
      const type = tickerType(false);
      kernel.setUp((ctx) => {
        for (let index = 0; index < entities; index += 1) {
          ctx.schedule(wait, ctx.create(type, `ticker-${index}`, { count: 0 }), tick);
        }
      });
      return time(() => void kernel.run(FOREVER, steps));
    };
    const cost = (run(1_000) - run(1_000_000)) / (steps / 1_000);
    if (round >= 0) costs.push(cost);
  }
  report.print(`${entities} entities, all busy: a keyframe and the copies it causes`, spread(costs), 'ms');
}

function seeking(report: Report): void {
  const kernel = tickers(1_000, true);
  const full = time(() => void kernel.run(FOREVER, 1_000_000));
  const end = kernel.now;
  const length: number = kernel.sink.length;
  const waits = new Waits();
  const times: number[] = [];
  for (let count = 0; count < SEEKS; count += 1) {
    const at = instant(waits.next(end));
    const start = performance.now();
    kernel.seek(at);
    times.push(performance.now() - start);
  }
  kernel.seek(end);
  if (kernel.sink.length !== length) throw new Error('seeking keeps every record');
  if (kernel.sink.causeOf(length - 1) >= (length as RecordId)) throw new Error('causes come first');
  const sorted = times.toSorted((a, b) => a - b);
  const p95 = quantile(sorted, 0.95);
  report.print('straight run', spread([full]), 'ms');
  report.print(`seek anywhere, back and forth, ${SEEKS} times`, spread(times), 'ms');
  report.print('seek, 95th percentile', { median: p95, min: p95, max: p95 }, 'ms', 'aim 50 ms');
}
