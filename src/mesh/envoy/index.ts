// Envoy as Istio configures it: what a proxy holds, and what it decides from it. The roles (sidecar, gateway, waypoint) are systems.
export type {
  ClientValidation,
  Cluster,
  ClusterLimits,
  ConfigurationPart,
  ConnectTerminator,
  DownstreamTls,
  Endpoint,
  FilterChain,
  FilterChainMatch,
  HttpConnectionManager,
  Inspector,
  Inspectors,
  Listener,
  ListenerBind,
  OutlierDetection,
  ProxyConfiguration,
  ProxyPatch,
  RateLimitFilter,
  RetryBudget,
  ServerCertificate,
  SlowStart,
  TcpProxy,
  TerminalFilter,
  UpstreamTls,
} from './configuration.ts';
export {
  blackHoleCluster,
  builtInClusters,
  dynamicDnsCluster,
  inboundPassthroughCluster,
  mainInternalListener,
  noLimits,
  passthroughCluster,
  plainCluster,
  plainManager,
  virtualInboundListener,
  virtualOutboundListener,
} from './configuration.ts';
export { connectListener } from './connect-listener.ts';
export { simulate } from './simulate.ts';
export type { SimulatedCall, SimulatedError, SimulatedResult } from './simulate.ts';
export { explainEnvoy } from './explain.ts';
export {
  healthPort,
  inboundSource,
  listenersStopDefault,
  minimumDrainDefault,
  prometheusPort,
  statusPort,
  terminationDrainDefault,
} from './facts.ts';
export { pilotAgentLife } from './pilot-agent.machine.ts';
export { envoyPoints } from './points.ts';
export { createProxy, isLive, readProxy } from './proxy.ts';
export type { Ending, Proxy, ProxyId } from './proxy.ts';
