import type { JsonObject } from '../../json.ts';

/** The schema of the CRD holds every default: matches, path types, weights, groups and kinds. */
export function httpRouteDefaults(object: JsonObject): JsonObject {
  return object;
}
