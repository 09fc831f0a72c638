// The trace store against an array of objects, and what a slice costs on its way to the page.
import type { AnyEntityId, Context, RecordId } from '../../src/kernel/index.ts';
import type { WireMessage } from '../../src/trace/index.ts';
import { record, Trace } from '../../src/trace/index.ts';
import { ObjectTrace } from './baseline/object-trace.ts';
import type { Contestant } from './measure.ts';
import { race } from './measure.ts';
import type { Report } from './report.ts';

const RECORDS = 500_000;
const CHUNK = 65_536;
const messages: readonly WireMessage[] = (['SYN', 'SYN-ACK', 'ACK', 'FIN', 'RST'] as const).map((flag) => ({
  layer: 'tcp',
  flag,
}));

export function benchTrace(report: Report): void {
  report.section('Trace: append a packet record');
  const [objects, chunks, typed] = race([objectTrace, rawRows, typedRecords]);
  report.rates('append', [objects!, chunks!, typed!]);
  report.gate('append: chunks / array of objects', chunks!.ratio, 2);
  report.section('Trace: 65,536 records to another thread and back');
  report.rates('slices', race([clonedObjects, transferredSlice], 5));
}

const objectTrace: Contestant = {
  name: 'array of objects',
  count: RECORDS,
  prepare() {
    const trace = new ObjectTrace();
    return () => fillObjects(trace, RECORDS);
  },
};

function fillObjects(trace: ObjectTrace, count: number): void {
  for (let index = 0; index < count; index += 1) {
    trace.append({
      at: index * 3,
      duration: index & 255,
      kind: 'packet',
      cause: index - 1,
      connection: index & 1_023,
      toServer: (index & 1) === 0,
      message: messages[index % 5]!,
      request: index >> 3,
      stream: 1,
      encrypted: false,
    });
  }
}

/** The sink as the kernel knows it: rows of numbers. */
const rawRows: Contestant = {
  name: 'chunks',
  count: RECORDS,
  prepare() {
    const trace = new Trace();
    return () => {
      const operands = new Int32Array(8);
      const row = { kind: 12, time: 0, duration: 0, cause: -1 as RecordId, operands };
      const numbers = messages.map((message) => trace.data(message));
      for (let index = 0; index < RECORDS; index += 1) {
        row.time = index * 3;
        row.duration = index & 255;
        row.cause = (index - 1) as RecordId;
        operands[0] = index & 1_023;
        operands[1] = index & 1;
        operands[2] = numbers[index % 5]!;
        operands[3] = index >> 3;
        operands[4] = 1;
        operands[5] = 0;
        trace.append(row);
      }
    };
  },
};

/** The door that rooms use: fields by name, checked by type. */
const typedRecords: Contestant = {
  name: 'chunks, by record()',
  count: RECORDS,
  prepare() {
    const trace = new Trace();
    return () => fillTyped(trace, RECORDS);
  },
};

function fillTyped(trace: Trace, count: number): void {
  const ctx = { sink: trace, now: 0, cause: -1 };
  for (let index = 0; index < count; index += 1) {
    ctx.now = index * 3;
    ctx.cause = index - 1;
    record(
      ctx as unknown as Context, // a writer needs no more of a context
      'packet',
      {
        connection: (index & 1_023) as AnyEntityId,
        toServer: (index & 1) === 0,
        message: messages[index % 5]!,
        request: (index >> 3) as RecordId,
        stream: 1,
        encrypted: false,
      },
      index & 255,
    );
  }
}

const clonedObjects: Contestant = {
  name: 'objects, cloned',
  count: CHUNK,
  prepare() {
    const trace = new ObjectTrace();
    fillObjects(trace, CHUNK);
    return () => void structuredClone(trace.records);
  },
};

const transferredSlice: Contestant = {
  name: 'slice, transferred and received',
  count: CHUNK,
  prepare() {
    const trace = new Trace();
    const there = new Trace();
    fillTyped(trace, CHUNK);
    return () => {
      const slice = trace.slice(0, { texts: 0, data: 0, entities: 0 });
      const columns = [slice.times, slice.durations, slice.kinds, slice.causes, slice.operands];
      there.receive(structuredClone(slice, { transfer: columns.map((column) => column.buffer as ArrayBuffer) }));
    };
  },
};
