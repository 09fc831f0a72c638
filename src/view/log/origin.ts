// The manifest line behind a record.

import type { MaybeOrigin, Origin } from '../../trace/index.ts';

/** Whether a manifest line stands behind something. */
export function hasOrigin(origin: MaybeOrigin): origin is Origin {
  return 'path' in origin;
}

/** `route.yaml:15`; empty when no manifest line stands behind it. */
export function originLabel(origin: MaybeOrigin): string {
  return hasOrigin(origin) ? `${origin.path}:${origin.range[0]}` : '';
}
