// Writes a trace by hand, for predicates over traces: only the fields that matter are given.
import type { Fields, RecordKind } from '../../../src/trace/index.ts';
import { fieldsByKind, kindNames, Trace } from '../../../src/trace/index.ts';

/** A trace of two shop pods, `web-1` (in netns 1) and `orders-1` (in netns 2), and a node's own netns 3. */
export class TraceWriter {
  readonly trace = new Trace();

  constructor() {
    for (const [pod, netns, workload] of [
      [11, 1, 'web'],
      [12, 2, 'orders'],
    ] as const) {
      const fields = {
        pod,
        namespace: 'shop',
        name: `${workload}-1`,
        workload: `Deployment/${workload}`,
        phase: 'Running',
        ready: true,
      };
      this.write('pod', 0, fields); // entity numbers made up here
      this.write('netns', 0, { netns, pod });
    }
    this.write('netns', 0, { netns: 3, pod: -1 });
  }

  /** Appends a record at `at` milliseconds and returns its number; fields left out are empty, 0 or false. */
  write<K extends RecordKind>(
    kind: K,
    at: number,
    fields: Partial<Fields<K>> | Readonly<Record<string, unknown>>,
  ): number {
    const number = kindNames.indexOf(kind);
    const empty = { text: '', data: {}, flag: false, count: 0, micros: 0, entity: -1, record: -1 } as const;
    const all = Object.fromEntries((fieldsByKind[number] ?? []).map(([name, store]) => [name, empty[store]]));
    return this.trace.write(number, at * 1_000, 0, -1 as never, { ...all, ...fields });
  }

  /** A connection with one message on it; returns the message's record. */
  call(
    at: number,
    connection: number,
    options: { client?: number; server?: number; link?: string; secured?: readonly [string, string] } = {},
  ): number {
    const { client = 1, server = 2, link = 'network', secured } = options;
    this.write('connection', at, { connection, client, server, link, source: '10.0.0.1:40000' });
    this.write('packet', at, { connection, message: { layer: 'tcp', flag: 'SYN' } });
    if (secured !== undefined) this.write('secured', at, { connection, client: secured[0], server: secured[1] });
    const message = { layer: 'bytes', what: 'hello' };
    return this.write('packet', at + 1, { connection, toServer: true, message, encrypted: secured !== undefined });
  }

  request(at: number, answer: { after: number; ok: boolean } | undefined): number {
    const request = this.write('request', at, { netns: 1, url: 'http://orders:8080/cart' });
    if (answer === undefined) return request;
    const { after, ok } = answer;
    return this.write('response', at + after, { request, ok, result: ok ? '200' : '503' });
  }
}
