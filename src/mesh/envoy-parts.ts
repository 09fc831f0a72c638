// Envoys and what compiles their configuration are half of the engine, and a cluster may have none. So they come apart: the page's worker
// fetches them once the first picture stands, every other entry provides them as it starts. What is here is all that is known of them.
import { assert } from '../kernel/index.ts';
import type { BalancerParts, Exec, LateParts } from '../kube/index.ts';
import { provideBalancers, provideLateParts } from '../kube/index.ts';
import type { Crds } from '../manifests/index.ts';
import { provideCrds } from '../manifests/index.ts';
import type { DecisionInput, Explanation } from '../trace/index.ts';
import type { injectionError, injectPod } from './injection/index.ts';
import type { Compiler, GatewayApiController } from './istiod/index.ts';
import type { beginProxy } from './proxy-process.ts';

export interface EnvoyParts {
  /** What Envoys do is written in custom resources for the most part. */
  readonly crds: Crds;
  /** Load balancers stand before gateways as a rule, and come with them. */
  readonly balancers: BalancerParts;
  /** So does what else few first pictures need of Kubernetes. */
  readonly kubernetes: LateParts;
  readonly beginProxy: typeof beginProxy;
  explain(point: string, input: DecisionInput, content: object | undefined): Explanation | undefined;
  /** Commands of pilot-agent in a proxy's container. */
  readonly exec: Exec;
  /** What a webhook answers: pods with a proxy are the only ones that come to it. */
  readonly injector: { readonly injectionError: typeof injectionError; readonly injectPod: typeof injectPod };
  /** The Gateway API in full: its objects ask for Envoys. */
  readonly gatewayApi: GatewayApiController;
  readonly compilers: Readonly<Record<'sidecar' | 'gateway' | 'waypoint', Omit<Compiler, 'proxy'>>>;
}

let provided: EnvoyParts | undefined;

/** Once, before anything runs that may have an Envoy (`lateCodeOf` of the scenario room). */
export function provideEnvoys(parts: EnvoyParts): void {
  provided = parts;
  provideCrds(parts.crds);
  provideBalancers(parts.balancers);
  provideLateParts(parts.kubernetes);
}

export function envoys(): EnvoyParts {
  assert(provided !== undefined, 'Envoys are provided before a cluster has one');
  return provided;
}

/** A compiler that is found when it is first needed. */
export function lateCompiler(proxy: keyof EnvoyParts['compilers']): Compiler {
  return {
    proxy,
    scopeOf: (node, registry) => envoys().compilers[proxy].scopeOf(node, registry),
    compile: (registry, node) => envoys().compilers[proxy].compile(registry, node),
  };
}

/** Found when an object of the Gateway API, or an Ingress, first asks for it. */
export const lateGatewayApi: GatewayApiController = {
  readGatewayApi: (objects, settings) => envoys().gatewayApi.readGatewayApi(objects, settings),
  statusesOf: (api) => envoys().gatewayApi.statusesOf(api),
  deployedFor: (api, mesh) => envoys().gatewayApi.deployedFor(api, mesh),
  ingressStatuses: (registry) => envoys().gatewayApi.ingressStatuses(registry),
};
