// The kernel's promises over the toy world: run = f(set-up, seed, chooser, input log), and seeking is replaying.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Chooser, EntityType } from '../../../src/kernel/index.ts';
import { delayFact, exactly, GONE, instant, Kernel, micros, NO_RECORD, seed } from '../../../src/kernel/index.ts';
import { HandlerContext } from '../../../src/kernel/handler-context.ts';
import { Trace } from '../../../src/trace/index.ts';
import { hashState } from '../../../src/kernel/state-hash.ts';
import { buildToy, fingerprint, forkOf, linesOf, type Toy, toyDelays, type ToyInput } from './toy-world.ts';

// Properties take seconds, more on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const END = 12_000;

const inputs = fc
  .array(
    fc.record({
      // Multiples of 100 meet the fixed waits, so many inputs share an instant with occurrences.
      at: fc.oneof(
        fc.nat(END),
        fc.nat(END / 100).map((hundreds) => hundreds * 100),
      ),
      worker: fc.nat(5),
      event: fc.oneof(
        fc.record({ type: fc.constant('JOB' as const), urgent: fc.boolean() }),
        fc.constant({ type: 'STOP' as const }),
      ),
    }),
    { maxLength: 6 },
  )
  .map((list): readonly ToyInput[] => list.toSorted((a, b) => a.at - b.at));
const seeds = fc.nat(1_000_000);

test('the toy world is busy: workers work and leave, parcels arrive, expire and are missed', () => {
  const toy = buildToy();
  toy.run(60_000);
  const lines = linesOf(toy.trace).join('\n');
  expect(toy.kernel.handled).toBeGreaterThan(1_000);
  for (const word of ['to=resting', 'to=gone', 'expired after', 'has left', 'is gone: JOB', 'is number 5', 'hop 3']) {
    expect(lines).toContain(word);
  }
});

test('the same seed and inputs give the same run, another seed another', () => {
  fc.assert(
    fc.property(seeds, inputs, (seed, log) => {
      const run = (withSeed: number) => {
        const toy = buildToy({ seed: withSeed }, log);
        toy.run(END);
        return toy;
      };
      expect(fingerprint(run(seed))).toEqual(fingerprint(run(seed)));
      expect(run(seed).trace.hash()).not.toBe(run(seed + 1).trace.hash());
    }),
    { numRuns: 25 },
  );
});

test('neither where a run stops nor how often it keeps a frame makes a difference', () => {
  fc.assert(
    fc.property(
      seeds,
      inputs,
      fc.array(fc.nat(END), { maxLength: 8 }),
      fc.integer({ min: 1, max: 400 }),
      (seed, log, stops, gap) => {
        const straight = buildToy({ seed }, log);
        straight.run(END);
        const halting = buildToy({ seed, keyframeEvery: gap }, log);
        for (const stop of stops.toSorted((a, b) => a - b)) halting.run(stop);
        while (halting.kernel.run(instant(END), 17) === 'budget');
        expect(fingerprint(halting)).toEqual(fingerprint(straight));
      },
    ),
    { numRuns: 25 },
  );
});

test('seeking to any instants, back and forth, equals running there straight', () => {
  fc.assert(
    fc.property(
      seeds,
      inputs,
      fc.array(fc.nat(END), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 200 }),
      (seed, log, instants, gap) => {
        const seeking = buildToy({ seed, keyframeEvery: gap }, log);
        seeking.run(END);
        // The input's own instant too, and its neighbours.
        const all = [...instants, ...log.flatMap((input) => [input.at, input.at - 1, input.at + 1])].filter(
          (at) => at >= 0,
        );
        for (const at of all) {
          seeking.seek(at);
          const straight = buildToy({ seed }, log);
          straight.run(at);
          expect(fingerprint(seeking)).toEqual(fingerprint(straight));
        }
        seeking.seek(END);
        const straight = buildToy({ seed }, log);
        straight.run(END);
        expect(fingerprint(seeking)).toEqual(fingerprint(straight));
        expect(linesOf(seeking.trace)).toEqual(linesOf(straight.trace));
      },
    ),
    { numRuns: 40 },
  );
});

