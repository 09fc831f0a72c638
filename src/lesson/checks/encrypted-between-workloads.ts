// Nothing travels between pods but inside mutual TLS. Whether the request was then allowed is another question: what was sent was seen.
import * as v from 'valibot';
import type { SentenceKey } from '../model/index.ts';
import type { PodConnection } from '../../explore/index.ts';
import { connectionsBetweenPods, isAmong } from '../../explore/index.ts';
import { duration, workloads } from '../schema.ts';
import { defineCheck } from './check.ts';

export const encryptedBetweenWorkloads = defineCheck({
  id: 'encrypted-between-workloads',
  parameters: v.strictObject({
    /** Both ends of a connection are among these. */
    among: v.pipe(v.array(workloads), v.minLength(1)),
    /** Connections whose first message left earlier are not judged. Default 0s. */
    after: v.optional(duration, '0s'),
  }),
  evaluate: (trace, { among, after }) =>
    connectionsBetweenPods(trace)
      .filter(({ client, server, isWithinPod }) => !isWithinPod && isAmong(client, among) && isAmong(server, among))
      .filter((connection) => connection.first.at >= after && !isMutual(connection))
      .map((connection) => ({
        record: connection.first.id,
        sentence: sentenceFor(connection),
        params: { client: connection.client.name, server: connection.server.name },
      })),
});

function isMutual(connection: PodConnection): boolean {
  return connection.first.encrypted && connection.clientIdentity !== '' && connection.serverIdentity !== '';
}

function sentenceFor(connection: PodConnection): SentenceKey {
  if (connection.first.encrypted) return 'plaintext.one-way-tls';
  const { isClientRedirected, isServerRedirected } = connection;
  if (isClientRedirected) return isServerRedirected ? 'plaintext.both-inside' : 'plaintext.server-outside';
  return isServerRedirected ? 'plaintext.client-outside' : 'plaintext.both-outside';
}
