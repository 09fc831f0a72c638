// Versions, MeshConfig and istiod's environment: one value, handed to whoever needs it. Field names are upstream's.
import type { IstiodEnvironment } from './istiod-environment.ts';
import { defaultIstiodEnvironment } from './istiod-environment.ts';
import type { MeshConfig } from './mesh-config.ts';
import { defaultMeshConfig } from './mesh-config.ts';

export { extAuthzProvidersOf } from './extension-provider.ts';
export { meshConfigMap, underConfigMap } from './config-map.ts';
export type { ExtAuthzGrpcProvider, ExtAuthzHttpProvider, ExtAuthzProvider } from './extension-provider.ts';

export { imageTag, istiodEnvironmentAt, minorOf } from './istiod-environment.ts';
export type { IstiodEnvironment } from './istiod-environment.ts';
export { gatewayTopologyOf } from './gateway-topology.ts';
export type { ClientCertificateHeader, GatewayTopology } from './gateway-topology.ts';
export { exportedTo, readMeshConfig } from './mesh-config.ts';
export type { MeshConfig, PathNormalization } from './mesh-config.ts';

export interface Versions {
  readonly istio: string;
  readonly kubernetes: string;
  readonly gatewayApi: string;
}

/** The baseline that the facts and schemas follow; Gateway API by the date of its snapshot (see NOTICE). */
const baseline: Versions = { istio: '1.31.0', kubernetes: '1.34.0', gatewayApi: '2026-08-21' };

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
  /** Of the installation's version; an istiod of another has what its own makes of it (istiodEnvironmentAt). */
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
  istiod: defaultIstiodEnvironment,
  cni: { ambient: false, sidecars: false, repair: 'repairPods' },
  domain: 'cluster.local',
  sidecarsTakeTunnels: false,
  servesUdpRoutes: false,
  localities: {},
  documents: {},
};
