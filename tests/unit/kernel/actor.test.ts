// The driver against xstate's public calls, on machines made by hand and by dice; and what becomes of its steps.
import { describe, expect, test, vi } from 'vitest';
import type { Context, DelayFact, Life, Message, TimerId } from '../../../src/kernel/index.ts';
import {
  begin,
  defineMachine,
  delayFact,
  EngineError,
  seconds,
  settleSteps,
  stateName,
  transition,
} from '../../../src/kernel/index.ts';
import { compareBegin, compareTransition, contract, timersAfter } from './contract.ts';
import { dice, letters, randomChart } from './random-chart.ts';
import { workerMachine } from './toy-world.ts';

// Properties take seconds, more on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

interface Lamp {
  readonly count: number;
}
type LampEvent = { readonly type: 'PRESS' } | { readonly type: 'BREAK' } | { readonly type: 'MEND' };
const tired = delayFact({ name: 'test.tired', min: seconds(1), max: seconds(2), source: 'test' });
const lamp = defineMachine<Lamp, LampEvent, string>({
  id: 'lamp',
  config: {
    initial: 'off',
    on: { MEND: '.on' },
    states: {
      off: { on: { PRESS: { target: 'on', actions: ['count', 'say'] } } },
      on: {
        entry: 'say',
        on: { PRESS: 'off', BREAK: 'broken' },
        after: { tired: 'off', own: { actions: 'say' } },
      },
      broken: { type: 'final' },
    },
  },
  updates: { count: (context) => ({ count: context.count + 1 }) },
  effects: { say: (context, event) => [`pressed ${context.count} by ${event.type}`] },
  delays: { tired, own: (context) => (context.count % 2 === 0 ? tired : delayFact({ ...tired, name: 'test.odd' })) },
});

/** Regions, deep history, an eventless transition, done events: what the fuzz of the prototype tripped over. */
const office = defineMachine<{ readonly visits: number }, { readonly type: 'IN' | 'OUT' | 'NEXT' | 'CLOSE' }, string>({
  id: 'office',
  config: {
    type: 'parallel',
    states: {
      door: {
        initial: 'shut',
        states: {
          shut: { on: { IN: 'open' } },
          open: { on: { OUT: 'shut' }, after: { tired: 'shut' }, exit: 'say' },
        },
      },
      desk: {
        initial: 'away',
        states: {
          away: { on: { IN: 'work.memory' } },
          work: {
            initial: 'read',
            entry: 'visit',
            on: { OUT: 'away', CLOSE: '.filed' },
            onDone: { target: 'away', actions: 'say' },
            states: {
              memory: { type: 'history', history: 'deep' },
              read: { on: { NEXT: 'write' } },
              write: {
                initial: 'draft',
                states: {
                  draft: { on: { NEXT: 'final' } },
                  final: { always: { guard: 'isMany', target: '#office.desk.work.filed' } },
                },
              },
              filed: { type: 'final', entry: 'say' },
            },
          },
        },
      },
    },
  },
  guards: { isMany: ({ visits }) => visits > 2 },
  updates: { visit: ({ visits }) => ({ visits: Math.min(5, visits + 1) }) },
  effects: { say: ({ visits }, event) => [`${visits} ${event.type}`] },
  delays: { tired },
});

