// What somebody sees who listens at three places: inside a pod, at its network interface, at the node's. Counted are the messages of
// the given workloads' connections; probes, DNS and the control plane are left out, handshakes and bare TCP packets as well.
// A connection that stays on the loopback of a pod is seen inside it only; one that stays on a node never reaches the node's interface.
import * as v from 'valibot';
import type { Trace, TraceRecord } from '../../trace/index.ts';
import { isAmong, isData, podsOf } from '../../explore/index.ts';
import type { SentenceKey } from '../model/index.ts';
import { workloads } from '../schema.ts';
import { defineMeasure } from './measure.ts';

const places: readonly { readonly label: SentenceKey; readonly links: readonly string[] }[] = [
  { label: 'eavesdropper.pod-loopback', links: ['loopback'] },
  { label: 'eavesdropper.pod-interface', links: ['node', 'network'] },
  { label: 'eavesdropper.node-interface', links: ['network'] },
];

export const eavesdropper = defineMeasure({
  id: 'eavesdropper',
  parameters: v.strictObject({ among: v.pipe(v.array(workloads), v.minLength(1)) }),
  evaluate(trace, { among }) {
    const messages = messagesByLink(trace, among);
    return {
      columns: ['eavesdropper.place', 'eavesdropper.readable', 'eavesdropper.ciphertext'],
      rows: places.map(({ label, links }) => {
        const seen = links.flatMap((link) => messages.get(link) ?? []);
        const readable = seen.filter((packet) => !packet.encrypted);
        return {
          label,
          values: [readable.length, seen.length - readable.length],
          example: (readable[0] ?? seen[0])?.id,
        };
      }),
    };
  },
});

type Packet = TraceRecord<'packet'>;

function messagesByLink(trace: Trace, among: readonly string[]): ReadonlyMap<string, readonly Packet[]> {
  const pods = podsOf(trace);
  const linkOf = new Map<Packet['connection'], string>();
  const messages = new Map<string, Packet[]>();
  for (const record of trace.select(['connection', 'packet'])) {
    if (record.kind === 'connection') {
      const client = pods.inside(record.client);
      const server = pods.inside(record.server);
      const isOurs = client !== undefined && server !== undefined && isAmong(client, among) && isAmong(server, among);
      if (isOurs) linkOf.set(record.connection, record.link);
      continue;
    }
    const link = linkOf.get(record.connection);
    if (link === undefined || !isData(record.message)) continue;
    const list = messages.get(link);
    if (list === undefined) messages.set(link, [record]);
    else list.push(record);
  }
  return messages;
}
