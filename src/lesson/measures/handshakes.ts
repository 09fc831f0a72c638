// What requests between two workloads cost in connections: how many were asked, how many TCP connections went from pod to pod for
// them, and how many TLS handshakes. Connections within a pod are not counted.
import * as v from 'valibot';
import { podsOf } from '../../explore/index.ts';
import { name, workload } from '../schema.ts';
import { defineMeasure } from './measure.ts';

export const handshakes = defineMeasure({
  id: 'handshakes',
  parameters: v.strictObject({
    from: workload,
    to: workload,
    /** Requests whose URL begins like this. */
    url: name,
  }),
  evaluate(trace, { from, to, url }) {
    const pods = podsOf(trace);
    const asked: number[] = [];
    const connections = new Map<number, number>();
    const secured: number[] = [];
    for (const record of trace.select(['request', 'connection', 'secured'])) {
      if (record.kind === 'request') {
        if (record.url.startsWith(url) && pods.inside(record.netns)?.workload === from) asked.push(record.id);
      } else if (record.kind === 'connection') {
        const isTheirs = pods.inside(record.client)?.workload === from && pods.inside(record.server)?.workload === to;
        if (isTheirs) connections.set(record.connection, record.id);
      } else if (connections.has(record.connection)) secured.push(record.id);
    }
    const dialled = [...connections.values()];
    return {
      columns: ['handshakes.what', 'handshakes.count'],
      rows: [
        { label: 'handshakes.asked', values: [asked.length], example: asked.at(-1) },
        { label: 'handshakes.connections', values: [dialled.length], example: dialled.at(-1) },
        { label: 'handshakes.tls', values: [secured.length], example: secured.at(-1) },
      ],
    };
  },
});
