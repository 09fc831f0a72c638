// Arbitrary records of every kind, made from the kinds' own definition: a new kind is tested without new code.
import fc from 'fast-check';
import type { AnyEntityId, Context, RecordId } from '../../../src/kernel/index.ts';
import type { RecordKind, Trace } from '../../../src/trace/index.ts';
import { fieldsByKind, kindNames, record } from '../../../src/trace/index.ts';

const ENTITIES = 40;
const INT32_MAX = 2_147_483_647;

/** A record before it is written; its fields are of whatever its kind has. */
export interface RawRecord {
  readonly kind: RecordKind;
  /** Microseconds since the record before. */
  readonly wait: number;
  readonly duration: number;
  readonly cause: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

const byStore: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  entity: fc.integer({ min: -1, max: ENTITIES - 1 }),
  count: fc.oneof(fc.integer({ min: -INT32_MAX - 1, max: INT32_MAX }), fc.nat(9)),
  micros: fc.nat(INT32_MAX),
  record: fc.integer({ min: -1, max: INT32_MAX }),
  flag: fc.boolean(),
  text: fc.oneof(fc.constantFrom('', 'web', 'shop', 'GET'), fc.string({ unit: 'grapheme', maxLength: 12 })),
  data: fc.oneof(
    fc.constantFrom({}, { layer: 'tcp', flag: 'SYN' }),
    fc.dictionary(
      fc.string({ maxLength: 3 }),
      fc.oneof(fc.string(), fc.integer(), fc.array(fc.string(), { maxLength: 3 })),
      {
        maxKeys: 3,
        noNullPrototype: true,
      },
    ),
  ),
};

export const rawRecord: fc.Arbitrary<RawRecord> = fc.nat(kindNames.length - 1).chain((kind) =>
  fc.record({
    kind: fc.constant(kindNames[kind]!),
    wait: fc.oneof(fc.constant(0), fc.nat(1_000), fc.constant(5_000_000_000)),
    duration: fc.oneof(fc.constant(0), fc.nat(INT32_MAX)),
    cause: fc.integer({ min: -1, max: 1_000_000 }),
    fields: fc.record(Object.fromEntries(fieldsByKind[kind]!.map(([name, store]) => [name, byStore[store]!]))),
  }),
);

/** Writes records through the door that the engine uses; returns when each began. */
export function write(trace: Trace, records: readonly RawRecord[], start = 0): readonly number[] {
  let now = start;
  return records.map(({ kind, wait, duration, cause, fields }) => {
    now += wait;
    const ctx = { sink: trace, now, cause: cause as RecordId, self: 0 as AnyEntityId };
    record(ctx as unknown as Context, kind, fields as never, duration);
    return now;
  });
}

/** Names for the entity numbers above. */
export function bindNames(trace: Trace, names: readonly { readonly path: string; readonly type: string }[]): void {
  trace.bindEntities(
    () => names.length,
    () => names,
  );
}
export const names = Array.from({ length: ENTITIES }, (_, id) => ({ path: `entity/${id}`, type: 'test.thing' }));
