// Connections between pods that carried something: who, over which link, and how the first message travelled.
// Probes, the control plane and DNS have no pod on one side, or none that a lesson names; they are not among them.
import type { Trace, TraceRecord, WireMessage } from '../trace/index.ts';
import type { Pod } from './pods.ts';
import { Pods } from './pods.ts';

export interface PodConnection {
  readonly client: Pod;
  readonly server: Pod;
  readonly isWithinPod: boolean;
  readonly link: string;
  /** Address of the client as the server's kernel sees it. */
  readonly source: string;
  /** SPIFFE IDs that the handshake proved; '' without one. */
  readonly clientIdentity: string;
  readonly serverIdentity: string;
  /** Whether redirect rules stood in the client's and in the server's namespace when the first message left. */
  readonly isClientRedirected: boolean;
  readonly isServerRedirected: boolean;
  /** The first packet with somebody's data in it, and whether it was encrypted. */
  readonly first: TraceRecord<'packet'>;
}

/** Whether a message carries data of an application, or of a tunnel for one: neither TCP's own packets nor a handshake's. */
export function isData(message: WireMessage): boolean {
  return message.layer !== 'tcp' && message.layer !== 'tls';
}

type ConnectionOf = TraceRecord<'connection'>['connection'];

/** Connections with a pod at both ends, in the order of their first messages. */
export function connectionsBetweenPods(trace: Trace): readonly PodConnection[] {
  const pods = new Pods();
  const dialled = new Map<ConnectionOf, TraceRecord<'connection'>>();
  const secured = new Map<ConnectionOf, TraceRecord<'secured'>>();
  const found = new Map<ConnectionOf, PodConnection>();
  for (const record of trace.select(['pod', 'netns', 'rules', 'connection', 'secured', 'packet'])) {
    if (record.kind === 'connection') dialled.set(record.connection, record);
    else if (record.kind === 'secured') secured.set(record.connection, record);
    else if (record.kind !== 'packet') pods.read(record);
    else if (isData(record.message) && !found.has(record.connection)) {
      const dial = dialled.get(record.connection);
      const client = dial && pods.inside(dial.client);
      const server = dial && pods.inside(dial.server);
      if (dial === undefined || client === undefined || server === undefined) continue;
      const handshake = secured.get(record.connection);
      found.set(record.connection, {
        client,
        server,
        isWithinPod: dial.client === dial.server,
        link: dial.link,
        source: dial.source,
        clientIdentity: handshake?.client ?? '',
        serverIdentity: handshake?.server ?? '',
        isClientRedirected: pods.isRedirected(dial.client),
        isServerRedirected: pods.isRedirected(dial.server),
        first: record,
      });
    }
  }
  return [...found.values()];
}
