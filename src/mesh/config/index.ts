// Versions, MeshConfig and istiod's environment: one value, handed to whoever needs it. Field names are upstream's.

export interface Versions {
  readonly istio: string;
  readonly kubernetes: string;
  readonly gatewayApi: string;
}

/** The baseline that the facts and schemas follow; Gateway API by the date of its snapshot (see NOTICE). */
const baseline: Versions = { istio: '1.31.0', kubernetes: '1.34.0', gatewayApi: '2026-08-21' };

/** The part of MeshConfig that is simulated. Source of defaults: istio/istio:pkg/config/mesh/mesh.go at 1.31. */
export interface MeshConfig {
  readonly trustDomain: string;
  readonly rootNamespace: string;
  /** Clients choose mTLS by what each endpoint can take, unless a DestinationRule says otherwise. */
  readonly enableAutoMtls: boolean;
  readonly outboundTrafficPolicy: 'ALLOW_ANY' | 'REGISTRY_ONLY';
  /** ProxyConfig: the application waits for its proxy (ordinary sidecars only). */
  readonly holdApplicationUntilProxyStarts: boolean;
}

/** istiod's environment, as far as it is simulated. */
export interface IstiodEnvironment {
  /** `auto`: native sidecars if every kubelet is at least 1.33 (istio/istio:pkg/kube/inject/webhook.go DetectNativeSidecar). */
  readonly ENABLE_NATIVE_SIDECARS: 'auto' | 'enabled' | 'disabled';
}

export interface MeshConfiguration {
  readonly versions: Versions;
  readonly meshConfig: MeshConfig;
  readonly istiod: IstiodEnvironment;
  /** Cluster domain. */
  readonly domain: string;
  /** New sidecars also accept HBONE on 15008 (label `networking.istio.io/tunnel: http`), as the ambient profile has it (ISTIO_META_ENABLE_HBONE). */
  readonly sidecarsTakeTunnels: boolean;
}

export const defaultMeshConfiguration: MeshConfiguration = {
  versions: baseline,
  meshConfig: {
    trustDomain: 'cluster.local',
    rootNamespace: 'istio-system',
    enableAutoMtls: true,
    outboundTrafficPolicy: 'ALLOW_ANY',
    holdApplicationUntilProxyStarts: false,
  },
  istiod: { ENABLE_NATIVE_SIDECARS: 'auto' },
  domain: 'cluster.local',
  sidecarsTakeTunnels: false,
};
