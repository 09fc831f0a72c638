// MeshConfig: the part of it that is simulated, as the ConfigMap `istio` and a case's environment write it.
// Source: istio/api:mesh/v1alpha1/{config,proxy}.proto; defaults of istio/istio:pkg/config/mesh/mesh.go at 1.31.
import type { JsonObject, LabelSelector, LocalityBalancing } from '../../manifests/index.ts';
import type { ExtAuthzProvider } from './extension-provider.ts';
import { extAuthzProvidersOf } from './extension-provider.ts';

export interface MeshConfig {
  readonly trustDomain: string;
  readonly rootNamespace: string;
  /** Clients choose mTLS by what each endpoint can take, unless a DestinationRule says otherwise. */
  readonly enableAutoMtls: boolean;
  /** The last resolves hosts of plaintext HTTP itself. */
  readonly outboundTrafficPolicy: (typeof outboundModes)[number];
  /** ProxyConfig: the application waits for its proxy (ordinary sidecars only). */
  readonly holdApplicationUntilProxyStarts: boolean;
  /** Older or other names of the trust domain: policies that name one of them mean all. */
  readonly trustDomainAliases: readonly string[];
  /** What Envoys do to a request's path before anything reads it (`pathNormalization.normalization`; DEFAULT is BASE). */
  readonly pathNormalization: PathNormalization;
  /** External authorizers. */
  readonly extensionProviders: readonly ExtAuthzProvider[];
  /** Where DestinationRules say nothing of places. */
  readonly localityLbSetting: LocalityBalancing;
  /** As the `retries` of a rule; undefined: istiod's own, two attempts. */
  readonly defaultHttpRetryPolicy: JsonObject | undefined;
  /** A duration as written; '': 10 s. */
  readonly connectTimeout: string;
  /** Whether HTTP/1.1 goes on as HTTP/2 where DestinationRules say nothing. */
  readonly h2UpgradePolicy: 'DO_NOT_UPGRADE' | 'UPGRADE';
  /** Namespaces that istiod looks at, by their labels; empty: all. */
  readonly discoverySelectors: readonly LabelSelector[];
  /** Who sees what says nothing of it. */
  readonly defaultServiceExportTo: readonly string[];
  readonly defaultVirtualServiceExportTo: readonly string[];
  readonly defaultDestinationRuleExportTo: readonly string[];
  /** Which Ingresses are istiod's: STRICT: those of its class; DEFAULT: those without a class too; OFF: those of an IngressClass that names it. */
  readonly ingressControllerMode: (typeof ingressModes)[number];
  readonly ingressClass: string;
  /** The Service in `istio-system` whose addresses Ingresses are given; '': none. */
  readonly ingressService: string;
  /** `istio` label of the pods that serve Ingresses. */
  readonly ingressSelector: string;
  /** `defaultConfig`, of which the simulation reads durations, metadata and the gateways' trusted proxies. */
  readonly defaultConfig: JsonObject;
}

const normalizations = ['NONE', 'BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'] as const;
export type PathNormalization = (typeof normalizations)[number];
const ingressModes = ['STRICT', 'DEFAULT', 'OFF'] as const;
const outboundModes = ['ALLOW_ANY', 'REGISTRY_ONLY', 'ALLOW_ANY_DYNAMIC_DNS'] as const;

export const defaultMeshConfig: MeshConfig = {
  trustDomain: 'cluster.local',
  rootNamespace: 'istio-system',
  enableAutoMtls: true,
  outboundTrafficPolicy: 'ALLOW_ANY',
  holdApplicationUntilProxyStarts: false,
  trustDomainAliases: [],
  pathNormalization: 'BASE',
  extensionProviders: [],
  localityLbSetting: {},
  defaultHttpRetryPolicy: undefined,
  connectTimeout: '',
  h2UpgradePolicy: 'DO_NOT_UPGRADE',
  discoverySelectors: [],
  defaultServiceExportTo: ['*'],
  defaultVirtualServiceExportTo: ['*'],
  defaultDestinationRuleExportTo: ['*'],
  ingressControllerMode: 'STRICT',
  ingressClass: 'istio',
  ingressService: 'istio-ingressgateway',
  ingressSelector: 'ingressgateway',
  defaultConfig: {},
};

