import type { JsonObject } from '../../json.ts';

/** Istio's CRDs have no defaults: an absent field means what its reader takes it for. */
export function virtualServiceDefaults(object: JsonObject): JsonObject {
  return object;
}
