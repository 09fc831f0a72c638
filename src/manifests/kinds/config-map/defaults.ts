import type { JsonObject } from '../../json.ts';

/** The API server adds nothing to a ConfigMap. */
export function configMapDefaults(configMap: JsonObject): JsonObject {
  return configMap;
}
