// Pieces that the schemas of lesson files share.
import * as v from 'valibot';
import { parseDuration } from '../scenario/index.ts';

/** A duration as written, read as microseconds. */
export const duration = v.pipe(
  v.string(),
  v.check((text) => parseDuration(text) !== undefined, 'a duration such as 5ms, 1.5s or 2m'),
  v.transform((text): number => parseDuration(text) ?? 0),
);

export const count = v.pipe(v.number(), v.integer(), v.minValue(1));
export const name = v.pipe(v.string(), v.minLength(1));

/** `namespace/workload`. */
export const workload = v.pipe(v.string(), v.regex(/^[a-z0-9.-]+\/[a-z0-9.-]+$/, 'namespace/workload'));

/** `namespace/workload`, or `namespace/*` for every workload of a namespace. */
export const workloads = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9.-]+\/([a-z0-9.-]+|\*)$/, 'namespace/workload or namespace/*'),
);
