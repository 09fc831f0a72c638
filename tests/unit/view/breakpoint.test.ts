// Where a run is stopped: conditions in the log's words, by names that hold in every run.

import { describe, expect, test } from 'vitest';

import { tell } from '../../../src/ui/sentences.ts';
import { loadTexts } from '../../../src/text/index.ts';
import { BreakSearch, conditionOfRecord, occasions, subjectsOf } from '../../../src/view/breakpoint/index.ts';
import type { BreakCondition } from '../../../src/view/breakpoint/index.ts';
import { RunIndex } from '../../../src/view/index.ts';
import { indexOf, part, wholeSlice } from './indexed.ts';
import { ambientShop } from './standing-runs.ts';

const shop = ambientShop();
const index = indexOf(shop.run.trace);
const { trace } = index;
const texts = await loadTexts('en');

function found(condition: Partial<BreakCondition>, of = index): readonly number[] {
  const whole = { on: 'everything', of: '', words: '', ...condition } as const;
  const search = new BreakSearch(of, whole, (id) => tell(of, texts, id));
  const ids: number[] = [];
  for (let id = search.first(0, of.trace.length); id !== undefined; id = search.first(id + 1, of.trace.length))
    ids.push(id);
  return ids;
}
const kinds = (ids: readonly number[]): readonly string[] => [...new Set(ids.map((id) => trace.kindOf(id)))];

describe('a breakpoint', () => {
  test('stops where a request fails, with its code or words if it has any', () => {
    const failed = found({ on: 'failedRequests' });
    expect(failed.length).toBeGreaterThan(0);
    expect(failed).toEqual(index.requests.failures);
    const { result } = trace.getAs(failed[0]!, 'response');
    expect(found({ on: 'failedRequests', words: result })).toContain(failed[0]);
    expect(found({ on: 'failedRequests', words: '418' })).toEqual([]);
  });

  test('stops where a pod becomes ready, and where it ceases to be', () => {
    const ready = found({ on: 'ready' });
    expect(kinds(ready)).toEqual(['pod']);
    expect(ready.every((id) => trace.getAs(id, 'pod').ready)).toBe(true);
    const lost = found({ on: 'notReady' });
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.every((id) => !trace.getAs(id, 'pod').ready)).toBe(true);
  });

  test('is about one pod or all of a workload, also before there are any', () => {
    const [first] = found({ on: 'ready' });
    const { namespace, name, workload } = trace.getAs(first!, 'pod');
    expect(found({ on: 'ready', of: `${namespace}/${name}` })).toEqual([first]);
    expect(found({ on: 'ready', of: `${namespace}/${workload}` })).toContain(first);
    expect(found({ on: 'ready', of: 'shop/nobody' })).toEqual([]);

    const growing = new RunIndex();
    const whole = wholeSlice(shop.run.trace);
    const search = new BreakSearch(growing, { on: 'ready', of: `${namespace}/${name}`, words: '' }, () => '');
    growing.receive(part(whole, 0, 1));
    expect(search.first(0, 1)).toBeUndefined();
    growing.receive(part(whole, 1, whole.count));
    expect(search.first(0, whole.count)).toBe(first);
  });

  test('looks at no record beyond the end it is given', () => {
    const [first, second] = found({ on: 'ready' });
    const search = new BreakSearch(index, { on: 'ready', of: '', words: '' }, () => '');
    expect(search.first(0, first!)).toBeUndefined();
    expect(search.first(0, first! + 1)).toBe(first);
    expect(search.first(first! + 1, second! + 1)).toBe(second);
  });

  test('proposed for a record is one that stops at this record, whatever its kind', () => {
    const seen = new Map(Array.from({ length: trace.length }, (_, id) => [trace.kindOf(id), id]));
    for (const [kind, id] of seen) {
      if (trace.timeOf(id) === 0 || kind === 'pod') continue;
      expect(found(conditionOfRecord(index, id)), kind).toContain(id);
    }
    const [turn] = found({ on: 'notReady' });
    expect(found(conditionOfRecord(index, turn!))).toContain(turn);
    expect(occasions).toContain(conditionOfRecord(index, turn!).on);
  });

  test('may be about every pod and workload there is', () => {
    const names = subjectsOf(index);
    expect(new Set(names).size).toBe(names.length);
    for (const { namespace, name, workload } of index.cluster.pods.values()) {
      expect(names).toContain(`${namespace}/${name}`);
      expect(names).toContain(`${namespace}/${workload}`);
    }
  });
});
