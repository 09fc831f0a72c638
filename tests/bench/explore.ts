// The search on the two-pod start race against xstate/graph on a chart of two pods that start: states a second. The search runs the
// whole engine for each of its states, the graph one chart without a cluster around it. Then all standing scenarios, once each: of the
// naive one a counterexample, of the fixed one a proof.
import { readFileSync } from 'node:fs';
import { getAdjacencyMap } from 'xstate/graph';
import { createMachine } from 'xstate';
import { findRace } from '../../src/explore/index.ts';
import { answerTo, questionOf } from '../scenarios/question.ts';
import { searches } from '../scenarios/standing.ts';
import { time, spread } from './measure.ts';
import type { Report } from './report.ts';

const ROUNDS = 5;
const folder = new URL('../scenarios/start-race/fixed/', import.meta.url);

export function benchExplore(report: Report): void {
  report.section('Races: states that are explored');
  const [first, second] = ['1-orders.yaml', '2-web.yaml'].map((path) => [
    { path, text: readFileSync(new URL(path, folder), 'utf8') },
  ]);
  const ratios: number[] = [];
  const searched: number[] = [];
  const walked: number[] = [];
  const whole: number[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    const steps = findRace({
      source: { scenario: '', manifests: first ?? [], seed: 7 },
      later: [second ?? []],
      properties: ['no-failed-request'],
      bound: { samples: 0 },
    });
    steps.next(); // the cluster comes up
    let states = 0;
    const spent = time(() => {
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done !== true) states = step.value.states;
        else if (step.value.kind !== 'answer' || step.value.verdict.verdict !== 'proved') throw new Error('proved');
        else return;
      }
    });
    let nodes = 0;
    const walking = time(() => {
      nodes = Object.keys(getAdjacencyMap(twoPods, { events: events.map((type) => ({ type })) })).length;
    });
    if (round < 0) continue;
    searched.push(states / spent);
    walked.push(nodes / walking);
    whole.push(spent);
    ratios.push(states / spent / (nodes / walking));
  }
  report.print('search, two pods', spread(searched), 'thousand states/s');
  report.print('xstate/graph, two pods', spread(walked), 'thousand states/s');
  report.print('search, two pods, complete', spread(whole), 'ms', 'aim: 1,000');
  report.gate('search / xstate/graph', spread(ratios), 2);
  benchStanding(report);
}

/** Milliseconds from where the search begins, and states. A verdict that is another than it should be ends the benchmark. */
function benchStanding(report: Report): void {
  for (const one of searches)
    for (const [kind, wanted] of [
      ['naive', 'counterexample'],
      ['fixed', 'proved'],
    ] as const) {
      const question = questionOf(one, kind);
      let began = performance.now();
      // The naive one is searched as the page searches it: every window is open.
      const bound = kind === 'naive' ? { ...question.bound, windows: ['*'] } : (question.bound ?? {});
      const { verdict } = answerTo({ ...question, bound }, () => (began = performance.now()));
      const spent = performance.now() - began;
      if (verdict.verdict !== wanted) throw new Error(`${one.id}/${kind}: ${verdict.verdict}, not ${wanted}`);
      const { schedules, states } = verdict.reach;
      const aim = kind === 'naive' ? ', aim: 2,000' : '';
      report.print(`${one.id}, ${kind}`, spread([spent]), 'ms', `${schedules} schedules, ${states} states${aim}`);
    }
}

const steps = ['BEGIN', 'PROXY', 'CERTIFICATE', 'PUSH', 'APP', 'CALL', 'FAIL'] as const;
const events = ['web', 'orders'].flatMap((pod) => steps.map((step) => `${pod}.${step}`));

/** A pod: its proxy and its app, each with a life of its own. */
function pod(name: string) {
  const to = (step: (typeof steps)[number], target: string) => ({ [`${name}.${step}`]: target });
  return {
    type: 'parallel',
    states: {
      proxy: {
        initial: 'waiting',
        states: {
          waiting: { on: to('BEGIN', 'booting') },
          booting: { on: to('PROXY', 'asking') },
          asking: { on: to('CERTIFICATE', 'identified') },
          identified: { on: to('PUSH', 'ready') },
          ready: { on: to('FAIL', 'waiting') },
        },
      },
      app: {
        initial: 'waiting',
        states: {
          waiting: { on: to('BEGIN', 'booting') },
          booting: { on: to('APP', 'running') },
          running: { on: to('CALL', 'asked') },
          asked: { on: to('FAIL', 'waiting') },
        },
      },
    },
  } as const;
}

const twoPods = createMachine({ type: 'parallel', states: { web: pod('web'), orders: pod('orders') } });
