// Timers against a model: a set of numbers that wait.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TimerId } from '../../../src/kernel/index.ts';
import { NO_TIMER, Timers } from '../../../src/kernel/timers.ts';

const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('open' as const), periodic: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('close' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.constant({ do: 'save' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restore' as const }) },
);

test('timers wait until closed, and a used number never waits again, through any commands', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 300 }), (commands) => {
      const timers = new Timers();
      let waiting = new Map<TimerId, boolean>();
      let over = new Set<TimerId>();
      let saved = { frame: timers.save(), waiting: new Map(waiting), over: new Set(over) };
      for (const step of commands) {
        switch (step.do) {
          case 'open': {
            const timer = timers.open(step.periodic);
            expect(waiting.has(timer) || over.has(timer)).toBe(false);
            waiting.set(timer, step.periodic);
            break;
          }
          case 'close': {
            const timer = [...waiting.keys()][step.at % Math.max(1, waiting.size)];
            if (timer === undefined) break;
            timers.close(timer);
            waiting.delete(timer);
            over.add(timer);
            break;
          }
          case 'save':
            saved = { frame: timers.save(), waiting: new Map(waiting), over: new Set(over) };
            break;
          case 'restore':
            timers.restore(saved.frame);
            waiting = new Map(saved.waiting);
            over = new Set(saved.over);
            break;
        }
        for (const [timer, periodic] of waiting) {
          expect(timers.isWaiting(timer)).toBe(true);
          expect(timers.isPeriodic(timer)).toBe(periodic);
        }
        for (const timer of over) expect(timers.isWaiting(timer)).toBe(false);
        expect(timers.isWaiting(NO_TIMER)).toBe(false);
      }
    }),
    { numRuns: 100 },
  );
});

test('after a restore the same numbers come again, as they do in a straight run', () => {
  const timers = new Timers();
  const first = timers.open(false);
  const frame = timers.save();
  const run = (): readonly TimerId[] => {
    timers.close(first);
    const made = Array.from({ length: 200 }, () => timers.open(false));
    made.slice(0, 150).forEach((timer) => timers.close(timer));
    return [...made, ...Array.from({ length: 100 }, () => timers.open(true))];
  };
  const expected = run();
  timers.restore(frame);
  expect(run()).toEqual(expected);
});
