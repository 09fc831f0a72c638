// istiod's push context: what proxies' configurations are made from, seen from a client's namespace.
export { policyFor, ruleFor, selectorKeys } from './destination-rule.ts';
export type { DestinationRuleSet, EffectivePolicy, RuleSubset, Written, WrittenPolicy } from './destination-rule.ts';
export { listenerGateway } from './gateway-api-rules.ts';
export { isSubsetOf, isWildcard, overlaps } from './host.ts';
export { ingressCreatedAt, ingressGatewayName, ingressNamespace, ownIngresses } from './ingress.ts';
export { ingressStatuses } from './ingress-status.ts';
export { patchesFor, patchesText } from './patches.ts';
export { withPatches } from './rate-limits.ts';
export { pushContextOf } from './push-context.ts';
export type { PushContext } from './push-context.ts';
export type { RoutingRule, RuleTarget, TcpRule, TlsRule } from './routing-rule.ts';
export { egressListenerFor } from './sidecar-scope.ts';
export type { EgressListener, OutboundPolicy, SidecarScope } from './sidecar-scope.ts';
