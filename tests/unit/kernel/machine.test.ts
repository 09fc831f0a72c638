// The form of machines: what defineMachine takes and what it refuses, and why it says so.
import { describe, expect, test } from 'vitest';
import type { MachineConfig } from '../../../src/kernel/index.ts';
import { begin, defineMachine, delayFact, micros, stateName } from '../../../src/kernel/index.ts';

const nap = delayFact({ name: 'test.nap', min: micros(1), max: micros(2), source: 'test' });

function define(config: MachineConfig): ReturnType<typeof defineMachine> {
  return defineMachine({
    id: 'm',
    config,
    guards: { isFine: () => true },
    updates: { change: () => ({}) },
    effects: { say: () => ['said'] },
    delays: { nap },
  });
}

test('a machine says all it may: states within states, history, done, tags, names that look like keywords', () => {
  const machine = define({
    initial: 'entry',
    description: 'everything',
    entry: ['change', 'say'],
    onDone: { actions: 'say' },
    states: {
      // State and event names are the author's, keywords or not.
      entry: {
        on: { invoke: 'after', guard: [{ target: 'always', guard: 'isFine', reenter: true, meta: { a: 1 } }, 'after'] },
      },
      after: { after: { nap: 'always' }, tags: ['tired'], exit: 'say' },
      always: {
        type: 'parallel',
        states: { a: {}, b: { initial: 'x', states: { x: {}, h: { type: 'history', target: 'x', history: 'deep' } } } },
      },
      actions: { type: 'final', always: undefined, on: undefined },
    },
  });
  expect(stateName(begin(machine, {}).snapshot)).toBe('entry');
});

describe('a machine is refused that has', () => {
  const one = (state: object): MachineConfig => ({ initial: 'a', states: { a: state, b: {} } });
  const inline = (): undefined => undefined;
  const refused: readonly (readonly [what: string, config: MachineConfig, message: string])[] = [
    ['an inline action', one({ entry: inline }), 'm.a.entry: action (inline function) is a named update or effect'],
    [
      'an inline action in a list',
      one({ on: { E: { actions: ['say', inline] } } }),
      'm.a.on.E.actions: action (inline function)',
    ],
    [
      'an action object',
      one({ exit: { type: 'say', params: {} } }),
      'm.a.exit: action (inline object) is a named update or effect',
    ],
    ['an action nobody wrote', one({ entry: ['say', 'sing'] }), 'm.a.entry: action sing is a named update or effect'],
    ['an action named like something every object has', one({ entry: 'toString' }), 'm.a.entry: action toString'],
    [
      'an inline guard',
      one({ on: { E: { guard: inline, target: 'b' } } }),
      'm.a.on.E: guard (inline function) is a named guard',
    ],
    [
      'a guard nobody wrote',
      one({ always: { guard: 'isOdd', target: 'b' } }),
      'm.a.always: guard isOdd is a named guard',
    ],
    [
      'a combined guard',
      one({ on: { E: { guard: { type: 'isFine' } } } }),
      'm.a.on.E: guard (inline object) is a named guard',
    ],
    ['an invoke', one({ invoke: { src: 'x' } }), 'm.a: no invoke'],
    ['a spawn', one({ spawn: 'x' }), 'm.a: no spawn'],
    ['a context of its own', { context: {}, ...one({}) }, 'm: no context'],
    ['options of its own', { options: {}, ...one({}) }, 'm: no options'],
    ['a misspelt key', one({ alway: 'b' }), 'm.a: no alway'],
    ['a misspelt key in a transition', one({ on: { E: { targt: 'b' } } }), 'm.a.on.E: no targt'],
    ['an old xstate 4 condition', one({ on: { E: { cond: 'isFine' } } }), 'm.a.on.E: no cond'],
    ['output, which nobody reads', one({ type: 'final', output: {} }), 'm.a: no output'],
    ['a wildcard event', one({ on: { '*': 'b' } }), 'm.a.on.*: no wildcard events'],
    ['a partial wildcard event', one({ on: { 'pod.*': 'b' } }), 'm.a.on.pod.*: no wildcard events'],
    ['a wait in bare milliseconds', one({ after: { 1000: 'b' } }), 'm.a.after.1000: a delay is a named delay fact'],
    ['a wait nobody wrote', one({ after: { siesta: 'b' } }), 'm.a.after.siesta: a delay is a named delay fact'],
    [
      'an initial transition with actions',
      { initial: { target: 'a', actions: 'say' }, states: { a: {} } },
      'm: initial is the name of a state',
    ],
    ['a list where an object should be', { states: [] }, 'm.states is a plain object'],
    [
      'an unguarded eventless loop to itself',
      one({ always: { target: 'a' } }),
      'm: eventless transitions come to an end at m.a',
    ],
    [
      'an unguarded eventless loop of two',
      { initial: 'a', states: { a: { always: 'b' }, b: { always: 'a' } } },
      'm: eventless transitions come to an end',
    ],
    [
      'an unguarded eventless transition that stays',
      one({ always: { actions: 'say' } }),
      'm: eventless transitions come to an end at m.a',
    ],
    [
      'an eventless loop through an initial state',
      { initial: 'a', states: { a: { always: 'b' }, b: { initial: 'c', states: { c: { always: '#m.a' } } } } },
      'm: eventless transitions come to an end',
    ],
    [
      'an eventless transition of an outer state that is never left',
      { initial: 'a', always: '.b', states: { a: {}, b: {} } },
      'm: eventless transitions come to an end at m',
    ],
  ];
  test.each(refused)('%s', (_, config, message) => {
    expect(() => define(config)).toThrow(message);
  });

  test('a target that does not exist', () => {
    expect(() => define(one({ on: { E: 'nowhere' } }))).toThrow('nowhere');
  });

  test('one name for an update and an effect', () => {
    expect(() =>
      defineMachine({ id: 'm', config: {}, updates: { both: () => ({}) }, effects: { both: () => [] } }),
    ).toThrow('m: both is an update or an effect, not both');
  });
});

test('a guarded eventless loop that does not end stops the run', () => {
  const machine = define({
    initial: 'a',
    states: { a: { always: { guard: 'isFine', target: 'b' } }, b: { always: { guard: 'isFine', target: 'a' } } },
  });
  expect(() => begin(machine, {})).toThrow('Infinite loop detected');
});
