// A server that ends some time, and requests that come to it the whole time: it fails only if it ends while it has one. That is a length in
// a hundred of one wait among many, and no end of a window.
import { expect, test } from 'vitest';
import type { Judgement } from '../../../src/explore/index.ts';
import { defaultSearchBound, search } from '../../../src/explore/index.ts';
import type { EntityId, EntityType } from '../../../src/kernel/index.ts';
import { delayFact, Kernel, micros, rank, seed } from '../../../src/kernel/index.ts';
import { Trace } from '../../../src/trace/index.ts';

interface Server {
  readonly isBusy: boolean;
  /** It has ended while it was busy. */
  readonly hasFailed: boolean;
  readonly isUp: boolean;
}

const period = micros(10_000);
const ending = delayFact({
  name: 'toy.ending',
  min: micros(0),
  max: micros(200_000),
  rank: rank.lifecycle,
  source: 'test',
});
const unrelated = delayFact({ ...ending, name: 'toy.unrelated', min: micros(0), max: micros(200_000) });
const arriving = delayFact({ name: 'toy.arriving', min: period, max: period, source: 'test' });
const answering = delayFact({ name: 'toy.answering', min: micros(100), max: micros(100), source: 'test' });

/** A server, requests to it, and lives that have nothing to do with either. */
function world(): { readonly kernel: Kernel<Trace>; readonly judge: () => Judgement } {
  const kernel = new Kernel({ seed: seed(3), sink: new Trace() });
  type Message = { readonly type: 'request' | 'answer' | 'end' };
  const server: EntityType<Server, Message> = {
    name: 'toy.server',
    handle(self, { type }, ctx) {
      if (type === 'end') return { ...self, isUp: false, hasFailed: self.isBusy };
      if (!self.isUp) return self;
      if (type === 'request') ctx.schedule(answering, ctx.self as EntityId<Message>, { type: 'answer' });
      return { ...self, isBusy: type === 'request' };
    },
  };
  const client: EntityType<{ readonly left: number }, { readonly type: 'next' }> = {
    name: 'toy.client',
    handle({ left }, message, ctx) {
      if (left === 0) return { left };
      ctx.schedule(arriving, ctx.self as EntityId<typeof message>, message);
      ctx.tell(place, { type: 'request' });
      return { left: left - 1 };
    },
  };
  const bystander: EntityType<{ readonly isOver: boolean }, { readonly type: 'end' }> = {
    name: 'toy.bystander',
    handle: () => ({ isOver: true }),
  };
  // What is drawn while a world is set up is no schedule's.
  const starter: EntityType<object, { readonly type: 'start' }> = {
    name: 'toy.starter',
    handle(self, _, ctx) {
      for (let number = 0; number < 30; number += 1)
        ctx.schedule(unrelated, ctx.create(bystander, `bystander-${number}`, { isOver: false }), { type: 'end' });
      ctx.schedule(arriving, ctx.create(client, 'client', { left: 20 }), { type: 'next' });
      ctx.schedule(ending, place, { type: 'end' });
      return self;
    },
  };
  const place = kernel.setUp((ctx) => {
    ctx.schedule(arriving, ctx.create(starter, 'starter', {}), { type: 'start' });
    return ctx.create(server, 'server', { isBusy: false, hasFailed: false, isUp: true });
  });
  const judge = (): Judgement => {
    const isFailing = kernel.read(server, place)?.hasFailed === true;
    const violation = { record: undefined, at: 1, sentence: 'request-failed', params: {} } as const;
    return { violations: isFailing ? [violation] : [], margins: [], asked: [], judged: 1, strangers: [] };
  };
  return { kernel, judge };
}

test('a life that ends amid a request is found before waits are swept, and told by one wait', () => {
  const { kernel, judge } = world();
  const phases = new Set<string>();
  const steps = search({ kernel, horizon: 10_000_000, judge }, { ...defaultSearchBound, samples: 0 });
  for (;;) {
    const { done, value } = steps.next();
    if (done !== true) {
      phases.add(value.phase);
      continue;
    }
    if (value.verdict !== 'counterexample') throw new Error(value.verdict);
    expect([...phases]).toEqual(['given', 'meetings', 'shrinking']);
    const [one, ...more] = value.counterexample.deviations;
    expect(one?.fact.name).toBe('toy.ending');
    expect(more).toEqual([]);
    expect((one?.wait ?? 0) % period).toBeLessThanOrEqual(100);
    expect(value.reach.schedules).toBeLessThan(12);
    return;
  }
});
