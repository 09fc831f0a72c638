import { expect, test } from 'vitest';

import { defineMachine, delayFact, exactly, micros, outlineOf } from '../../../src/kernel/index.ts';
import type { StateOutline } from '../../../src/kernel/index.ts';

const boot = delayFact({ name: 'test.boot', min: micros(5), max: micros(9), source: 'a test' });

const machine = defineMachine<{ readonly isReady: boolean }, { readonly type: 'go' | 'stop' }, string>({
  id: 'test.life',
  config: {
    initial: 'off',
    states: {
      off: { on: { go: [{ guard: 'isReady', target: 'on.steady' }, { target: 'on' }] } },
      on: {
        initial: 'booting',
        on: { stop: 'ended', go: { actions: 'count' } },
        onDone: 'off',
        states: {
          booting: { after: { boot: 'steady', patience: '#ended' } },
          steady: { always: { guard: 'isReady', target: 'over' } },
          over: { type: 'final' },
        },
      },
      ended: { id: 'ended', type: 'final' },
    },
  },
  guards: { isReady: ({ isReady }) => isReady },
  effects: { count: () => ['counted'] },
  delays: { boot, patience: () => exactly(boot, micros(20)) },
});

test('a statechart as data: nesting, causes, guards, targets, and the window of a delay', () => {
  expect(drawn(outlineOf(machine).root)).toEqual([
    '(root) compound, first off',
    '  off atomic',
    '    on go [isReady] -> on.steady',
    '    on go -> on',
    '  on compound, first on.booting',
    '    on stop -> ended',
    '    on go -> (stays)',
    '    done -> off',
    '    on.booting atomic',
    '      after boot (test.boot 5..9, a test) -> on.steady',
    '      after patience -> ended',
    '    on.steady atomic',
    '      always [isReady] -> on.over',
    '    on.over final',
    '  ended final',
  ]);
});

test('an outline is plain data', () => {
  const outline = outlineOf(machine);
  expect(structuredClone(outline)).toEqual(outline);
});

function drawn(state: StateOutline, indent = ''): string[] {
  const first = state.initial === undefined ? '' : `, first ${state.initial}`;
  return [
    `${indent}${state.path === '' ? '(root)' : state.path} ${state.kind}${first}`,
    ...state.transitions.map(({ cause, name, guard, targets, delay }) => {
      const what = { event: `on ${name}`, delay: `after ${name}`, done: 'done', always: 'always' }[cause];
      const window = delay === undefined ? '' : ` (${delay.fact} ${delay.min}..${delay.max}, ${delay.source})`;
      const condition = guard === undefined ? '' : ` [${guard}]`;
      return `${indent}  ${what}${window}${condition} -> ${targets.join(' ') || '(stays)'}`;
    }),
    ...state.states.flatMap((child) => drawn(child, `${indent}  `)),
  ];
}
