// How istiod keeps what it deploys for Gateways as it should be: what it asks the API server for, and what it remembers of that.
import type { PersistentMap } from '../../kernel/index.ts';
import type { ApiMessage } from '../../kube/index.ts';
import type { Resource, ResourceRef } from '../../manifests/index.ts';
import { identityOf, refOf } from '../../manifests/index.ts';

export interface Deployed {
  readonly owner: ResourceRef;
  readonly resource: Resource;
  /** Equal for equal contents. */
  readonly digest: number;
}

/** By object key, the digest of what was applied last. */
export type DeployedDigests = PersistentMap<number>;

type DeploymentWrite = Extract<ApiMessage, { readonly type: 'create' | 'update' }>;

/** What istiod asks the API server for, and what it remembers of that. What a deleted Gateway owned goes with it. */
export function deploymentWrites(
  wanted: readonly Deployed[],
  isThere: (ref: ResourceRef) => boolean,
  digests: DeployedDigests,
): { readonly writes: readonly DeploymentWrite[]; readonly digests: DeployedDigests } {
  let next = digests;
  const writes = wanted.flatMap(({ owner, resource, digest }): readonly DeploymentWrite[] => {
    const key = identityOf(resource);
    if (digests.get(key) === digest) return [];
    next = next.with(key, digest);
    return isThere(refOf(resource))
      ? [{ type: 'update', resource, actor: 'istiod' }]
      : [{ type: 'create', resource, owner, actor: 'istiod', revision: 0 }];
  });
  const keys = new Set(wanted.map(({ resource }) => identityOf(resource)));
  for (const [key] of digests.entries()) if (!keys.has(key)) next = next.without(key);
  return { writes, digests: next };
}
