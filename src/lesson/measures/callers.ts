// Who a workload has been called by, as its side of the connections knows: one row for each identity that a handshake proved.
import * as v from 'valibot';
import { connectionsBetweenPods } from '../../explore/index.ts';
import { workload } from '../schema.ts';
import { defineMeasure } from './measure.ts';

export const callers = defineMeasure({
  id: 'callers',
  parameters: v.strictObject({ to: workload }),
  evaluate(trace, { to }) {
    const rows = new Map<string, { count: number; example: number }>();
    for (const { server, isWithinPod, clientIdentity, first } of connectionsBetweenPods(trace)) {
      if (isWithinPod || server.workload !== to) continue;
      rows.set(clientIdentity, { count: (rows.get(clientIdentity)?.count ?? 0) + 1, example: first.id });
    }
    return {
      columns: ['callers.identity', 'callers.connections'],
      rows: [...rows].map(([identity, { count, example }]) =>
        identity === ''
          ? { label: 'callers.nobody', values: [count], example }
          : { label: 'callers.who', params: { identity: identity.replace('spiffe://', '') }, values: [count], example },
      ),
    };
  },
});
