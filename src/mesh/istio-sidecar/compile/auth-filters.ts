// The filters of a sidecar's inbound side that may refuse.
import type { AuthFilters } from '../../authz/index.ts';
import { compileAuthFilters } from '../../authz/index.ts';
import { sortedByAge } from '../../age.ts';
import type { Registry } from '../../registry/index.ts';
import { meshServices } from '../../registry/index.ts';

export function authFiltersFor(
  registry: Registry,
  node: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
): AuthFilters {
  const parts = {
    authorizationPolicies: sortedByAge(registry.authorizationPolicies),
    requestAuthentications: sortedByAge(registry.requestAuthentications),
    hosts: meshServices(registry),
  };
  return compileAuthFilters(parts, { namespace: node.namespace, labels: node.labels }, registry.mesh);
}
