// Every failure in every mode, as the engine really plays it: who is to blame, the way it took, what led to it.
// Expected results change only by `npx vitest run --project unit tests/unit/view/failures -u`, and are read before they are kept.

import { describe, expect, test } from 'vitest';
import { loadTexts } from '../../../src/text/index.ts';
import { sequenceOfRequest, whyOf } from '../../../src/view/index.ts';
import { describeSequence, describeWhy } from './describe.ts';
import { failures, modes, requestOf, runFailure } from './failures.ts';
import { indexOf } from './indexed.ts';

const texts = await loadTexts('en');

describe.each(failures)('$name', (failure) => {
  test.each(modes)('in mode %s is explained where it happened', async (mode) => {
    const run = runFailure(failure, mode);
    const index = indexOf(run.trace);
    const request = requestOf(run, failure);
    expect(index.requests.get(request)).toBeDefined();
    const name = `${failure.name.toLowerCase().replaceAll(' ', '-')}.${mode}`;
    await expect(describeWhy(index, texts, whyOf(index, request))).toMatchFileSnapshot(
      `golden/failures/${name}.why.txt`,
    );
    await expect(describeSequence(index, texts, sequenceOfRequest(index, request))).toMatchFileSnapshot(
      `golden/failures/${name}.sequence.txt`,
    );
  });
});
