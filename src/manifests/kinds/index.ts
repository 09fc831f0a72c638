// Every kind with checks of its own, one line each. A test fails if a folder is not listed.

import { authorizationPolicy } from './authorization-policy/index.ts';
import { backendTLSPolicy } from './backend-tls-policy/index.ts';
import { configMap } from './config-map/index.ts';
import { cronJob } from './cron-job/index.ts';
import { daemonSet } from './daemon-set/index.ts';
import { deployment } from './deployment/index.ts';
import { destinationRule } from './destination-rule/index.ts';
import { endpointSlice } from './endpoint-slice/index.ts';
import { envoyFilter } from './envoy-filter/index.ts';
import { gateway } from './gateway/index.ts';
import { gatewayClass } from './gateway-class/index.ts';
import { grpcRoute } from './grpc-route/index.ts';
import { httpRoute } from './http-route/index.ts';
import { ingressClass } from './ingress-class/index.ts';
import { ingress } from './ingress/index.ts';
import { istioGateway } from './istio-gateway/index.ts';
import { job } from './job/index.ts';
import { listenerSet } from './listener-set/index.ts';
import { namespace } from './namespace/index.ts';
import { peerAuthentication } from './peer-authentication/index.ts';
import { podDisruptionBudget } from './pod-disruption-budget/index.ts';
import { pod } from './pod/index.ts';
import { proxyConfig } from './proxy-config/index.ts';
import { referenceGrant } from './reference-grant/index.ts';
import { replicaSet } from './replica-set/index.ts';
import { requestAuthentication } from './request-authentication/index.ts';
import { secret } from './secret/index.ts';
import { service } from './service/index.ts';
import { serviceAccount } from './service-account/index.ts';
import { serviceEntry } from './service-entry/index.ts';
import { sidecar } from './sidecar/index.ts';
import { statefulSet } from './stateful-set/index.ts';
import { tcpRoute } from './tcp-route/index.ts';
import { telemetry } from './telemetry/index.ts';
import { tlsRoute } from './tls-route/index.ts';
import { trafficExtension } from './traffic-extension/index.ts';
import { udpRoute } from './udp-route/index.ts';
import { virtualService } from './virtual-service/index.ts';
import { wasmPlugin } from './wasm-plugin/index.ts';
import { workloadEntry } from './workload-entry/index.ts';
import { workloadGroup } from './workload-group/index.ts';
import { xBackend } from './x-backend/index.ts';
import { xBackendTrafficPolicy } from './x-backend-traffic-policy/index.ts';
import type { KindDefinition } from './definition.ts';

export const kindDefinitions: readonly KindDefinition[] = [
  authorizationPolicy,
  backendTLSPolicy,
  configMap,
  cronJob,
  daemonSet,
  deployment,
  destinationRule,
  endpointSlice,
  envoyFilter,
  gateway,
  gatewayClass,
  grpcRoute,
  httpRoute,
  ingress,
  ingressClass,
  istioGateway,
  job,
  listenerSet,
  namespace,
  peerAuthentication,
  pod,
  podDisruptionBudget,
  proxyConfig,
  referenceGrant,
  replicaSet,
  requestAuthentication,
  secret,
  service,
  serviceAccount,
  serviceEntry,
  sidecar,
  statefulSet,
  tcpRoute,
  telemetry,
  tlsRoute,
  trafficExtension,
  udpRoute,
  virtualService,
  wasmPlugin,
  workloadEntry,
  workloadGroup,
  xBackend,
  xBackendTrafficPolicy,
];

const byName = new Map(kindDefinitions.map((definition) => [`${definition.group}/${definition.kind}`, definition]));

export function findKindDefinition(group: string, kind: string): KindDefinition | undefined {
  return byName.get(`${group}/${kind}`);
}
