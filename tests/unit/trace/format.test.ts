// The stable text forms of records.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { causeChain, recordToJson, recordToLine, Trace } from '../../../src/trace/index.ts';
import { bindNames, names, rawRecord, write } from './arbitrary-record.ts';

function made(records: Parameters<typeof write>[1]): Trace {
  const trace = new Trace();
  bindNames(trace, names);
  write(trace, records);
  return trace;
}

describe('a record', () => {
  const trace = made([
    { kind: 'marker', wait: 5, duration: 0, cause: -1, fields: { name: 'start' } },
    {
      kind: 'packet',
      wait: 5,
      duration: 120,
      cause: 0,
      fields: {
        connection: 3,
        toServer: true,
        message: { layer: 'tcp', flag: 'SYN' },
        request: -1,
        stream: 0,
        encrypted: false,
      },
    },
    { kind: 'rules', wait: 0, duration: 0, cause: 1, fields: { netns: -1, set: 'istio output', rules: 4 } },
  ]);

  test('as a line names entities by path and leaves record numbers out', () => {
    expect([0, 1, 2].map((id) => recordToLine(trace, trace.get(id)))).toEqual([
      '5+0 marker name=start',
      '10+120 packet connection=entity/3 toServer=true message={"layer":"tcp","flag":"SYN"} stream=0 encrypted=false',
      '10+0 rules netns=- set=istio output rules=4',
    ]);
  });

  test('as JSON says null where there is nothing', () => {
    expect([0, 1, 2].map((id) => recordToJson(trace, trace.get(id)))).toEqual([
      { id: 0, at: 5, kind: 'marker', cause: null, name: 'start' },
      {
        id: 1,
        at: 10,
        kind: 'packet',
        cause: 0,
        duration: 120,
        connection: 'entity/3',
        toServer: true,
        message: { layer: 'tcp', flag: 'SYN' },
        request: null,
        stream: 0,
        encrypted: false,
      },
      { id: 2, at: 10, kind: 'rules', cause: 1, netns: null, set: 'istio output', rules: 4 },
    ]);
  });

  test('follows from its chain of causes', () => {
    expect(causeChain(trace, 2)).toEqual([0, 1, 2]);
    expect(causeChain(trace, 0)).toEqual([0]);
  });
});

test('a record of any kind has both forms, and JSON survives JSON', () => {
  fc.assert(
    fc.property(fc.array(rawRecord, { minLength: 1, maxLength: 5 }), (records) => {
      const trace = made(records);
      for (let id = 0; id < trace.length; id += 1) {
        const json = recordToJson(trace, trace.get(id));
        expect(JSON.parse(JSON.stringify(json))).toEqual(json);
        expect(recordToLine(trace, trace.get(id))).toContain(`${trace.timeOf(id)}+${trace.durationOf(id)} `);
      }
    }),
  );
});
