// Versions, MeshConfig and istiod's environment: one value, handed to whoever needs it. Field names are upstream's.
import type { MeshConfig } from './mesh-config.ts';
import { defaultMeshConfig } from './mesh-config.ts';

export { extAuthzProvidersOf } from './extension-provider.ts';
export { meshConfigMap, underConfigMap } from './config-map.ts';
export type { ExtAuthzGrpcProvider, ExtAuthzHttpProvider, ExtAuthzProvider } from './extension-provider.ts';

export { exportedTo, readMeshConfig, trustedProxies } from './mesh-config.ts';
export type { MeshConfig, PathNormalization } from './mesh-config.ts';

export interface Versions {
  readonly istio: string;
  readonly kubernetes: string;
  readonly gatewayApi: string;
}

/** The baseline that the facts and schemas follow; Gateway API by the date of its snapshot (see NOTICE). */
const baseline: Versions = { istio: '1.31.0', kubernetes: '1.34.0', gatewayApi: '2026-08-21' };

/** istiod's environment, as far as it is simulated. */
export interface IstiodEnvironment {
  /** `auto`: native sidecars if every kubelet is at least 1.33 (istio/istio:pkg/kube/inject/webhook.go DetectNativeSidecar). */
  readonly ENABLE_NATIVE_SIDECARS: 'auto' | 'enabled' | 'disabled';
  /** Who fetches key sets of `jwksUri`: istiod (`false`), Envoy for hosts of the registry (`true`), Envoy always. */
  readonly PILOT_JWT_ENABLE_REMOTE_JWKS: 'istiod' | 'hybrid' | 'envoy';
  /** Several external authorizers for one workload; without it such policies deny. */
  readonly PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS: boolean;
  /** Policies with a selector, or neither selector nor target, are for gateways of the Gateway API too. */
  readonly ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY: boolean;
  /** Envoys take HTTP/1.0; else they answer it with 426. A proxy may say so for itself (ISTIO_META_HTTP10). */
  readonly PILOT_HTTP10: boolean;
  /** TLS settings of a Sidecar's ingress listeners count. */
  readonly ENABLE_TLS_ON_SIDECAR_INGRESS: boolean;
}

/** What the installation has istio-cni do. */
export interface CniSettings {
  /** Enrol pods in ambient mode. */
  readonly ambient: boolean;
  /** Write the redirect rules of sidecars, in place of istio-init (`pilot.cni.enabled`). */
  readonly sidecars: boolean;
  /** What becomes of a pod whose sidecar began without rules (`repair` of the chart istio-cni). */
  readonly repair: (typeof cniRepairs)[number];
}

export const cniRepairs = ['repairPods', 'deletePods', 'labelPods', 'off'] as const;

/** What a server outside of the simulation answers. */
export interface WebDocument {
  readonly status: number;
  readonly body: string;
}

export interface MeshConfiguration {
  readonly versions: Versions;
  readonly meshConfig: MeshConfig;
  readonly istiod: IstiodEnvironment;
  readonly cni: CniSettings;
  /** Cluster domain. */
  readonly domain: string;
  /** New sidecars also accept HBONE on 15008 (label `networking.istio.io/tunnel: http`), as the ambient profile has it (ISTIO_META_ENABLE_HBONE). */
  readonly sidecarsTakeTunnels: boolean;
  /** Gateways take datagrams and UDPRoutes are read, as the Gateway API asks. No istiod does either: off unless somebody asks for it. */
  readonly servesUdpRoutes: boolean;
  /** Where nodes are, `region/zone`, by name. */
  readonly localities: Readonly<Record<string, string>>;
  /** What istiod and Envoys can fetch, by URL: key sets, OpenID documents. Any other URL cannot be reached. */
  readonly documents: Readonly<Record<string, WebDocument>>;
}

export const defaultMeshConfiguration: MeshConfiguration = {
  versions: baseline,
  meshConfig: defaultMeshConfig,
  istiod: {
    ENABLE_NATIVE_SIDECARS: 'auto',
    PILOT_JWT_ENABLE_REMOTE_JWKS: 'istiod',
    PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS: false,
    ENABLE_SELECTOR_BASED_K8S_GATEWAY_POLICY: true,
    ENABLE_TLS_ON_SIDECAR_INGRESS: false,
    PILOT_HTTP10: false,
  },
  cni: { ambient: false, sidecars: false, repair: 'repairPods' },
  domain: 'cluster.local',
  sidecarsTakeTunnels: false,
  servesUdpRoutes: false,
  localities: {},
  documents: {},
};
