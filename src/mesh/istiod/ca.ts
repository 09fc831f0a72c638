// istiod's certificate authority: who may have which identity. Pure; the signature takes time elsewhere.
// Source: istio/istio:security/pkg/server/ca/server.go and node_auth.go at 1.31.
import type { PersistentMap } from '../../kernel/index.ts';
import type { StoredObject } from '../../kube/index.ts';
import { isKind } from '../../manifests/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { parseSpiffe, spiffeId } from '../identity/index.ts';
import type { XdsNode } from '../xds/index.ts';

export type CsrVerdict = { readonly granted: true } | { readonly granted: false; readonly reason: string };

/** The node agents that may ask for others' identities (CA_TRUSTED_NODE_ACCOUNTS of the ambient profile). */
const trustedNodeAccounts: readonly string[] = ['istio-system/ztunnel'];

/**
 * Whether a proxy gets a certificate for `identity`: its own always; a ztunnel's only for a service account that has a pod
 * on the ztunnel's own node. The caller sees `Unauthenticated` without the reason, which stays in istiod's log.
 */
export function judgeCsr(
  identity: string,
  caller: XdsNode,
  objects: PersistentMap<StoredObject>,
  mesh: MeshConfiguration,
): CsrVerdict {
  const own = spiffeId(mesh.meshConfig.trustDomain, caller.namespace, caller.serviceAccount);
  if (identity === own) return { granted: true };
  if (!trustedNodeAccounts.includes(`${caller.namespace}/${caller.serviceAccount}`)) {
    return { granted: false, reason: `${caller.namespace}/${caller.serviceAccount} is not allowed to impersonate` };
  }
  const wanted = parseSpiffe(identity);
  const isOfIdentity = ({ resource, status }: StoredObject): boolean =>
    isKind(resource, 'Pod') &&
    status?.kind === 'Pod' &&
    status.nodeName === caller.node &&
    status.phase !== 'Failed' &&
    resource.metadata.namespace === wanted?.namespace &&
    (resource.spec.serviceAccountName ?? 'default') === wanted.serviceAccount;
  if (!objects.some(isOfIdentity))
    return { granted: false, reason: `no instances of ${identity} found on node ${caller.node}` };
  return { granted: true };
}
