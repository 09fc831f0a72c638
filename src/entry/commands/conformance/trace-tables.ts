// What a trace tells of requests, sorted once for all of them.
import type { AnyEntityId, RecordId } from '../../../kernel/index.ts';
import { readClientHello } from '../../../net/index.ts';
import type { Trace, TraceRecord } from '../../../trace/index.ts';

/** A workload's pod. */
export interface Backend {
  readonly name: string;
  readonly namespace: string;
  readonly pod: string;
}

export interface TraceTables {
  readonly connections: ReadonlyMap<AnyEntityId, TraceRecord<'connection'>>;
  readonly accepted: ReadonlyMap<AnyEntityId, TraceRecord<'accepted'>>;
  readonly secured: ReadonlyMap<AnyEntityId, TraceRecord<'secured'>>;
  /** By connection: what a client that greets with TLS calls its server. */
  readonly serverNames: ReadonlyMap<AnyEntityId, string>;
  /** The pod behind each process. */
  readonly pods: ReadonlyMap<AnyEntityId, Backend>;
  readonly of: (request: RecordId) => RequestRecords;
}

/** All that carries a request, in order. */
export interface RequestRecords {
  readonly packets: TraceRecord<'packet'>[];
  readonly served: TraceRecord<'served'>[];
  readonly responses: TraceRecord<'response'>[];
  readonly decisions: TraceRecord<'decision'>[];
  readonly logs: TraceRecord<'log'>[];
}

const known = new WeakMap<Trace, { readonly length: number; readonly tables: TraceTables }>();

export function tablesOf(trace: Trace): TraceTables {
  const last = known.get(trace);
  if (last?.length === trace.length) return last.tables;
  const tables = read(trace);
  known.set(trace, { length: trace.length, tables });
  return tables;
}

function read(trace: Trace): TraceTables {
  const connections = new Map<AnyEntityId, TraceRecord<'connection'>>();
  for (const record of trace.select(['connection'])) connections.set(record.connection, record);
  const accepted = new Map<AnyEntityId, TraceRecord<'accepted'>>();
  for (const record of trace.select(['accepted'])) accepted.set(record.connection, record);
  const secured = new Map<AnyEntityId, TraceRecord<'secured'>>();
  for (const record of trace.select(['secured'])) secured.set(record.connection, record);
  const serverNames = new Map<AnyEntityId, string>();
  const requests = new Map<RecordId, RequestRecords>();
  const of = (request: RecordId): RequestRecords => {
    let records = requests.get(request);
    if (records === undefined)
      requests.set(request, (records = { packets: [], served: [], responses: [], decisions: [], logs: [] }));
    return records;
  };
  for (const record of trace.select(['packet', 'served', 'response', 'decision', 'log'])) {
    if (record.kind === 'packet' && !serverNames.has(record.connection)) {
      const hello = readClientHello(record.message);
      if (hello !== undefined) serverNames.set(record.connection, hello.sni);
    }
    if (record.request < 0) continue;
    const records = of(record.request);
    switch (record.kind) {
      case 'packet':
        records.packets.push(record);
        break;
      case 'served':
        records.served.push(record);
        break;
      case 'response':
        records.responses.push(record);
        break;
      case 'decision':
        records.decisions.push(record);
        break;
      case 'log':
        records.logs.push(record);
        break;
    }
  }
  return { connections, accepted, secured, serverNames, pods: podsOf(trace), of };
}

function podsOf(trace: Trace): ReadonlyMap<AnyEntityId, Backend> {
  const pods = new Map<AnyEntityId, Backend>();
  for (const { pod, namespace, name, workload } of trace.select(['pod']))
    pods.set(pod, { name: workload.slice(workload.indexOf('/') + 1), namespace, pod: name });
  const processes = new Map<AnyEntityId, Backend>();
  for (const { pod, process } of trace.select(['container'])) {
    const backend = pods.get(pod);
    if (backend !== undefined) processes.set(process, backend);
  }
  return processes;
}
