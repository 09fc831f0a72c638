// The trace: what is written is what is read, here and on the other side of a thread.
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { RecordId } from '../../../src/kernel/index.ts';
import type { EntityName, RecordKind, TraceSlice } from '../../../src/trace/index.ts';
import { fieldsByKind, kindNames, recordToLine, Trace } from '../../../src/trace/index.ts';
import { bindNames, names, rawRecord, write, type RawRecord } from './arbitrary-record.ts';

// Properties take seconds, more on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const CHUNK = 65_536;
/** Where the first chunk begins to grow. */
const FIRST = 2_048;
const nothing = { texts: 0, data: 0, entities: 0 };

const marker = (name: string, wait = 1): RawRecord => ({
  kind: 'marker',
  wait,
  duration: 0,
  cause: -1,
  fields: { name },
});

/** Appends many small records fast. */
function fill(trace: Trace, count: number, from = 0): void {
  const operands = new Int32Array(8);
  for (let index = 0; index < count; index += 1) {
    operands[1] = from + index;
    trace.append({
      kind: index % 3,
      time: from + index,
      duration: index % 5,
      cause: (from + index - 1) as RecordId,
      operands,
    });
  }
}

function contents(trace: Trace): readonly string[] {
  return Array.from({ length: trace.length }, (_, id) => `${trace.causeOf(id)} ${recordToLine(trace, trace.get(id))}`);
}

describe('a record', () => {
  // Kinds `object` and `event` have a field `kind`, which a reader cannot get at: the record's own kind hides it.
  test('has no field named like what every record has', () => {
    const own = ['id', 'kind', 'at', 'duration', 'cause'];
    expect(fieldsByKind.flatMap((fields) => fields.filter(([name]) => own.includes(name)))).toEqual([]);
  });

  test.each(kindNames.map((kind, number) => [kind, number] as const))(
    'of kind %s is read back field by field',
    (kind, number) => {
      fc.assert(
        fc.property(
          fc.array(
            rawRecord.filter((raw) => raw.kind === kind),
            { minLength: 1, maxLength: 3 },
          ),
          (records) => {
            const trace = new Trace();
            const times = write(trace, records);
            records.forEach((raw, id) => {
              const read = trace.get(id) as unknown as Readonly<Record<string, unknown>>;
              expect(read).toEqual({
                id,
                at: times[id],
                duration: raw.duration,
                cause: raw.cause,
                ...raw.fields,
                kind,
              });
              expect(trace.getAs(id, kind)).toEqual(read);
              expect([trace.kindOf(id), trace.timeOf(id), trace.durationOf(id), trace.causeOf(id)]).toEqual([
                kind,
                times[id],
                raw.duration,
                raw.cause,
              ]);
              fieldsByKind[number]!.forEach(([name, store], column) => {
                const operand = trace.operand(id, column);
                if (store === 'text') expect(trace.textAt(operand)).toBe(raw.fields[name]);
                else if (store === 'data') expect(trace.dataAt(operand)).toEqual(raw.fields[name]);
                else expect(operand).toBe(Number(raw.fields[name]));
              });
            });
          },
        ),
        { numRuns: 15 },
      );
    },
  );

  test('that does not fit is refused, not bent', () => {
    const trace = new Trace();
    const one = (fields: object, duration = 0): void =>
      void write(trace, [
        { kind: 'rules', wait: 0, duration, cause: -1, fields: { netns: 0, set: 'x', rules: 0, ...fields } },
      ]);
    for (const rules of [2_147_483_648, -2_147_483_649, 0.5, NaN, undefined])
      expect(() => one({ rules })).toThrow('32 bits');
    expect(() => one({}, 2_147_483_648)).toThrow('32 bits');
    expect(trace.length).toBe(0);
    one({});
    expect(trace.length).toBe(1);
  });

  test('that does not exist is not read', () => {
    const trace = new Trace();
    write(trace, [marker('a'), marker('b')]);
    trace.truncate(1);
    for (const id of [-1, 1, 2, CHUNK]) expect(() => trace.get(id)).toThrow(`record ${id} exists`);
    expect(() => trace.getAs(0, 'packet')).toThrow('record 0 is a packet');
  });
});

