// A caution mark opens the ledger at a row: a mark whose row is gone would say nothing.

import { expect, test } from 'vitest';
import { Run } from '../../../src/scenario/index.ts';
import { rowOfDelays, rowOfLookup, rowOfPoint } from '../../../src/ui/inspector/simplified.ts';
import '../provide-envoys.ts';

test('every caution mark leads to a row of the ledger of a run', () => {
  const rows = new Set(
    (['ambient', 'sidecar'] as const).flatMap((mesh) =>
      new Run({ scenario: '', manifests: [], mesh }).info.fidelity.map(({ id }) => id),
    ),
  );
  const marks = [...Object.values(rowOfPoint), rowOfDelays, rowOfLookup];
  expect(marks.filter((row) => !rows.has(row))).toEqual([]);
});
