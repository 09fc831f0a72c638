// From what a rule calls a destination to its cluster. Source: istio/istio:pilot/pkg/networking/core/route/route.go GetDestinationCluster,
// getHashForService at 1.31.
import type { VirtualServiceDestination } from '../../manifests/index.ts';
import type { PushContext, SidecarScope } from '../push/index.ts';
import { policyFor, ruleFor } from '../push/index.ts';
import type { MeshService } from '../registry/index.ts';
import type { RuleContext } from '../routing/index.ts';
import { istiodRetry, outboundCluster, retryOf } from '../routing/index.ts';
import { hashKeyOf } from './traffic-policy.ts';

/** One without a port means the service's only one, else the port that was dialled. */
export function destinationCluster(
  { host, subset, port }: VirtualServiceDestination,
  service: MeshService | undefined,
  dialled: number,
): string {
  if (host === '') return 'UnknownService';
  const only = service?.ports.length === 1 ? service.ports[0]?.port : undefined;
  return outboundCluster(port?.number ?? only ?? dialled, service?.aliasOf || host, subset);
}

export interface RuleContextParts {
  readonly push: PushContext;
  readonly scope: SidecarScope;
  readonly client: { readonly namespace: string; readonly labels: Readonly<Record<string, string>> };
  readonly port: number;
  readonly isTls: boolean;
  /** The service a destination's host names. */
  readonly serviceOf: (host: string) => MeshService | undefined;
}

/** What HTTP rules are compiled with, for one port of a client. */
export function ruleContext({ push, scope, client, port: dialled, isTls, serviceOf }: RuleContextParts): RuleContext {
  const { mesh } = push.registry;
  const { defaultHttpRetryPolicy: policy } = mesh.meshConfig;
  const own = istiodRetry(mesh);
  return {
    port: dialled,
    isTls,
    clusterOf: (destination) => destinationCluster(destination, serviceOf(destination.host), dialled),
    hashOf({ host, subset, port }) {
      const service = scope.byHostname.get(host);
      if (service === undefined) return undefined;
      const set = ruleFor(push.destinationRules.find(service, client.namespace), client);
      const part = set?.subsets.find(({ name }) => name === subset);
      return hashKeyOf(policyFor(set, port?.number ?? dialled, part).loadBalancer?.value);
    },
    retry: policy === undefined ? own : retryOf(policy, own),
    istiodRetry: own,
  };
}