describe('a hash', () => {
  const list = fc.array(rawRecord, { maxLength: 40 });
  test('is the same for the same records, whatever was interned before or truncated away', () => {
    fc.assert(
      fc.property(list, list, (records, others) => {
        const plain = new Trace();
        const used = new Trace();
        for (const trace of [plain, used]) bindNames(trace, names);
        write(plain, records);
        write(used, others);
        used.truncate(0);
        write(used, records);
        expect(used.hash()).toBe(plain.hash());
        const copy = new Trace();
        copy.receive(used.slice(0, nothing));
        expect(copy.hash()).toBe(plain.hash());
      }),
    );
  });

  test('differs when anything differs: a field, a time, a cause, an order, a record more', () => {
    const hash = (records: readonly RawRecord[]): string => {
      const trace = new Trace();
      bindNames(trace, names);
      write(trace, records);
      return trace.hash();
    };
    const base: readonly RawRecord[] = [
      marker('a'),
      { kind: 'rules', wait: 3, duration: 4, cause: 0, fields: { netns: 1, set: 'nat', rules: 2 } },
      {
        kind: 'packet',
        wait: 3,
        duration: 4,
        cause: 1,
        fields: {
          connection: 1,
          toServer: true,
          message: { layer: 'tcp', flag: 'SYN' },
          request: 0,
          stream: 0,
          encrypted: false,
        },
      },
    ];
    const change = (index: number, more: Partial<RawRecord>): readonly RawRecord[] =>
      base.with(index, { ...base[index]!, ...more });
    const packet = base[2]!.fields;
    const variants = [
      base,
      base.toReversed(),
      base.slice(1),
      [...base, marker('a')],
      change(0, { wait: 2 }),
      change(0, { wait: 1 + 4_294_967_296 }),
      change(1, { duration: 5 }),
      change(1, { cause: -1 }),
      change(1, { fields: { netns: 2, set: 'nat', rules: 2 } }),
      change(1, { fields: { netns: 1, set: 'mangle', rules: 2 } }),
      change(1, { fields: { netns: 1, set: 'nat', rules: 3 } }),
      change(2, { fields: { ...packet, toServer: false } }),
      change(2, { fields: { ...packet, message: { layer: 'tcp', flag: 'ACK' } } }),
      change(2, { fields: { ...packet, request: -1 } }),
    ];
    expect(new Set(variants.map(hash)).size).toBe(variants.length);
  });

  test('names entities by path: their numbers do not count', () => {
    const hash = (id: number, shift: number): string => {
      const trace = new Trace();
      bindNames(trace, [
        ...Array.from({ length: shift }, (_, index) => ({ path: `stranger/${index}`, type: 'x' })),
        ...names,
      ]);
      write(trace, [{ kind: 'rules', wait: 3, duration: 4, cause: -1, fields: { netns: id, set: 'nat', rules: 2 } }]);
      return trace.hash();
    };
    expect(hash(1, 0)).toBe(hash(6, 5));
    expect(hash(1, 0)).not.toBe(hash(2, 0));
  });
});

describe('truncating', () => {
  test.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK - 1, 2 * CHUNK, 2 * CHUNK + 7])(
    'to %i records at chunk borders forgets what follows, and goes on from there',
    (length) => {
      const trace = new Trace();
      fill(trace, 2 * CHUNK + 10);
      trace.truncate(length);
      expect(trace.length).toBe(length);
      expect(() => trace.timeOf(length)).toThrow('exists');
      if (length > 0) expect(trace.operand(length - 1, 1)).toBe(length - 1);
      fill(trace, 20, length);
      expect(trace.length).toBe(length + 20);
      for (let id = Math.max(0, length - 3); id < length + 20; id += 1)
        expect([trace.timeOf(id), trace.operand(id, 1)]).toEqual([id, id]);
      const straight = new Trace();
      fill(straight, length);
      fill(straight, 20, length);
      expect(trace.hash()).toBe(straight.hash());
    },
  );

  test('can be taken back while nothing else was written', () => {
    const trace = new Trace();
    fill(trace, CHUNK + 10);
    const hash = trace.hash();
    trace.truncate(5);
    trace.recall(CHUNK + 10);
    expect(trace.hash()).toBe(hash);
    trace.truncate(5);
    fill(trace, 3, 5);
    trace.recall(CHUNK + 2);
    expect(trace.length).toBe(CHUNK + 2);
    expect(() => trace.recall(3 * CHUNK)).toThrow('a trace recalls what it held');
    expect(() => trace.recall(1)).toThrow('a trace recalls what it held');
  });
});

