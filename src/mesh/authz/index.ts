// Who may call whom: AuthorizationPolicy as each data plane enforces it. Pure decisions.
export { convertAuthorizationPolicy, convertForZtunnel, policiesSelecting, staticStrictName } from './convert.ts';
export type { Conversion, ConversionWarning } from './convert.ts';
export { applicablePolicies, assertRbac, policyMatches } from './rbac.ts';
export type { RbacConnection, RbacVerdict } from './rbac.ts';
export { policyKey, workloadApiJson } from './ztunnel-policy.ts';
export type { StringMatch, ZtunnelGroup, ZtunnelMatch, ZtunnelPolicy, ZtunnelRule } from './ztunnel-policy.ts';