/** What is written, by upstream's field names, over `base`. What is not simulated, or is of another type, is passed over. */
export function readMeshConfig(written: unknown, base: MeshConfig): MeshConfig {
  const of = objectOf(written);
  const proxy = objectOf(of['defaultConfig']);
  const { extensionProviders: providers, localityLbSetting: locality, defaultHttpRetryPolicy: retry } = of;
  return {
    trustDomain: text(of['trustDomain']) ?? base.trustDomain,
    rootNamespace: text(of['rootNamespace']) ?? base.rootNamespace,
    enableAutoMtls: flag(of['enableAutoMtls']) ?? base.enableAutoMtls,
    outboundTrafficPolicy:
      oneOf(outboundModes, objectOf(of['outboundTrafficPolicy'])['mode']) ?? base.outboundTrafficPolicy,
    holdApplicationUntilProxyStarts:
      flag(proxy['holdApplicationUntilProxyStarts']) ?? base.holdApplicationUntilProxyStarts,
    trustDomainAliases: texts(of['trustDomainAliases']) ?? base.trustDomainAliases,
    pathNormalization:
      oneOf(normalizations, objectOf(of['pathNormalization'])['normalization']) ?? base.pathNormalization,
    extensionProviders: providers === undefined ? base.extensionProviders : extAuthzProvidersOf(providers),
    localityLbSetting: locality === undefined ? base.localityLbSetting : objectOf(locality),
    defaultHttpRetryPolicy: retry === undefined ? base.defaultHttpRetryPolicy : objectOf(retry),
    connectTimeout: text(of['connectTimeout']) ?? base.connectTimeout,
    h2UpgradePolicy: oneOf(['DO_NOT_UPGRADE', 'UPGRADE'], of['h2UpgradePolicy']) ?? base.h2UpgradePolicy,
    discoverySelectors: selectors(of['discoverySelectors']) ?? base.discoverySelectors,
    defaultServiceExportTo: texts(of['defaultServiceExportTo']) ?? base.defaultServiceExportTo,
    defaultVirtualServiceExportTo: texts(of['defaultVirtualServiceExportTo']) ?? base.defaultVirtualServiceExportTo,
    defaultDestinationRuleExportTo: texts(of['defaultDestinationRuleExportTo']) ?? base.defaultDestinationRuleExportTo,
    ingressControllerMode: oneOf(ingressModes, of['ingressControllerMode']) ?? base.ingressControllerMode,
    ingressClass: text(of['ingressClass']) ?? base.ingressClass,
    ingressService: text(of['ingressService']) ?? base.ingressService,
    ingressSelector: ingressSelector(text(of['ingressSelector']), text(of['ingressService'])) ?? base.ingressSelector,
    defaultConfig: { ...base.defaultConfig, ...proxy },
  };
}

/** The selector, else the Service's name, which pods often share; the default Service's have another. */
function ingressSelector(selector = '', service = ''): string | undefined {
  if (selector !== '') return selector;
  return service === '' || service === 'istio-ingressgateway' ? undefined : service;
}

/** An `exportTo` as written, or the mesh's default for its kind; empty: everybody. */
export function exportedTo(written: readonly string[] = [], otherwise: readonly string[]): readonly string[] {
  return written.length > 0 || otherwise.includes('*') ? written : otherwise;
}

function objectOf(value: unknown): JsonObject {
  // YAML and JSON hold nothing else.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined;
}

/** MeshConfig has no schema of its own: what is no selector selects as an empty one does. */
function selectors(value: unknown): readonly LabelSelector[] | undefined {
  return Array.isArray(value) ? value.map((item): LabelSelector => objectOf(item)) : undefined;
}

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((one) => one === value);
}
