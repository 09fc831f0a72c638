// Every failure in every mode, as the engine really plays it: who is to blame, the way it took, what led to it.
// Expected results change only by `npx vitest run --project unit tests/unit/view/failures -u`, and are read before they are kept.

import { describe, expect, test } from 'vitest';
import { loadTexts } from '../../../src/text/index.ts';
import { measuresOf, type RunIndex, sequenceOfRequest, stationOf, whyOf } from '../../../src/view/index.ts';
import { describeSequence, describeWhy } from './describe.ts';
import { failures, modes, requestOf, runFailure } from './failures.ts';
import { indexOf } from './indexed.ts';

const texts = await loadTexts('en');

/**
 * Leaves out what a change elsewhere in the engine may change: record numbers, times and spans, names of replicas and their
 * addresses (told by their station instead), ports that were drawn.
 */
function steady(index: RunIndex, text: string): string {
  let told = text;
  for (const pod of index.cluster.pods.values()) {
    const station = stationOf(index, pod.entity);
    if (station === '') continue;
    told = told.replaceAll(pod.name, station);
    const address = index.cluster.pod(pod.entity, index.trace.length)?.address ?? '';
    if (address !== '') told = told.replaceAll(new RegExp(`${address.replaceAll('.', '\\.')}(?![\\d])`, 'g'), station);
  }
  return told
    .replaceAll(/^\d+\.\d{6}/gm, 'at')
    .replaceAll(/\b\d+\.\d{6}\b/g, 'then')
    .replaceAll(/#\d+(?= )/g, '#')
    .replaceAll(/\b[\d.]+ (µs|ms|s)\b/g, 'a while')
    .replaceAll(/:[3-6]\d{4}\b/g, ':port')
    .replaceAll(/\b10\.96\.\d+\.\d+/g, 'service');
}

describe.each(failures)('$name', (failure) => {
  test.each(modes)('in mode %s is explained where it happened', async (mode) => {
    const run = runFailure(failure, mode);
    const index = indexOf(run.trace);
    const request = requestOf(run, failure);
    expect(index.requests.get(request)).toBeDefined();
    const name = `${failure.name.toLowerCase().replaceAll(' ', '-')}.${mode}`;
    const why = describeWhy(index, texts, whyOf(index, request));
    await expect(steady(index, why)).toMatchFileSnapshot(`golden/failures/${name}.why.txt`);
    const sequence = describeSequence(index, texts, sequenceOfRequest(index, request));
    await expect(steady(index, sequence)).toMatchFileSnapshot(`golden/failures/${name}.sequence.txt`);
  });
});

test('the delays of a request lie in the windows of the facts they were drawn from', () => {
  const failure = failures.find(({ name }) => name === 'a DENY policy matches')!;
  const run = runFailure(failure, 'ambient');
  const measures = measuresOf(indexOf(run.trace), requestOf(run, failure));
  expect(measures.map(({ fact }) => fact)).toEqual(['net.dns-lookup', 'net.loopback', 'net.between-nodes']);
  for (const { fact: name, spans } of measures) {
    const fact = run.info.facts.find((candidate) => candidate.name === name)!;
    for (const span of spans) {
      expect(span).toBeGreaterThanOrEqual(fact.min);
      expect(span).toBeLessThanOrEqual(fact.max);
    }
  }
});
