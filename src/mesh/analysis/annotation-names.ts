// The annotations Istio knows, with what they may stand on. Source: istio/api:annotation/annotations.yaml at b8f8791d9653.

export interface KnownAnnotation {
  readonly kinds: readonly string[];
  readonly isAlpha: boolean;
  readonly isDeprecated: boolean;
}

/** Kinds, marks (`a` alpha, `d` deprecated), names; a name that begins with a dot continues `sidecar.istio.io`'s way: `.x` is `sidecar.istio.io/x`. */
const table: readonly (readonly [kinds: string, marks: string, names: string])[] = [
  [
    'Pod',
    'a',
    `ambient.istio.io/bypass-inbound-capture ambient.istio.io/dns-capture inject.istio.io/templates istio.io/reroute-virtual-interfaces
    istio.io/rev prometheus.istio.io/merge-metrics proxy.istio.io/overrides readiness.status.sidecar.istio.io/applicationPorts
    readiness.status.sidecar.istio.io/failureThreshold readiness.status.sidecar.istio.io/initialDelaySeconds
    readiness.status.sidecar.istio.io/periodSeconds status.sidecar.istio.io/port traffic.sidecar.istio.io/excludeInboundPorts
    traffic.sidecar.istio.io/excludeInterfaces traffic.sidecar.istio.io/excludeOutboundIPRanges
    traffic.sidecar.istio.io/excludeOutboundPorts traffic.sidecar.istio.io/includeInboundPorts
    traffic.sidecar.istio.io/includeOutboundIPRanges traffic.sidecar.istio.io/includeOutboundPorts .agentLogLevel .bootstrapOverride
    .componentLogLevel .interceptionMode .logLevel .nativeSidecar .proxyCPU .proxyCPULimit .proxyImage .proxyImageType .proxyMemory
    .proxyMemoryLimit .rewriteAppHTTPProbers .statsEvictionInterval .statsFlushInterval .statsHistogramBins .statsHistogramBuckets
    .status .userVolume .userVolumeMount`,
  ],
  [
    'Pod',
    'ad',
    `.discoveryAddress .extraStatTags .statsCompression .statsInclusionPrefixes .statsInclusionRegexps .statsInclusionSuffixes
    traffic.sidecar.istio.io/kubevirtInterfaces`,
  ],
  ['Pod', 'd', '.inject'],
  ['Pod', '', 'ambient.istio.io/redirection proxy.istio.io/config'],
  ['Service', 'ad', 'alpha.istio.io/canonical-serviceaccounts alpha.istio.io/kubernetes-serviceaccounts'],
  ['Service', 'a', 'networking.istio.io/exportTo'],
  ['Service', '', 'traffic.istio.io/nodeSelector'],
  [
    'Service ServiceEntry Namespace',
    'a',
    'istio.io/use-waypoint-canary-weight networking.istio.io/traffic-distribution',
  ],
  ['Namespace', 'a', 'topology.istio.io/controlPlaneClusters'],
  ['Any', 'a', 'galley.istio.io/analyze-suppress gateway.istio.io/controller-version'],
  ['Gateway', 'a', 'gateway.istio.io/name-override gateway.istio.io/service-account networking.istio.io/service-type'],
  ['GatewayClass Gateway', 'a', 'ambient.istio.io/waypoint-inbound-binding'],
  ['AuthorizationPolicy', 'a', 'istio.io/dry-run'],
  [
    'WorkloadEntry',
    'a',
    'istio.io/autoRegistrationGroup istio.io/connectedAt istio.io/disconnectedAt istio.io/workloadController',
  ],
  ['Ingress', '', 'kubernetes.io/ingress.class'],
];

const known: ReadonlyMap<string, KnownAnnotation> = new Map(
  table.flatMap(([kinds, marks, names]) => {
    const annotation = { kinds: kinds.split(' '), isAlpha: marks.includes('a'), isDeprecated: marks.includes('d') };
    return names.split(/\s+/).map((name) => [name.replace(/^\./, 'sidecar.istio.io/'), annotation] as const);
  }),
);

/** Undefined: Istio knows none of that name. */
export function annotationNamed(name: string): KnownAnnotation | undefined {
  return known.get(name);
}