describe('a fork of a trace', () => {
  test('holds the same records; what either writes, forgets or recalls, within a chunk or over many, is its own', () => {
    const size = fc.constantFrom(0, 1, 3, FIRST - 1, FIRST, FIRST + 1, CHUNK - 1, CHUNK, CHUNK + 2);
    const step = fc.record({
      who: fc.integer({ min: 0, max: 2 }),
      write: fc.constantFrom(0, 1, 5, FIRST, CHUNK),
      back: fc.constantFrom(0, 1, 4, FIRST, CHUNK, 2 * CHUNK),
      forks: fc.boolean(),
    });
    fc.assert(
      fc.property(size, fc.array(step, { minLength: 1, maxLength: 6 }), (begin, steps) => {
        const traces = [new Trace()];
        // Each trace's records, by the number that tells them apart.
        const expected: number[][] = [[]];
        let fresh = 0;
        const put = (who: number, count: number): void => {
          fill(traces[who]!, count, fresh);
          for (let index = 0; index < count; index += 1) expected[who]!.push(fresh++);
        };
        put(0, begin);
        for (const { who: wanted, write, back, forks } of steps) {
          const who = wanted % traces.length;
          const trace = traces[who]!;
          const kept = Math.max(0, trace.length - back);
          if (back === 4) {
            trace.truncate(kept);
            trace.recall(expected[who]!.length);
          } else {
            trace.truncate(kept);
            expected[who]!.length = kept;
          }
          if (forks && traces.length < 3) {
            traces.push(trace.fork());
            expected.push(expected[who]!.slice());
          }
          put(who, write);
        }
        traces.forEach((trace, who) => {
          const held = Array.from({ length: trace.length }, (_, id) => trace.operand(id, 1));
          expect(held.length).toBe(expected[who]!.length);
          // Compared by hand: a million expectations take a minute.
          expect(held.findIndex((value, id) => value !== expected[who]![id])).toBe(-1);
        });
      }),
      { numRuns: 40 },
    );
  });

  test('numbers texts and values as its origin did, and those that are new for itself', () => {
    const trace = new Trace();
    const [old, later] = [{ a: 1 }, { b: 2 }];
    expect([trace.text('x'), trace.data(old)]).toEqual([0, 0]);
    const fork = trace.fork();
    expect([trace.text('y'), trace.data(later)]).toEqual([1, 1]);
    expect([fork.text('z'), fork.text('x'), fork.data({ c: 3 }), fork.data(old), fork.data({ a: 1 })]).toEqual([
      1, 0, 1, 0, 0,
    ]);
    expect(fork.data(later)).toBe(2);
    expect([fork.textAt(1), fork.dataAt(2), trace.textAt(1), trace.dataAt(1)]).toEqual(['z', later, 'y', later]);
  });
});

