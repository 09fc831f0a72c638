import { expect, test } from 'vitest';

import { certificateLife, ztunnelLife } from '../../../src/mesh/istio-ambient/index.ts';
import { pushLoop } from '../../../src/mesh/istiod/index.ts';
import { controlLink } from '../../../src/mesh/xds/index.ts';
import { drainDeadline } from '../../../src/mesh/istio-ambient/facts.ts';
import { micros, seconds } from '../../../src/kernel/index.ts';
import { contract } from '../kernel/contract.ts';

const events = <T extends string>(...types: readonly T[]): readonly { readonly type: T }[] =>
  types.map((type) => ({ type }));

test('the machines of the control plane and of ambient mode take the transitions xstate takes', () => {
  const results = [
    contract(pushLoop, [{}], events('CHANGE')),
    contract(
      controlLink,
      [
        { attempt: 0, isEnvoy: false },
        { attempt: 11, isEnvoy: true },
      ],
      events('CONNECT', 'UP', 'LOST'),
    ),
    contract(
      certificateLife,
      [
        { failures: 0, left: micros(0) },
        { failures: 7, left: seconds(60) },
      ],
      [
        ...events('WANTED', 'EXPIRED'),
        { type: 'ISSUED', left: seconds(60) },
        { type: 'REFUSED', left: seconds(60) },
        { type: 'REFUSED', left: seconds(0) },
      ],
    ),
    contract(
      ztunnelLife,
      [{ deadline: drainDeadline }],
      events('CONFIGURED', 'SNAPSHOT', 'ZDS_LOST', 'TERM', 'DRAINED'),
    ),
  ];
  for (const { states, steps } of results) expect(Math.min(states, steps)).toBeGreaterThan(1);
});
