// What `istioctl analyze` says of a cluster, by Istio's codes. Pure; a door of its own beside the room's index.ts, because it loads
// when manifests are looked at for the first time, and no packet's journey passes here.
export { analyze, analyzers } from './analyzers.ts';
export { alphaAnalyzer } from './annotations.ts';
export type { AnalysisInput, AnalysisMessage, AnalysisObject, Analyzer } from './context.ts';
export { fullName } from './context.ts';
export { chartPorts, defaultIngressGateway } from './default-gateway.ts';
export type { AnalysisKey, Level } from './messages.ts';