describe('slices', () => {
  test('of any splits make the same trace on the other side, rewinds and new futures included', () => {
    const act = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constant('write' as const), records: fc.array(rawRecord, { maxLength: 8 }) }),
      },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('send' as const), overlap: fc.nat(3) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('rewind' as const),
          to: fc.nat(),
          entities: fc.nat(),
          fresh: fc.nat(5),
        }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('enter' as const), fresh: fc.nat(5) }) },
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const here = new Trace();
        const there = new Trace();
        let entities: EntityName[] = [...names];
        here.bindEntities(
          () => entities.length,
          () => entities,
        );
        let made = 0;
        const enter = (count: number): void => {
          entities = [
            ...entities,
            ...Array.from({ length: count }, () => ({ path: `made/${made++}`, type: 'test.made' })),
          ];
        };
        let known: ReturnType<Trace['tables']> = nothing;
        let agreed = 0;
        const send = (overlap: number): void => {
          const first = Math.max(0, agreed - overlap);
          there.receive(structuredClone(here.slice(first, known)));
          known = here.tables();
          agreed = here.length;
        };
        for (const step of acts) {
          switch (step.do) {
            case 'write':
              write(here, step.records, here.length === 0 ? 0 : here.timeOf(here.length - 1));
              break;
            case 'send':
              send(step.overlap);
              break;
            case 'rewind': {
              const to = step.to % (here.length + 1);
              // The world goes back before the trace does, and other entities may come.
              entities = entities.slice(0, names.length + (step.entities % (entities.length - names.length + 1)));
              here.truncate(to);
              agreed = Math.min(agreed, to);
              enter(step.fresh);
              break;
            }
            case 'enter':
              enter(step.fresh);
              break;
          }
        }
        send(0);
        expect(there.length).toBe(here.length);
        expect(contents(there)).toEqual(contents(here));
        expect(there.hash()).toBe(here.hash());
        expect(there.entities()).toEqual(here.entities());
      }),
      { numRuns: 150 },
    );
  });

  test('across chunk borders keep every column', () => {
    const here = new Trace();
    const there = new Trace();
    fill(here, 2 * CHUNK + 100);
    for (const [first, upTo] of [
      [0, 10],
      [10, CHUNK - 1],
      [CHUNK - 1, CHUNK + 1],
      [CHUNK + 1, 2 * CHUNK],
      [2 * CHUNK, 2 * CHUNK + 100],
    ] as const) {
      const part = new Trace();
      part.receive(here.slice(0, nothing));
      part.truncate(upTo);
      there.receive(part.slice(first, nothing));
      expect(there.length).toBe(upTo);
    }
    expect(there.hash()).toBe(here.hash());
    expect(here.slice(0, nothing).times.length).toBe(2 * CHUNK + 100);
  });

  test('are copies: their buffers can be transferred away', () => {
    const here = new Trace();
    fill(here, 10);
    const hash = here.hash();
    const slice = here.slice(0, nothing);
    const buffers = [slice.times, slice.durations, slice.kinds, slice.causes, slice.operands].map(
      (column) => column.buffer as ArrayBuffer,
    );
    const sent = structuredClone<TraceSlice>(slice, { transfer: buffers });
    expect(slice.times.length).toBe(0);
    expect(here.hash()).toBe(hash);
    const there = new Trace();
    there.receive(sent);
    expect(there.hash()).toBe(hash);
  });

  test('with a gap are refused', () => {
    const here = new Trace();
    fill(here, 10);
    expect(() => new Trace().receive(here.slice(3, nothing))).toThrow('slices arrive in order');
  });
});

describe('finding', () => {
  test('the first record after a time, where many share an instant', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 60 }), fc.nat(200), (waits, time) => {
        const trace = new Trace();
        const times = write(
          trace,
          waits.map((wait) => marker('x', wait)),
        );
        const index = times.findIndex((at) => at > time);
        expect(trace.firstAfter(time)).toBe(index < 0 ? times.length : index);
        expect(trace.firstAfter(-1)).toBe(0);
      }),
    );
  });

  test('records of some kinds, in order, from a record on', () => {
    fc.assert(
      fc.property(fc.array(rawRecord, { maxLength: 60 }), fc.nat(70), (records, first) => {
        const trace = new Trace();
        write(trace, records);
        const wanted: readonly RecordKind[] = ['packet', 'pod', 'marker'];
        const expected = records.flatMap((raw, id) => (id >= first && wanted.includes(raw.kind) ? [id] : []));
        expect([...trace.select(wanted, first)].map((record) => Number(record.id))).toEqual(expected);
      }),
    );
  });
});

describe('side tables', () => {
  test('keep each text and each structured value once', () => {
    const trace = new Trace();
    expect(trace.text('a')).toBe(trace.text('a'));
    expect(trace.text('b')).not.toBe(trace.text('a'));
    const value = { layer: 'tcp', flag: 'SYN' };
    expect(trace.data(value)).toBe(trace.data({ layer: 'tcp', flag: 'SYN' }));
    expect(trace.data({ layer: 'tcp', flag: 'ACK' })).not.toBe(trace.data(value));
    expect(trace.tables()).toEqual({ texts: 2, data: 2, entities: 0 });
  });

  test('give the engine its own names at once, also after the run went back and on differently', () => {
    const trace = new Trace();
    let entities = [
      { path: 'a', type: 't' },
      { path: 'b', type: 't' },
    ];
    trace.bindEntities(
      () => entities.length,
      () => entities,
    );
    expect(trace.entity(1 as never).path).toBe('b');
    entities = [
      { path: 'a', type: 't' },
      { path: 'c', type: 't' },
    ];
    expect(trace.entity(1 as never).path).toBe('c');
    expect(trace.entity(9 as never)).toEqual({ path: '', type: '' });
  });
});
