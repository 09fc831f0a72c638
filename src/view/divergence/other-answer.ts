// What parting meant: the first request that was answered otherwise. Requests are paired by who asked for what and how often before,
// not by number: two futures of one past, and two meshes under one workload, send the same requests under different numbers.

import type { RunIndex } from '../run/run-index.ts';

/** A request of both runs by its `request` record, and how each ended: `200`, `503 UF`, `reset`; undefined: not yet. */
export interface OtherAnswer {
  /** Microseconds of the run: when the earlier of the two answers came. */
  readonly at: number;
  readonly inA: { readonly request: number; readonly result: string | undefined };
  readonly inB: { readonly request: number; readonly result: string | undefined };
}

interface Asked {
  readonly request: number;
  readonly response: number;
}

/** The first of them up to `until` (microseconds); undefined when each request that both runs send ends alike. Probes do not count. */
export function firstOtherAnswer(a: RunIndex, b: RunIndex, until: number): OtherAnswer | undefined {
  const inB = askedIn(b);
  let first: OtherAnswer | undefined;
  for (const [key, one] of askedIn(a)) {
    const other = inB.get(key);
    if (other === undefined) continue;
    const results = [resultOf(a, one, until), resultOf(b, other, until)] as const;
    if (results[0] === results[1]) continue;
    const at = Math.min(endOf(a, one), endOf(b, other));
    if (at > until || at >= (first?.at ?? Infinity)) continue;
    first = {
      at,
      inA: { request: one.request, result: results[0] },
      inB: { request: other.request, result: results[1] },
    };
  }
  return first;
}

/** Every request by the process that asks, what it asks for, and how often it did before. */
function askedIn({ trace, requests }: RunIndex): ReadonlyMap<string, Asked> {
  const counts = new Map<string, number>();
  const asked = new Map<string, Asked>();
  for (const { id, isProbe, response } of requests.entries.values()) {
    if (isProbe) continue;
    const { process, method, url } = trace.getAs(id, 'request');
    const what = `${trace.entity(process).path} ${method} ${url}`;
    const before = counts.get(what) ?? 0;
    counts.set(what, before + 1);
    asked.set(`${what} ${before}`, { request: id, response });
  }
  return asked;
}

function endOf({ trace }: RunIndex, { response }: Asked): number {
  return response < 0 ? Infinity : trace.timeOf(response);
}

function resultOf(index: RunIndex, asked: Asked, until: number): string | undefined {
  return endOf(index, asked) > until ? undefined : index.trace.getAs(asked.response, 'response').result;
}