test('a fork equals a fresh run with the same input log, also from the middle of a seek', () => {
  fc.assert(
    fc.property(
      seeds,
      inputs,
      fc.array(fc.tuple(fc.nat(END), inputs), { minLength: 1, maxLength: 3 }),
      (seed, log, forks) => {
        const forked = buildToy({ seed }, log);
        forked.run(END);
        let past = log;
        for (const [at, future] of forks) {
          forked.seek(at);
          forked.kernel.forgetFuture();
          past = [...past.filter((input) => input.at <= at), ...future.filter((input) => input.at >= at)];
          for (const input of future) if (input.at >= at) forked.give(input);
          forked.run(END);
          const fresh = buildToy({ seed }, past);
          fresh.run(END);
          expect(fingerprint(forked)).toEqual(fingerprint(fresh));
          forked.seek(at);
          forked.seek(END);
          expect(fingerprint(forked)).toEqual(fingerprint(fresh));
        }
      },
    ),
    { numRuns: 25 },
  );
});

test.each(['default', 'shaken'] as const)(
  'an unrelated entity leaves every other record as it was (%s order)',
  (kind) => {
    fc.assert(
      fc.property(seeds, inputs, fc.integer({ min: 1, max: 3 }), (value, log, hermits) => {
        const chooser = kind === 'shaken' ? { kind, seed: seed(value) } : ({ kind } as const);
        const alone = buildToy({ seed: value, chooser }, log);
        const accompanied = buildToy({ seed: value, chooser, hermits }, log);
        alone.run(END);
        accompanied.run(END);
        const others = linesOf(accompanied.trace).filter((line) => !line.includes('hermit'));
        expect(others).toEqual(linesOf(alone.trace));
        expect(accompanied.trace.length).toBeGreaterThan(alone.trace.length);
      }),
      { numRuns: 20 },
    );
  },
);

