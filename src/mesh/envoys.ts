// Everything that only clusters with Envoys or load balancers need, in one piece that can be fetched late (envoy-parts.ts).
import { balancerParts, lateParts } from '../kube/late.ts';
import { crds } from '../manifests/crds.ts';
import { explainEnvoy } from './envoy/index.ts';
import type { EnvoyParts } from './envoy-parts.ts';
import { readGatewayApi, statusesOf } from './gateway-api/index.ts';
import { injectionError, injectPod } from './injection/index.ts';
import { gatewayCompiler } from './istio-gateway/compile.ts';
import { deployedFor } from './istiod/gateway-deployment.ts';
import { onceForAll } from './istiod/known-registries.ts';
import { sidecarProxyCompiler } from './istio-sidecar/compile/proxy.ts';
import { execInSidecar } from './istio-sidecar/exec.ts';
import { beginProxy } from './proxy-process.ts';
import { ingressStatuses } from './push/index.ts';
import { waypointCompiler } from './waypoint/compile.ts';

export const envoyParts: EnvoyParts = {
  crds,
  balancers: balancerParts,
  kubernetes: lateParts,
  beginProxy,
  explain: explainEnvoy,
  exec: execInSidecar,
  injector: { injectionError, injectPod },
  gatewayApi: { readGatewayApi, statusesOf, deployedFor, ingressStatuses },
  compilers: {
    sidecar: onceForAll(sidecarProxyCompiler),
    gateway: onceForAll(gatewayCompiler),
    waypoint: onceForAll(waypointCompiler),
  },
};
