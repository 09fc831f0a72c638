// What a shared state looks like in a link or a file: the shape of its JSON. Whatever comes from outside passes through here.
import * as v from 'valibot';
import type { Deviation } from '../../explore/port.ts';
import type { Intervention } from '../../scenario/port.ts';

/** A day, in microseconds: no run is longer. */
const AT_MAX = 86_400_000_000;
const text = v.pipe(v.string(), v.maxLength(2_000));
const at = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(AT_MAX));
const whole = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000_000));
const span = v.pipe(v.number(), v.integer(), v.minValue(-AT_MAX), v.maxValue(AT_MAX));

/** Files as they stand in order: path, and which of the texts; -1: as in the base. */
const files = v.pipe(v.array(v.tuple([text, v.pipe(v.number(), v.integer(), v.minValue(-1))])), v.maxLength(200));

const between = v.tuple([text, text]);
const container = v.optional(text);
const withContainer = <K extends string>(kind: K) =>
  v.pipe(
    v.object({ kind: v.literal(kind), workload: text, container }),
    v.transform((found) => ({ kind: found.kind, workload: found.workload, container: found.container })),
  );
const intervention: v.GenericSchema<unknown, Intervention> = v.union([
  v.object({ kind: v.picklist(['kill', 'expire', 'roll']), workload: text }),
  withContainer('restart'),
  withContainer('pause'),
  v.pipe(
    v.object({ kind: v.literal('slow'), workload: text, container, by: span }),
    v.transform((found) => ({ kind: found.kind, workload: found.workload, container: found.container, by: found.by })),
  ),
  v.object({ kind: v.picklist(['cordon', 'uncordon', 'drain', 'lose', 'reboot']), node: text }),
  v.object({ kind: v.literal('skew'), node: text, by: span }),
  v.object({ kind: v.literal('delay'), between, by: span }),
  v.object({ kind: v.literal('drop'), between, percent: v.pipe(v.number(), v.minValue(0), v.maxValue(100)) }),
  v.object({ kind: v.picklist(['duplicate', 'partition']), between }),
  v.object({ kind: v.literal('condition'), workload: text, condition: text, isTrue: v.boolean() }),
  v.object({ kind: v.literal('heal'), what: text }),
  v.object({ kind: v.literal('scale'), workload: text, replicas: whole }),
  v.object({ kind: v.literal('upgrade'), workload: text, to: text }),
]);

const action = v.variant('kind', [
  v.object({ kind: v.literal('apply'), files }),
  v.object({ kind: v.literal('kill-pod'), namespace: text, name: text }),
  v.object({ kind: v.literal('intervene'), intervention }),
  v.object({
    kind: v.literal('send-request'),
    from: v.object({ namespace: text, pod: text }),
    url: text,
    count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)),
    method: v.pipe(v.string(), v.regex(/^[A-Z]{1,20}$/)),
  }),
]);

const fork = v.object({
  id: whole,
  name: v.pipe(v.string(), v.maxLength(200)),
  parent: whole,
  at,
  deeds: v.pipe(v.array(v.object({ at, action })), v.maxLength(500)),
  files,
});

const deviation: v.GenericSchema<unknown, Deviation> = v.object({
  path: text,
  purpose: v.picklist(['latency', 'timer']),
  draw: whole,
  wait: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(AT_MAX)),
});

export const stateSchema = v.object({
  /** Every text that is not the base's, once. */
  texts: v.pipe(v.array(v.string()), v.maxLength(1_000)),
  mode: v.picklist(['labels', 'none', 'sidecar', 'ambient']),
  schedule: v.optional(whole),
  luck: v.optional(v.pipe(v.array(deviation), v.maxLength(2_000))),
  /** What runs from its beginning, and what is in the editor. */
  source: files,
  edited: files,
  forks: v.pipe(v.array(fork), v.minLength(1), v.maxLength(50)),
  shown: whole,
  at,
  record: v.optional(whole),
  panel: v.optional(text),
  /** Links made before worlds could be linked to have none. */
  compared: v.optional(v.object({ worlds: v.pipe(v.array(text), v.maxLength(20)), at })),
});

export type StoredState = v.InferOutput<typeof stateSchema>;
