// Who may call whom: AuthorizationPolicy as each data plane enforces it. Pure decisions.
export { isAttached } from './attachment.ts';
export type { Attachable, PolicyHost, ServiceReference } from './attachment.ts';
export { convertAuthorizationPolicy, convertForZtunnel, policiesSelecting, policyFrom } from './convert.ts';
export type { Conversion, ConversionWarning } from './convert.ts';
export { authorize, normalisePath } from './envoy.ts';
export type { AuthorizationInput, AuthorizationVerdict, HttpAttributes } from './envoy.ts';
export { authorizationFor } from './envoy-policy.ts';
export type { EnvoyCondition, EnvoyPolicy } from './envoy-policy.ts';
export { blockContains, bytesOfIp, parseIpBlock } from './ip-block.ts';
export { applicablePolicies, assertRbac, policyMatches } from './rbac.ts';
export type { RbacConnection, RbacVerdict } from './rbac.ts';
export { workloadApiJson } from './ztunnel-policy.ts';
export type { StringMatch, ZtunnelGroup, ZtunnelMatch, ZtunnelPolicy, ZtunnelRule } from './ztunnel-policy.ts';