describe('the driver answers as the public calls of xstate do', () => {
  test('on machines made by hand, in every state they can reach', () => {
    const presses = [0, 1, 2].map((count) => ({ count }));
    expect(contract(lamp, [presses[0]!], [{ type: 'BREAK' }]).states).toBe(1);
    expect(contract(lamp, presses, [{ type: 'PRESS' }, { type: 'BREAK' }]).states).toBeGreaterThan(100);
    const events = (['IN', 'OUT', 'NEXT', 'CLOSE'] as const).map((type) => ({ type }));
    const reached = contract(office, [{ visits: 0 }, { visits: 4 }], events);
    expect(reached.states).toBeGreaterThan(30);
    expect(reached.steps).toBeGreaterThan(150);
    const jobs = [false, true].map((urgent) => ({ type: 'JOB', urgent }) as const);
    expect(contract(workerMachine, [{ done: 38, queue: 0 }], [...jobs, { type: 'STOP' }]).states).toBeGreaterThan(20);
  });

  test('on 160 random charts, 40 events each, delays included', () => {
    let charts = 0;
    let steps = 0;
    const seen = { start: 0, cancel: 0, command: 0, done: 0, history: 0, failed: 0 };
    for (let seed = 0; charts < 160; seed += 1) {
      expect(seed).toBeLessThan(2_000);
      const definition = attempt(() => randomChart(seed));
      if (definition === undefined) continue;
      const machine = definition as never;
      charts += 1;
      const roll = dice(seed + 1_000_000);
      let result = compareBegin(machine, { n: roll(5) });
      let waiting = timersAfter(new Map(), result);
      for (let count = 0; count < 40; count += 1) {
        const events: readonly Message[] = [...letters, ...waiting.values(), ...waiting.values()];
        const event = events[roll(events.length)]!;
        const before = result.snapshot;
        const next = attempt(() => transition(machine, before as never, event as never));
        if (next === undefined) {
          // An endless chain of guarded eventless transitions: xstate stops it, in the public call too.
          seen.failed += 1;
          expect(() => compareTransition(machine, before, event)).toThrow('Infinite loop detected');
          continue;
        }
        result = compareTransition(machine, before, event);
        waiting = timersAfter(waiting, result);
        steps += 1;
        for (const step of result.steps) seen[step.kind] += 1;
        if (result.snapshot.status === 'done') seen.done += 1;
        if (Object.keys(result.snapshot.historyValue).length > 0) seen.history += 1;
      }
    }
    // The charts do exercise what they are for.
    expect(steps).toBeGreaterThan(5_000);
    expect(seen.start).toBeGreaterThan(1_000);
    expect(seen.cancel).toBeGreaterThan(1_000);
    expect(seen.command).toBeGreaterThan(2_000);
    expect(seen.done).toBeGreaterThan(100);
    expect(seen.history).toBeGreaterThan(500);
    expect(seen.failed).toBeLessThan(500);
  });
});

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    const isRefused = error instanceof EngineError && error.message.includes('eventless transitions come to an end');
    const isEndless = error instanceof Error && error.message.includes('Infinite loop detected');
    if (isRefused || isEndless) return undefined;
    throw error;
  }
}

describe('a transition', () => {
  test('yields commands in xstate order, timers to start and timers to cancel', () => {
    const first = begin(lamp, { count: 0 });
    expect(stateName(first.snapshot)).toBe('off');
    const on = transition(lamp, first.snapshot, { type: 'PRESS' });
    expect(on.steps.map((step) => (step.kind === 'command' ? step.command : step.kind))).toEqual([
      'pressed 1 by PRESS',
      'pressed 1 by PRESS',
      'start',
      'start',
    ]);
    expect(on.steps.slice(2).map((step) => (step.kind === 'start' ? step.delay.name : ''))).toEqual([
      'test.tired',
      'test.odd',
    ]);
    const off = transition(lamp, on.snapshot, { type: 'PRESS' });
    expect(off.steps.map((step) => step.kind)).toEqual(['cancel', 'cancel']);
  });

  test('that throws stops the run with the name of the machine', () => {
    const broken = defineMachine<Lamp, LampEvent, string>({
      id: 'test.broken',
      config: { entry: 'fail' },
      updates: {
        fail: () => {
          throw new Error('out of light');
        },
      },
    });
    expect(() => begin(broken, { count: 0 })).toThrow(/test\.broken: .*out of light/);
  });
});

