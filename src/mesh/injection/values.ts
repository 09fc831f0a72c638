// Helm values of istiod's installation and MeshConfig's defaults as far as the injection templates read them.
// Source: istio/istio:manifests/charts/istio-control/istio-discovery/values.yaml and pkg/config/mesh/mesh.go at 1.31.

export interface InjectionValues {
  /** Of the istiod that injects. */
  readonly revision: string;
  /** Who redirects the traffic: `none` = an init container of the pod, otherwise istio-cni, chained or through Multus. */
  readonly cni: 'none' | 'chained' | 'multus';
  /** REDIRECT, TPROXY or NONE; an annotation overrides it (ProxyConfig interceptionMode). */
  readonly interceptionMode: string;
  /** Of the agent; the proxy has no probes at 0. An annotation overrides it (global.proxy.statusPort). */
  readonly statusPort: number;
  /** Of the proxy's readiness probe, seconds; annotations override them. */
  readonly readiness: {
    readonly initialDelaySeconds: number;
    readonly periodSeconds: number;
    readonly failureThreshold: number;
  };
  /** Or-ed with ProxyConfig's (global.proxy.holdApplicationUntilProxyStarts). */
  readonly holdApplicationUntilProxyStarts: boolean;
  readonly rewriteAppHTTPProbe: boolean;
  /** MeshConfig enablePrometheusMerge. */
  readonly mergesPrometheus: boolean;
  readonly includeIPRanges: string;
  readonly excludeIPRanges: string;
  readonly includeInboundPorts: string;
  readonly excludeInboundPorts: string;
  readonly includeOutboundPorts: string;
  readonly excludeOutboundPorts: string;
  readonly imagePullPolicy: '' | 'Always' | 'IfNotPresent' | 'Never';
  /** '' for none. */
  readonly network: string;
  /** ProxyConfig proxyMetadata: environment of proxies. */
  readonly proxyMetadata: Readonly<Record<string, string>>;
}

export const defaultInjectionValues: InjectionValues = {
  revision: 'default',
  cni: 'none',
  interceptionMode: 'REDIRECT',
  statusPort: 15_020,
  readiness: { initialDelaySeconds: 0, periodSeconds: 15, failureThreshold: 4 },
  holdApplicationUntilProxyStarts: false,
  rewriteAppHTTPProbe: true,
  mergesPrometheus: true,
  includeIPRanges: '*',
  excludeIPRanges: '',
  includeInboundPorts: '*',
  excludeInboundPorts: '',
  includeOutboundPorts: '',
  excludeOutboundPorts: '',
  imagePullPolicy: 'IfNotPresent',
  network: '',
  proxyMetadata: {},
};
