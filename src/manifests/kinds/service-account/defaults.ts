import type { JsonObject } from '../../json.ts';

/** The API server adds nothing to a ServiceAccount; its tokens are made when pods ask for them. */
export function serviceAccountDefaults(serviceAccount: JsonObject): JsonObject {
  return serviceAccount;
}
