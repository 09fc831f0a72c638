// Pods that talk often do not get to know each other each time: few TLS handshakes between any two of them.
import * as v from 'valibot';
import { podsOf } from '../../explore/index.ts';
import { count, workload } from '../schema.ts';
import type { Violation } from './check.ts';
import { defineCheck } from './check.ts';

export const handshakesPerPair = defineCheck({
  id: 'handshakes-per-pair',
  parameters: v.strictObject({ from: workload, to: workload, atMost: count }),
  evaluate(trace, { from, to, atMost }) {
    const pods = podsOf(trace);
    const pairs = new Map<number, string>();
    const made = new Map<string, number>();
    const violations: Violation[] = [];
    for (const record of trace.select(['connection', 'secured'])) {
      if (record.kind === 'connection') {
        const client = pods.inside(record.client);
        const server = pods.inside(record.server);
        if (client?.workload === from && server?.workload === to)
          pairs.set(record.connection, `${client.name} → ${server.name}`);
        continue;
      }
      const pair = pairs.get(record.connection);
      if (pair === undefined) continue;
      const handshakes = (made.get(pair) ?? 0) + 1;
      made.set(pair, handshakes);
      if (handshakes === atMost + 1)
        violations.push({ record: record.id, sentence: 'handshakes.too-many', params: { pair, atMost } });
    }
    return violations;
  },
});
