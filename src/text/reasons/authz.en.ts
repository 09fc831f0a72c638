// Reasons of an Envoy's filters that may refuse: RBAC, external authorization, tokens.

export const authzReasonsEn = {
  'authz.envoy.denied': 'DENY policy {policy} matches {client} on port {port}.',
  'authz.envoy.custom-allowed':
    'CUSTOM policy {policy} matches {client} on port {port}, and its provider {provider} allows it.',
  'authz.envoy.custom-denied':
    'CUSTOM policy {policy} matches {client} on port {port}, and its provider {provider} denies it.',
  'authz.envoy.custom-asked':
    'CUSTOM policy {policy} matches {client} on port {port}: its provider {provider} is asked first.',
  'authz.envoy.custom-without-provider':
    'CUSTOM policy {policy} denies {client} on port {port}: its provider cannot be asked (unknown, wrongly configured, or one of several).',
  'authz.envoy.http-parts-ignored':
    'The proxy sees no HTTP here, so the HTTP parts of {policy} are left out: the policy applies to more.',
  'authz.envoy.no-match': '{policy} does not match {client} on port {port}: {condition} does not hold.',
  'authz.envoy.no-allow-policy': 'No ALLOW policy applies here, so {client} may use port {port}.',
  'authz.envoy.allowed': 'ALLOW policy {policy} matches {client} on port {port}.',
  'authz.envoy.none-allowed': 'There are ALLOW policies, and none of them matches {client} on port {port}.',
  'authz.envoy.custom-fails-open':
    'Provider {provider} of {policy} could not be asked. It fails open, so {client} goes on to port {port}.',
  'authz.envoy.custom-fails-closed':
    'Provider {provider} of {policy} could not be asked, and so {client} is denied on port {port}.',
  'authz.envoy.audited': 'AUDIT policy {policy} marks {client} on port {port} for the log; it decides nothing.',
  'authz.envoy.dry-run-denied': '{policy} is only tried: enforced, it would deny {client} on port {port}.',
  'authz.envoy.dry-run-allowed': '{policy} is only tried: enforced, it would allow {client} on port {port}.',

  'authz.jwt.preflight': 'A CORS preflight carries no token, so none is asked for.',
  'authz.jwt.no-token':
    'The request has no token where one is looked for ({issuers}). It goes on without an identity of its own.',
  'authz.jwt.accepted': '{policy} accepts the token of {issuer}: its subject is {sub}.',
  'authz.jwt.refused': '{policy} asks for tokens of {issuer}: {status}.',
  'authz.jwt.keys-of-nobody':
    'istiod could not fetch the keys at {uri} and sent one that nobody can sign with: every token is refused.',
  'authz.jwt.keys-unreachable': 'The proxy cannot fetch the keys at {uri}: every token is refused.',
} as const;

export type AuthzReasonKey = keyof typeof authzReasonsEn;
