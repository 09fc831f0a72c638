// A failed call says how the same call went later: whose, which, when, and whether somebody did something in between.

import { expect, test } from 'vitest';
import { micros } from '../../../src/kernel/index.ts';
import { whyOf } from '../../../src/view/index.ts';
import { indexOf } from './indexed.ts';
import { RunBuilder } from './run-builder.ts';

interface Later {
  readonly client?: 'web' | 'other';
  readonly url?: string;
  readonly ok: boolean;
  /** Microseconds after the failing answer. */
  readonly after: number;
}

const URL = 'http://orders:8080/cart';

test.each<[what: string, later: readonly Later[], input: number | undefined, expected: object | undefined]>([
  ['none is known', [], undefined, undefined],
  ['the next one', [{ ok: true, after: 900 }], undefined, { after: 900, isByItself: true }],
  [
    'one after others that fail',
    [
      { ok: false, after: 300 },
      { ok: true, after: 700 },
    ],
    undefined,
    { after: 700, isByItself: true },
  ],
  ['after an input', [{ ok: true, after: 900 }], 200, { after: 900, isByItself: false }],
  ['before an input', [{ ok: true, after: 900 }], 1_200, { after: 900, isByItself: true }],
  ["another client's", [{ client: 'other', ok: true, after: 900 }], undefined, undefined],
  ['to another path', [{ url: 'http://orders:8080/pay', ok: true, after: 900 }], undefined, undefined],
])('%s', (_, later, input, expected) => {
  const run = new RunBuilder();
  const node = run.node('node-1', '');
  const clients = {
    web: run.pod('web-1', { workload: 'web', node, containers: ['web'] }),
    other: run.pod('web-2', { workload: 'web', node, containers: ['web'] }),
  };
  const call = ({ client = 'web', url = URL, ok }: Omit<Later, 'after'>): number => {
    const { app: process, netns } = clients[client];
    const asked = { process, netns, protocol: 'http', method: 'GET', url, source: '', tag: '' };
    const request = run.write('request', asked);
    const status = ok ? 200 : 503;
    run.write('response', { request, ok, status, result: String(status), latency: micros(0), detail: '' });
    return request;
  };
  const request = call({ ok: false });
  const failed = run.now;
  const apply = (): number => run.write('input', { action: 'apply', subject: '', detail: '' });
  const events = [
    ...later.map((one) => ({ after: one.after, happen: () => call(one) })),
    ...(input === undefined ? [] : [{ after: input, happen: apply }]),
  ];
  for (const { after, happen } of events.toSorted((a, b) => a.after - b.after)) {
    run.wait(failed + after - run.now);
    happen();
  }
  const { recovery } = whyOf(indexOf(run.trace), request);
  if (expected === undefined) expect(recovery).toBeUndefined();
  else expect(recovery).toMatchObject(expected);
});
