// Two runs laid beside each other: where they part, and which request is answered otherwise.

import { describe, expect, test } from 'vitest';

import type { AnyEntityId } from '../../../src/kernel/index.ts';
import { firstDivergence, firstOtherAnswer } from '../../../src/view/divergence/index.ts';
import { indexOf } from './indexed.ts';
import { NONE, RunBuilder } from './run-builder.ts';

interface Call {
  /** Microseconds after the call before it. */
  readonly wait: number;
  readonly result: string;
}

/** One client asks for the same thing again and again; `noise`: texts that this run met before. */
function callsOf(calls: readonly Call[], noise: readonly string[] = []): RunBuilder {
  const run = new RunBuilder();
  noise.forEach((text) => run.trace.text(text));
  const process = run.entity('pod/shop/web/web#0');
  for (const { wait, result } of calls) {
    const request = run.wait(wait).write('request', ask(process));
    const ok = result === '200';
    const end = { request, result, status: Number.parseInt(result, 10), ok, latency: 5 as never, detail: '' };
    run.wait(5).write('response', end, { cause: request });
  }
  return run;
}

function ask(process: AnyEntityId) {
  return {
    process,
    netns: NONE,
    protocol: 'http',
    method: 'GET',
    url: 'http://orders/',
    source: '10.0.0.1',
    tag: '',
  };
}

const good: Call = { wait: 100, result: '200' };
const bad: Call = { wait: 100, result: '503 UF' };

describe('two runs', () => {
  test('that tell the same part nowhere, whatever numbers their texts have', () => {
    const [one, other] = [callsOf([good, bad, good]), callsOf([good, bad, good], ['503 UF', 'something else'])];
    expect(firstDivergence(one.trace, other.trace)).toBeUndefined();
    expect(firstOtherAnswer(indexOf(one.trace), indexOf(other.trace), 1e6)).toBeUndefined();
  });

  test('part at the first record of which anything differs', () => {
    const [one, other] = [callsOf([good, good, good]), callsOf([good, bad, good])];
    expect(firstDivergence(one.trace, other.trace)).toEqual({ at: 210, inA: 3, inB: 3 });
    const late = callsOf([good, { wait: 101, result: '200' }, good]);
    expect(firstDivergence(one.trace, late.trace)).toEqual({ at: 205, inA: 2, inB: 2 });
    expect(firstDivergence(one.trace, other.trace, 209)).toBeUndefined();
  });

  test('part where one of them has nothing more', () => {
    const [one, other] = [callsOf([good, good]), callsOf([good])];
    expect(firstDivergence(one.trace, other.trace)).toEqual({ at: 205, inA: 2 });
    expect(firstDivergence(other.trace, one.trace)).toEqual({ at: 205, inB: 2 });
    expect(firstDivergence(other.trace, one.trace, 204)).toBeUndefined();
  });

  test('answer a request otherwise though its records have other numbers and other instants', () => {
    const one = indexOf(callsOf([good, good, bad]).trace);
    const two = callsOf([good, { wait: 130, result: '200' }]);
    two.write('marker', { name: 'something of its own' });
    const request = two.wait(70).write('request', ask(0 as AnyEntityId)); // the client, made first
    const end = { request, result: '200', status: 200, ok: true, latency: 5 as never, detail: '' };
    two.wait(5).write('response', end);
    expect(firstOtherAnswer(one, indexOf(two.trace), 1e6)).toEqual({
      at: 315,
      inA: { request: 4, result: '503 UF' },
      inB: { request, result: '200' },
    });
    expect(firstOtherAnswer(one, indexOf(two.trace), 312)).toBeUndefined();
  });
});
