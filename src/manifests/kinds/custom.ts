// Kinds of CRDs with checks of their own, one line each. They come late, with their schemas: crds.ts.

import { authorizationPolicy } from './authorization-policy/index.ts';
import { backendTLSPolicy } from './backend-tls-policy/index.ts';
import { destinationRule } from './destination-rule/index.ts';
import { envoyFilter } from './envoy-filter/index.ts';
import { gateway } from './gateway/index.ts';
import { gatewayClass } from './gateway-class/index.ts';
import { grpcRoute } from './grpc-route/index.ts';
import { httpRoute } from './http-route/index.ts';
import { istioGateway } from './istio-gateway/index.ts';
import { listenerSet } from './listener-set/index.ts';
import { peerAuthentication } from './peer-authentication/index.ts';
import { proxyConfig } from './proxy-config/index.ts';
import { referenceGrant } from './reference-grant/index.ts';
import { requestAuthentication } from './request-authentication/index.ts';
import { serviceEntry } from './service-entry/index.ts';
import { sidecar } from './sidecar/index.ts';
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

export const customKinds: readonly KindDefinition[] = [
  authorizationPolicy,
  backendTLSPolicy,
  destinationRule,
  envoyFilter,
  gateway,
  gatewayClass,
  grpcRoute,
  httpRoute,
  istioGateway,
  listenerSet,
  peerAuthentication,
  proxyConfig,
  referenceGrant,
  requestAuthentication,
  serviceEntry,
  sidecar,
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
