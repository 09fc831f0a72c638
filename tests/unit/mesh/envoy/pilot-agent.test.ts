import { expect, test } from 'vitest';
import { exactly } from '../../../../src/kernel/index.ts';
import { terminationDrain, terminationDrainDefault } from '../../../../src/mesh/envoy/facts.ts';
import { pilotAgentLife } from '../../../../src/mesh/envoy/index.ts';
import { contract } from '../../kernel/contract.ts';

test('the machine of pilot-agent takes the transitions xstate takes', () => {
  const drain = exactly(terminationDrain, terminationDrainDefault);
  const contexts = [false, true].map((skipsDrain) => ({ isConfigured: false, skipsDrain, drain }));
  const { states, steps } = contract(
    pilotAgentLife,
    contexts,
    (['CERTIFICATE', 'REFUSED', 'CONFIGURED', 'DRAIN', 'TERM'] as const).map((type) => ({ type })),
  );
  expect(states).toBeGreaterThan(20);
  expect(steps).toBeGreaterThan(100);
});
