// The filters of a sidecar's inbound side that may refuse.
import type { AuthFilters } from '../../authz/index.ts';
import { compileAuthFilters } from '../../authz/index.ts';
import { sortedByAge } from '../../age.ts';
import type { Registry } from '../../registry/index.ts';
import { meshServices } from '../../registry/index.ts';
import { RememberedByName } from '../../remembered.ts';

export function authFiltersFor(
  registry: Registry,
  node: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> },
): AuthFilters {
  const { authorizationPolicies, requestAuthentications, mesh } = registry;
  const { namespace, labels } = node;
  const hosts = meshServices(registry);
  return made.get(
    authorizationPolicies,
    JSON.stringify([namespace, labels]),
    [requestAuthentications, hosts, mesh],
    () => {
      const parts = {
        authorizationPolicies: sortedByAge(authorizationPolicies),
        requestAuthentications: sortedByAge(requestAuthentications),
        hosts,
      };
      return compileAuthFilters(parts, { namespace, labels }, mesh);
    },
  );
}

const made = new RememberedByName<Registry['authorizationPolicies'], AuthFilters>();