test('a state name joins levels by dots and regions by plus', () => {
  const { snapshot } = begin(office, { visits: 0 });
  expect(stateName(snapshot)).toBe('door.shut+desk.away');
  const inside = transition(office, snapshot, { type: 'IN' }).snapshot;
  expect(stateName(transition(office, inside, { type: 'NEXT' }).snapshot)).toBe('door.open+desk.work.write.draft');
});

describe('settleSteps', () => {
  /** A context that only notes which timers run. */
  function notes(): { readonly ctx: Context; readonly running: Map<number, DelayFact> } {
    const running = new Map<number, DelayFact>();
    let count = 0;
    const ctx = {
      self: 4,
      timer(fact: DelayFact, to: number, message: Message): number {
        expect(to).toBe(4);
        expect(message.type).toContain('xstate.after');
        running.set(++count, fact);
        return count;
      },
      cancel: (timer: TimerId) => void running.delete(timer),
    };
    return { ctx: ctx as unknown as Context, running };
  }
  const none: Life<Lamp>['timers'] = {};

  test('starts and cancels timers, and performs commands between them', () => {
    const { ctx, running } = notes();
    const said: string[] = [];
    const perform = (line: string): void => void said.push(line);
    let life = settleSteps(ctx, { timers: none }, begin(lamp, { count: 0 }), perform);
    expect(running.size).toBe(0);
    life = settleSteps(ctx, life, transition(lamp, life.snapshot, { type: 'PRESS' }), perform);
    expect([...running.values()].map((fact) => fact.name)).toEqual(['test.tired', 'test.odd']);
    expect(Object.values(life.timers)).toEqual([1, 2]);
    expect(said).toEqual(['pressed 1 by PRESS', 'pressed 1 by PRESS']);
    life = settleSteps(ctx, life, transition(lamp, life.snapshot, { type: 'PRESS' }), perform);
    expect(running.size).toBe(0);
    expect(life.timers).toEqual({});
  });

  test('leaves no timer of a machine that is done, even if it is told more', () => {
    const { ctx, running } = notes();
    let life = settleSteps(ctx, { timers: none }, begin(lamp, { count: 0 }), () => {});
    life = settleSteps(ctx, life, transition(lamp, life.snapshot, { type: 'PRESS' }), () => {});
    expect(running.size).toBe(2);
    life = settleSteps(ctx, life, transition(lamp, life.snapshot, { type: 'BREAK' }), () => {});
    expect(life.snapshot.status).toBe('done');
    expect(running.size).toBe(0);
    // xstate goes on with a machine that is done, and would start a timer here.
    const told = transition(lamp, life.snapshot, { type: 'MEND' });
    expect(told.steps.map((step) => step.kind)).toContain('start');
    life = settleSteps(ctx, life, told, () => {});
    expect(running.size).toBe(0);
    expect(life.timers).toEqual({});
  });

  test('leaves exactly the timers running that random charts wait for', () => {
    let compared = 0;
    for (let seed = 0; seed < 60; seed += 1) {
      const definition = attempt(() => randomChart(seed));
      if (definition === undefined) continue;
      const roll = dice(seed);
      const { ctx, running } = notes();
      let result = begin(definition, { n: 0 });
      let waiting = timersAfter(new Map(), result);
      let life: Life<{ readonly n: number }> = settleSteps(ctx, { timers: {} }, result, () => {});
      for (let count = 0; count < 30 && life.snapshot.status === 'active'; count += 1) {
        const event = letters[roll(4)]!;
        const next = attempt(() => transition(definition, life.snapshot, event));
        if (next === undefined) break;
        result = next;
        waiting = timersAfter(waiting, result);
        life = settleSteps(ctx, life, result, () => {});
        expect(Object.keys(life.timers).toSorted()).toEqual([...waiting.keys()].toSorted());
        expect(Object.values(life.timers).map(Number).toSorted()).toEqual([...running.keys()].toSorted());
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(500);
  });
});
