// Runs that were left and are gone back to: whichever way one gets there, the run is the same to the last bit.
import { describe, expect, test } from 'vitest';

import { KeptRuns, Run } from '../../../src/scenario/index.ts';
import { keptRunsMax, type DoneRun } from '../../../src/scenario/kept-runs.ts';
import type { Deed } from '../../../src/scenario/port.ts';
import { parseTarget } from '../../../src/host/index.ts';

const second = 1_000_000;
const apps = (replicas: number): string =>
  ['a', 'b']
    .map(
      (name) => `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec: {selector: {app: ${name}}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec: {containers: [{name: app, image: example/app, ports: [{containerPort: 8080}]}]}
`,
    )
    .join('---\n');
const apply = (at: number, replicas: number): Deed => ({
  at: at * second,
  action: { kind: 'apply', manifests: [{ path: 'apps.yaml', text: apps(replicas) }] },
});
const kill = (at: number): Deed => ({
  at: at * second,
  action: { kind: 'intervene', intervention: { kind: 'kill', workload: 'shop/b' } },
});
const ask = (at: number): Deed => ({
  at: at * second,
  action: { kind: 'send-request', from: { namespace: 'shop', pod: 'a' }, url: 'http://b/', count: 2 },
});

function begun(): Run {
  return new Run({ scenario: '', mesh: 'none', manifests: [{ path: 'apps.yaml', text: apps(1) }] });
}

function done(from: Run, deeds: readonly Deed[], until = 20): Run {
  for (const { at, action } of deeds) {
    if (action.kind === 'apply') from.apply(at, action.manifests);
    else if (action.kind === 'intervene') from.intervene(at, action.intervention);
    else if (action.kind === 'send-request')
      from.ask(at, {
        from: 'shop/a',
        target: parseTarget(action.url)!,
        count: action.count,
        method: 'GET',
        headers: [],
      });
  }
  from.advance(until * second);
  return from;
}

const kept = (run: Run, deeds: readonly Deed[]): DoneRun => ({ run, deeds, diagnostics: undefined });
/** As if it had crossed from the page. */
const crossed = (deeds: readonly Deed[]): readonly Deed[] => structuredClone(deeds);

describe('a run that is gone back to', () => {
  const wanted = [kill(6), ask(8)];
  const anew = done(begun(), wanted).trace.hash();

  test.each([
    ['as it stands', wanted, wanted, 2],
    ['by doing what it has yet to do', [kill(6)], wanted, 1],
    ['from a future that what is done forgets', [kill(6), apply(9, 2), ask(10)], wanted, 1],
    ['from its beginning, which forgets all that was done', [apply(7, 2), ask(7)], wanted, 0],
  ])('is the same %s', (_, before, after, common) => {
    const runs = new KeptRuns();
    const left = done(begun(), before);
    const whole = left.trace.hash();
    runs.keep(kept(left, before));
    const fork = runs.forkTowards(crossed(after), [])!;
    expect(fork.deeds).toEqual(after.slice(0, common));
    expect(done(fork.run, after.slice(common)).trace.hash()).toBe(anew);
    expect(left.trace.hash()).toBe(whole);
  });

  test('is not reached from one in which something else was done before, or at that instant', () => {
    const runs = new KeptRuns();
    runs.keep(kept(begun(), [apply(5, 2)]));
    runs.keep(kept(begun(), [ask(6), kill(6)]));
    expect(runs.forkTowards(wanted, [])).toBeUndefined();
    expect(runs.forkTowards([], [])).toBeUndefined();
  });

  test("is forked from whichever has the least left to do, the page's own runs among them", () => {
    const runs = new KeptRuns();
    runs.keep(kept(begun(), []));
    runs.keep(kept(begun(), [kill(6)]));
    expect(runs.forkTowards(wanted, [])?.deeds).toEqual([kill(6)]);
    expect(runs.forkTowards(wanted, [kept(begun(), wanted)])?.deeds).toEqual(wanted);
  });

  test('is forgotten when so many others were used since', () => {
    const runs = new KeptRuns();
    const run = begun();
    runs.keep(kept(run, [kill(101)]));
    runs.keep(kept(run, [kill(102)]));
    expect(runs.forkTowards([kill(101)], [])).toBeDefined();
    for (let at = 1; at < keptRunsMax; at += 1) runs.keep(kept(run, [kill(at)]));
    expect(runs.forkTowards([kill(101)], [])).toBeDefined();
    expect(runs.forkTowards([kill(102)], [])).toBeUndefined();
  });
});
