// The driver against xstate's public pure call, on a machine with levels, regions, guards, delays and updates.
import { transition as publicTransition } from 'xstate';
import { begin, defineMachine, delayFact, micros, transition } from '../../src/kernel/index.ts';
import type { Contestant } from './measure.ts';
import { race } from './measure.ts';
import type { Report } from './report.ts';

const EVENTS = 20_000;

const wait = delayFact({ name: 'bench.wait', min: micros(1), max: micros(9), source: 'benchmark' });

interface Life {
  readonly restarts: number;
}
type LifeEvent = { readonly type: 'START' | 'READY' | 'FAIL' | 'STOP' };

const machine = defineMachine<Life, LifeEvent, string>({
  id: 'bench.container',
  config: {
    type: 'parallel',
    states: {
      life: {
        initial: 'waiting',
        states: {
          waiting: { after: { wait: 'running' }, on: { START: 'running' } },
          running: {
            initial: 'starting',
            entry: 'say',
            on: {
              FAIL: [{ guard: 'mayRestart', target: 'waiting', actions: 'count' }, { actions: 'say' }],
              STOP: 'waiting',
            },
            states: { starting: { after: { wait: 'started' }, on: { READY: 'started' } }, started: {} },
          },
        },
      },
      probe: {
        initial: 'unknown',
        states: { unknown: { on: { READY: 'passing' } }, passing: { on: { FAIL: 'unknown', STOP: 'unknown' } } },
      },
    },
  },
  guards: { mayRestart: ({ restarts }) => restarts < 1_000_000 },
  updates: { count: ({ restarts }) => ({ restarts: restarts + 1 }) },
  effects: { say: ({ restarts }, event) => [`${event.type} ${restarts}`] },
  delays: { wait },
});
const script: readonly LifeEvent[] = (['START', 'READY', 'FAIL', 'START', 'READY', 'STOP'] as const).map((type) => ({
  type,
}));

export function benchActor(report: Report): void {
  report.section('Machines: transitions of a container with two regions');
  report.rates('transition', race([publicCall, driver], 5));
}

const publicCall: Contestant = {
  name: 'xstate, public',
  count: EVENTS,
  prepare: () => () => {
    let { snapshot } = begin(machine, { restarts: 0 });
    for (let index = 0; index < EVENTS; index += 1) {
      snapshot = publicTransition(
        machine.machine,
        snapshot as never,
        script[index % script.length]!,
      )[0] as typeof snapshot;
    }
  },
};

const driver: Contestant = {
  name: 'driver',
  count: EVENTS,
  prepare: () => () => {
    let { snapshot } = begin(machine, { restarts: 0 });
    for (let index = 0; index < EVENTS; index += 1)
      snapshot = transition(machine, snapshot, script[index % script.length]!).snapshot;
  },
};
