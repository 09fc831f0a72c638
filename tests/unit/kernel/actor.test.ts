import { expect, test } from 'vitest';
import { begin, defineMachine, delayFact, seconds, stateName, transition } from '../../../src/kernel/index.ts';

interface Lamp { readonly count: number }
type LampEvent = { readonly type: 'PRESS' } | { readonly type: 'BREAK' };
const tired = delayFact({ name: 'test.tired', min: seconds(1), max: seconds(2), source: 'test' });
const lamp = defineMachine<Lamp, LampEvent, string>({
  id: 'lamp',
  config: {
    initial: 'off',
    states: {
      off: { on: { PRESS: { target: 'on', actions: ['count', 'say'] } } },
      on: { entry: 'say', on: { PRESS: 'off', BREAK: 'broken' }, after: { tired: 'off' } },
      broken: { type: 'final' },
    },
  },
  updates: { count: (context) => ({ count: context.count + 1 }) },
  effects: { say: (context) => [`pressed ${context.count}`] },
  delays: { tired },
});

test('a transition yields commands in xstate order, timers to start and timers to cancel', () => {
  const first = begin(lamp, { count: 0 });
  expect(stateName(first.snapshot)).toBe('off');
  const on = transition(lamp, first.snapshot, { type: 'PRESS' });
  expect(on.steps.map((step) => (step.kind === 'command' ? step.command : step.kind))).toEqual(['pressed 1', 'pressed 1', 'start']);
  expect(on.steps[2]).toMatchObject({ kind: 'start', delay: tired });
  const off = transition(lamp, on.snapshot, { type: 'PRESS' });
  expect(off.steps.map((step) => step.kind)).toEqual(['cancel']);
  expect(off.steps[0]).toMatchObject({ id: (on.steps[2] as { id: string }).id });
});
