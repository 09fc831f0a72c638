// The server knows who called it: every connection that reached it proved the client's own identity.
import * as v from 'valibot';
import { connectionsBetweenPods } from '../../explore/index.ts';
import { duration, name, workload } from '../schema.ts';
import type { Violation } from './check.ts';
import { defineCheck } from './check.ts';

export const peerIdentity = defineCheck({
  id: 'peer-identity',
  parameters: v.strictObject({
    from: workload,
    to: workload,
    /** The SPIFFE ID that the server must have seen. */
    identity: name,
    /** Default 0s. */
    after: v.optional(duration, '0s'),
  }),
  evaluate(trace, { from, to, identity, after }) {
    const calls = connectionsBetweenPods(trace).filter(
      ({ client, server, isWithinPod, first }) =>
        !isWithinPod && client.workload === from && server.workload === to && first.at >= after,
    );
    if (calls.length === 0) return [{ record: undefined, sentence: 'identity.nobody', params: { from, to } }];
    return calls
      .filter((call) => call.clientIdentity !== identity)
      .map(({ server, source, clientIdentity, first }): Violation => {
        const params = { server: server.name, address: source, seen: clientIdentity, expected: identity };
        return { record: first.id, sentence: clientIdentity === '' ? 'identity.unknown' : 'identity.other', params };
      });
  },
});