describe('shaken ties', () => {
  /** A sender that sends numbered letters to several receivers at one instant, some with equal waits. */
  const pass = (shake: number | undefined): readonly string[] => {
    const arrived: string[] = [];
    const receiver: EntityType<object, { readonly type: 'letter'; readonly from: string; readonly number: number }> = {
      name: 'test.receiver',
      handle(self, message, ctx) {
        arrived.push(`${ctx.now} ${message.from}>${ctx.pathOf(ctx.self)} ${message.number}`);
        return self;
      },
    };
    const sender: EntityType<object, { readonly type: 'go' }> = {
      name: 'test.sender',
      handle(self, _, ctx) {
        for (let number = 0; number < 5; number += 1) {
          for (const [id] of ctx.all(receiver)) {
            ctx.schedule(toyDelays.step, id, { type: 'letter', from: ctx.pathOf(ctx.self), number });
          }
        }
        return self;
      },
    };
    const kernel = new Kernel({
      seed: seed(1),
      sink: new Trace(),
      chooser: shake === undefined ? { kind: 'default' } : { kind: 'shaken', seed: seed(shake) },
    });
    kernel.setUp((ctx) => {
      for (const name of ['a', 'b', 'c', 'd']) ctx.create(receiver, name, {});
      for (const name of ['x', 'y', 'z']) ctx.schedule(toyDelays.step, ctx.create(sender, name, {}), { type: 'go' });
    });
    kernel.run(instant(1_000));
    return arrived;
  };

  test('keep the order of each sender to each receiver, and lose or add nothing', () => {
    const plain = pass(undefined);
    for (let shake = 0; shake < 50; shake += 1) {
      const shaken = pass(shake);
      expect(shaken.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(plain.toSorted((a, b) => (a < b ? -1 : 1)));
      for (const channel of new Set(shaken.map((line) => line.slice(0, -2)))) {
        const numbers = shaken.filter((line) => line.startsWith(channel)).map((line) => line.slice(-1));
        expect(numbers).toEqual(['0', '1', '2', '3', '4']);
      }
    }
  });

  test('shuffle what several senders send to one receiver, and what one sender sends to several', () => {
    /** Sent one after another with shorter and shorter waits, so that all arrive at 400 in whatever order ties have. */
    const meet = (shake: number): { readonly senders: string; readonly receivers: string } => {
      const arrived: string[] = [];
      const receiver: EntityType<object, { readonly type: 'letter'; readonly from: string }> = {
        name: 'test.receiver',
        handle(self, message, ctx) {
          arrived.push(`${message.from}>${ctx.pathOf(ctx.self)}`);
          return self;
        },
      };
      const sender: EntityType<object, { readonly type: 'go' }> = {
        name: 'test.sender',
        handle(self, _, ctx) {
          const from = ctx.pathOf(ctx.self);
          const left = exactly(toyDelays.step, micros(400 - ctx.now));
          for (const [id] of ctx.all(receiver)) ctx.schedule(left, id, { type: 'letter', from });
          return self;
        },
      };
      const kernel = new Kernel({ seed: seed(1), sink: new Trace(), chooser: { kind: 'shaken', seed: seed(shake) } });
      kernel.setUp((ctx) => {
        for (const name of ['a', 'b', 'c']) ctx.create(receiver, name, {});
        ['x', 'y', 'z'].forEach((name, index) => {
          ctx.scheduleAt(toyDelays.step, micros(100 * index), ctx.create(sender, name, {}), { type: 'go' });
        });
      });
      kernel.run(instant(1_000));
      const only = (part: string): string => arrived.filter((line) => line.includes(part)).join();
      return { senders: only('>b'), receivers: only('y>') };
    };
    const runs = Array.from({ length: 40 }, (_, shake) => meet(shake));
    expect(new Set(runs.map((run) => run.senders)).size).toBe(6);
    expect(new Set(runs.map((run) => run.receivers)).size).toBe(6);
  });

  test('differ from seed to seed, and are the same for the same seed', () => {
    const orders = new Set(Array.from({ length: 50 }, (_, shake) => pass(shake).join('\n')));
    expect(orders.size).toBeGreaterThan(40);
    expect(pass(7)).toEqual(pass(7));
  });

  test('replay as they were', () => {
    const chooser = { kind: 'shaken', seed: seed(5) } as const;
    const seeking = buildToy({ chooser });
    seeking.run(END);
    for (const at of [9_000, 3_000, 5_000]) {
      seeking.seek(at);
      const straight = buildToy({ chooser });
      straight.run(at);
      expect(fingerprint(seeking)).toEqual(fingerprint(straight));
    }
  });
});

describe('a run that leaves another', () => {
  test('has its past and luck, and a future of its own: neither sees what becomes of the other', () => {
    fc.assert(
      fc.property(
        seeds,
        inputs,
        fc.integer({ min: 0, max: 2_000 }),
        inputs,
        fc.array(fc.nat(END), { maxLength: 3 }),
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom('default', 'shaken'),
        (withSeed, log, budget, future, instants, gap, order) => {
          const chooser: Chooser = order === 'default' ? { kind: 'default' } : { kind: 'shaken', seed: seed(withSeed) };
          const build = () => {
            const toy = buildToy({ seed: withSeed, keyframeEvery: gap, chooser }, log);
            toy.kernel.run(instant(END), budget);
            return toy;
          };
          const changed = (toy: Toy): Toy => {
            const { now } = toy.kernel;
            toy.kernel.forgetFuture();
            for (const input of future) if (input.at >= now) toy.give(input);
            return toy;
          };
          const parent = build();
          const child = forkOf(parent);
          expect(fingerprint(child)).toEqual(fingerprint(parent));
          expect(linesOf(child.trace)).toEqual(linesOf(parent.trace));
          // Turn by turn, and each from time to time in the past.
          const [straight, otherwise] = [build(), changed(build())];
          changed(child);
          for (const at of [...instants, END]) {
            for (const toy of [parent, child, straight, otherwise]) toy.seek(at);
            expect(fingerprint(child)).toEqual(fingerprint(otherwise));
            expect(fingerprint(parent)).toEqual(fingerprint(straight));
          }
          expect(linesOf(child.trace)).toEqual(linesOf(otherwise.trace));
          expect(linesOf(parent.trace)).toEqual(linesOf(straight.trace));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('is not for an explorer', () => {
    const explorer = buildToy({ chooser: { kind: 'explore', choose: () => 0 } });
    expect(() => explorer.kernel.fork(explorer.trace.fork())).toThrow('a fork has the same past');
  });
});

describe('looking back', () => {
  test('sees every instant as it was, and leaves the run where it stood, in the middle of an instant too', () => {
    fc.assert(
      fc.property(
        seeds,
        inputs,
        fc.integer({ min: 1, max: 2_000 }),
        fc.array(fc.nat(END), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 200 }),
        fc.constantFrom('default', 'shaken'),
        (withSeed, log, budget, instants, gap, order) => {
          const chooser: Chooser = order === 'default' ? { kind: 'default' } : { kind: 'shaken', seed: seed(withSeed) };
          const build = () => buildToy({ seed: withSeed, keyframeEvery: gap, chooser }, log);
          const [looking, straight] = [build(), build()];
          looking.kernel.run(instant(END), budget);
          straight.kernel.run(instant(END), budget);
          for (const at of instants.filter((before) => before < looking.kernel.now)) {
            const there = build();
            there.run(at);
            expect(looking.kernel.lookBack(instant(at), () => fingerprint(looking))).toEqual(fingerprint(there));
            expect(fingerprint(looking)).toEqual(fingerprint(straight));
          }
          for (const toy of [looking, straight]) toy.run(END);
          expect(fingerprint(looking)).toEqual(fingerprint(straight));
          expect(linesOf(looking.trace)).toEqual(linesOf(straight.trace));
        },
      ),
      { numRuns: 40 },
    );
  });

  test('comes back although the present instant never ends, and although looking fails', () => {
    const trace = new Trace();
    const kernel = new Kernel({ seed: seed(1), sink: trace, keyframeEvery: 10 });
    const now = delayFact({ name: 'now', min: micros(0), max: micros(0), source: 'test' });
    const mill: EntityType<{ readonly turns: number }, { readonly type: 'turn' }> = {
      name: 'test.mill',
      handle(self, message, ctx) {
        ctx.schedule(now, ctx.self as never, message);
        return { turns: self.turns + 1 };
      },
    };
    const later = exactly(toyDelays.step, micros(100));
    const id = kernel.setUp((ctx) => {
      const made = ctx.create(mill, 'mill', { turns: 0 });
      ctx.schedule(later, made, { type: 'turn' });
      return made;
    });
    expect(kernel.run(instant(500), 1_234)).toBe('budget');
    const before = hashState(kernel.state());
    expect(kernel.lookBack(instant(99), () => kernel.read(mill, id)?.turns)).toBe(0);
    const fail = () => {
      throw new Error('a look that fails');
    };
    expect(() => kernel.lookBack(instant(0), fail)).toThrow('a look that fails');
    expect([kernel.now, kernel.handled, hashState(kernel.state())]).toEqual([100, 1_234, before]);
    expect(() => kernel.lookBack(kernel.now, () => 0)).toThrow('an instant that is over');
  });
});

test('thinning keyframes in a long run changes nothing', () => {
  const straight = buildToy({ workers: 6, keyframeEvery: 1_000_000 });
  const thinned = buildToy({ workers: 6, keyframeEvery: 3 });
  straight.run(30_000);
  thinned.run(30_000);
  expect(thinned.kernel.handled).toBeGreaterThan(3 * 50 * 4);
  expect(fingerprint(thinned)).toEqual(fingerprint(straight));
  for (const at of [29_000, 100, 15_000, 14_999, 0, 30_000]) {
    thinned.seek(at);
    const there = buildToy({ workers: 6, keyframeEvery: 1_000_000 });
    there.run(at);
    expect(fingerprint(thinned)).toEqual(fingerprint(there));
  }
});

describe('inputs', () => {
  test('an input comes after every occurrence of its instant, inputs of one instant in their order', () => {
    const seen: string[] = [];
    const type: EntityType<object, { readonly type: string }> = {
      name: 'test.listener',
      handle(self, message, ctx) {
        seen.push(`${ctx.now} ${message.type}`);
        if (message.type === 'first input')
          ctx.scheduleAt(toyDelays.step, micros(0), ctx.self, { type: 'its consequence' } as never);
        return self;
      },
    };
    const kernel = new Kernel({ seed: seed(1), sink: new Trace() });
    const id = kernel.setUp((ctx) => {
      const made = ctx.create(type, 'listener', {});
      ctx.schedule(toyDelays.step, made, { type: 'occurrence' });
      return made;
    });
    kernel.input(instant(100), id, { type: 'first input' });
    kernel.input(instant(100), id, { type: 'second input' });
    kernel.run(instant(100));
    expect(seen).toEqual(['100 occurrence', '100 first input', '100 its consequence', '100 second input']);
  });

  test('one before the first occurrence is undone by going back before it', () => {
    const toy = buildToy({}, [{ at: 3, worker: 0, event: { type: 'JOB', urgent: false } }]);
    toy.run(1_000);
    toy.seek(2);
    expect(toy.kernel.now).toBe(2);
    expect(toy.trace.length).toBe(0);
    toy.seek(3);
    expect(toy.trace.length).toBeGreaterThan(0);
  });

  test('one in the past, or before another, is refused', () => {
    const toy = buildToy();
    toy.run(500);
    expect(() => toy.give({ at: 499, worker: 0, event: { type: 'STOP' } })).toThrow('an input is not in the past');
    toy.give({ at: 800, worker: 0, event: { type: 'STOP' } });
    expect(() => toy.give({ at: 700, worker: 0, event: { type: 'STOP' } })).toThrow('an input is not in the past');
  });
});

describe('settling', () => {
  test('a run is settled when only periodic occurrences are pending and no input is left', () => {
    const quiet = buildToy({ workers: 0 });
    expect(quiet.kernel.isSettled).toBe(true);
    expect(quiet.kernel.run(instant(5_000))).toBe('settled');
    const busy = buildToy({ workers: 2 });
    expect(busy.kernel.isSettled).toBe(false);
    expect(busy.kernel.run(instant(10))).toBe('reached');
  });

  test('settle stops at the instant everything is done, or at its limit', () => {
    const once = delayFact({ name: 'test.once', min: micros(1), max: micros(2_000), source: 'test' });
    const type: EntityType<{ readonly left: number }, { readonly type: 'again' }> = {
      name: 'test.countdown',
      handle(self, message, ctx) {
        if (self.left > 0) ctx.schedule(once, ctx.self, message as never);
        return { left: self.left - 1 };
      },
    };
    const make = (left: number): Kernel<Trace> => {
      const kernel = new Kernel({ seed: seed(4), sink: new Trace() });
      kernel.setUp((ctx) => {
        ctx.schedule(once, ctx.create(type, 'countdown', { left }), { type: 'again' });
      });
      return kernel;
    };
    const kernel = make(10);
    expect(kernel.settle(instant(60_000))).toBe('settled');
    expect(kernel.handled).toBe(11);
    expect(kernel.now).toBeLessThan(22_000);
    const endless = make(1_000);
    expect(endless.settle(instant(3_000))).toBe('reached');
    expect(endless.now).toBeLessThanOrEqual(3_000);
  });
});

describe('messages', () => {
  const log: string[] = [];
  const mortal: EntityType<object, { readonly type: string }> = {
    name: 'test.mortal',
    handle(self, message, ctx) {
      log.push(`${message.type} handled at ${ctx.now}`);
      return message.type === 'die' ? GONE : self;
    },
    undeliverable(message, ctx) {
      log.push(`${message.type} for ${ctx.pathOf(ctx.self)} undeliverable at ${ctx.now}, cause ${ctx.cause}`);
    },
  };

  test('to somebody gone are handed to the type, with their cause, from the moment it left', () => {
    log.length = 0;
    const kernel = new Kernel({ seed: seed(1), sink: new Trace() });
    kernel.setUp((ctx) => {
      const id = ctx.create(mortal, 'mortal', {});
      ctx.tell(id, { type: 'hello' });
      ctx.tell(id, { type: 'die' });
      ctx.cause = 5 as never;
      ctx.tell(id, { type: 'still there?' });
      ctx.schedule(toyDelays.step, id, { type: 'letter' });
      ctx.timer(toyDelays.step, id, { type: 'alarm' });
    });
    kernel.run(instant(1_000));
    expect(log).toEqual([
      'hello handled at 0',
      'die handled at 0',
      'still there? for mortal undeliverable at 0, cause 5',
      'letter for mortal undeliverable at 100, cause 5',
      'alarm for mortal undeliverable at 100, cause 5',
    ]);
  });

  test('told locally without end are a bug', () => {
    const echo: EntityType<object, { readonly type: 'echo' }> = {
      name: 'test.echo',
      handle(self, message, ctx) {
        ctx.tell(ctx.self, message as never);
        return self;
      },
    };
    const kernel = new Kernel({ seed: seed(1), sink: new Trace() });
    expect(() =>
      kernel.setUp((ctx) => {
        ctx.tell(ctx.create(echo, 'echo', {}), { type: 'echo' });
      }),
    ).toThrow('local messages come to an end');
    // Nothing of it is left for whoever goes on from before.
    expect(() => kernel.setUp(() => undefined)).not.toThrow();
  });

  test('to a number nobody has, and waits that are none, are bugs', () => {
    const kernel = new Kernel({ seed: seed(1), sink: new Trace() });
    expect(() => kernel.setUp((ctx) => ctx.tell(99 as never, { type: 'x' } as never))).toThrow('entity 99 exists');
    for (const wait of [NaN, -1, Infinity, 2 * 1_125_899_906_842_624]) {
      expect(() =>
        new Kernel({ seed: seed(1), sink: new Trace() }).setUp((ctx) => {
          ctx.scheduleAt(toyDelays.step, wait as never, ctx.create(mortal, 'm', {}), { type: 'x' });
        }),
      ).toThrow('toy.step');
    }
  });
});

describe('timers', () => {
  test('cancelled before they fire never do; cancelled after, or twice, nothing happens', () => {
    const log: string[] = [];
    type Message = { readonly type: 'set' | 'ring' | 'other' | 'cancel' };
    const periodic = delayFact({
      name: 'test.periodic',
      min: micros(300),
      max: micros(300),
      periodic: true,
      source: 'test',
    });
    const kernel = new Kernel({ seed: seed(1), sink: new Trace() });
    const busy: number[] = [];
    const type: EntityType<{ readonly ids: readonly number[] }, Message> = {
      name: 'test.alarms',
      handle(self, message, ctx) {
        log.push(`${ctx.now} ${message.type}`);
        const me = ctx.self as never;
        if (message.type === 'set') {
          return {
            ids: [
              ctx.timer(toyDelays.step, me, { type: 'ring' } as never),
              ctx.timer(toyDelays.step, me, { type: 'other' } as never),
              ctx.timer(periodic, me, { type: 'other' } as never),
            ],
          };
        }
        if (message.type === 'cancel') for (const id of [...self.ids, ...self.ids]) ctx.cancel(id as never);
        return self;
      },
    };
    const id = kernel.setUp((ctx) => ctx.create(type, 'alarms', { ids: [] }));
    // Cancelled in time.
    kernel.input(instant(0), id, { type: 'set' });
    kernel.input(instant(50), id, { type: 'cancel' });
    // Cancelled too late, all but the periodic one.
    kernel.input(instant(1_000), id, { type: 'set' });
    kernel.input(instant(1_150), id, { type: 'cancel' });
    // Slots are used again; a stale number must not cancel the new owner's timer.
    kernel.input(instant(2_000), id, { type: 'set' });
    for (let at = 0; at <= 3_000; at += 25) {
      kernel.run(instant(at));
      busy.push(kernel.pending().filter((item) => !item.periodic).length);
      expect(kernel.isSettled).toBe(busy[busy.length - 1] === 0);
    }
    expect(log).toEqual([
      '0 set',
      '50 cancel',
      '1000 set',
      '1100 ring',
      '1100 other',
      '1150 cancel',
      '2000 set',
      '2100 ring',
      '2100 other',
      '2300 other',
    ]);
  });

  test('in great number, mostly cancelled, leave no trace in the queue and change no result', () => {
    const type: EntityType<{ readonly timer: number; readonly rung: number }, { readonly type: 'again' | 'ring' }> = {
      name: 'test.idle',
      handle(self, message, ctx) {
        if (message.type === 'ring') return { ...self, rung: self.rung + 1 };
        ctx.cancel(self.timer as never);
        ctx.schedule(toyDelays.step, ctx.self, message as never);
        const slow = delayFact({ name: 'test.idle', min: micros(1_000_000), max: micros(2_000_000), source: 'test' });
        return { ...self, timer: ctx.timer(slow, ctx.self, { type: 'ring' } as never) };
      },
    };
    const kernel = new Kernel({ seed: seed(1), sink: new Trace(), keyframeEvery: 100 });
    kernel.setUp((ctx) => {
      for (let index = 0; index < 20; index += 1) {
        ctx.schedule(toyDelays.step, ctx.create(type, `idle-${index}`, { timer: -1, rung: 0 }), { type: 'again' });
      }
    });
    kernel.run(instant(1_000_000));
    expect(kernel.handled).toBe(20 * 10_000);
    expect(kernel.pending().length).toBe(40);
    expect([...kernel.all(type)].every(([, value]) => value.rung === 0)).toBe(true);
    const state = hashState(kernel.state());
    kernel.seek(instant(400_000));
    kernel.run(instant(1_000_000));
    expect(hashState(kernel.state())).toBe(state);
  });
});

test('an entity that is gone gives its random streams back', () => {
  const brief: EntityType<object, { readonly type: 'go' }> = {
    name: 'test.brief',
    handle(_, __, ctx) {
      ctx.draw('service', 10);
      return GONE;
    },
  };
  const context = new HandlerContext(new Trace(), seed(1), { kind: 'default' });
  for (let index = 0; index < 100; index += 1) {
    const id = context.create(brief, `brief-${index}`, {});
    context.deliver(id, { type: 'go' }, NO_RECORD);
  }
  expect(context.streams.save().keys.length).toBe(1);
});

describe('what only a bug can do is refused', () => {
  const type: EntityType<{ readonly key: string }, { readonly type: 'x' }> = {
    name: 'test.keyed',
    keys: (value) => [value.key],
    handle: (self) => self,
  };
  const kernel = (): Kernel<Trace> => new Kernel({ seed: seed(1), sink: new Trace() });

  test('a key of two living entities', () => {
    expect(() =>
      kernel().setUp((ctx) => {
        ctx.create(type, 'a', { key: 'k' });
        ctx.create(type, 'b', { key: 'k' });
      }),
    ).toThrow('test.keyed: key k belongs to one living entity');
  });

  test('a draw by nobody', () => {
    expect(() => kernel().setUp((ctx) => ctx.draw('choice', 2))).toThrow('only an entity draws');
    expect(() => kernel().setUp((ctx) => ctx.span(toyDelays.hop))).toThrow('only an entity draws');
  });

  test('an entity read as another type', () => {
    const other: EntityType<object, { readonly type: 'x' }> = { name: 'test.other', handle: (self) => self };
    expect(() => kernel().setUp((ctx) => ctx.read(other, ctx.create(type, 'a', { key: 'k' })))).toThrow(
      'is a test.other',
    );
  });

  test('a world set up after it ran', () => {
    const late = kernel();
    late.run(instant(1));
    expect(() => late.setUp(() => 0)).toThrow('a world is set up before it runs');
  });
});
