import { expect, test } from 'vitest';
import { exactly } from '../../../../src/kernel/index.ts';
import {
  listenersStop,
  listenersStopDefault,
  minimumDrain,
  minimumDrainDefault,
  terminationDrain,
  terminationDrainDefault,
} from '../../../../src/mesh/envoy/facts.ts';
import { pilotAgentLife } from '../../../../src/mesh/envoy/index.ts';
import { contract } from '../../kernel/contract.ts';

test('the machine of pilot-agent takes the transitions xstate takes', () => {
  const facts = {
    isConfigured: false,
    drain: exactly(terminationDrain, terminationDrainDefault),
    minimumDrain: exactly(minimumDrain, minimumDrainDefault),
    listenersStop: exactly(listenersStop, listenersStopDefault),
  };
  const contexts = [
    { ...facts, skipsDrain: false, exitsOnZero: false },
    { ...facts, skipsDrain: true, exitsOnZero: false },
    { ...facts, skipsDrain: false, exitsOnZero: true },
  ];
  const { states, steps } = contract(pilotAgentLife, contexts, [
    ...(['CERTIFICATE', 'REFUSED', 'CONFIGURED', 'DRAIN', 'QUIT', 'ENVOY_EXIT', 'TERM'] as const).map((type) => ({
      type,
    })),
    ...[0, 1].map((active) => ({ type: 'COUNTED', active }) as const),
  ]);
  expect(states).toBeGreaterThan(20);
  expect(steps).toBeGreaterThan(100);
});
