import type { Resource } from '../../resource.ts';

export interface PeerAuthenticationResource extends Resource {
  readonly kind: 'PeerAuthentication';
  readonly spec: PeerAuthenticationSpec;
}

export type MutualTlsMode = 'UNSET' | 'DISABLE' | 'PERMISSIVE' | 'STRICT';

/** Source: istio/api:security/v1/peer_authentication.proto. An absent mode means UNSET: inherit. */
export interface PeerAuthenticationSpec {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly mtls?: { readonly mode?: MutualTlsMode };
  /** By pod port (not Service port), as a decimal string. */
  readonly portLevelMtls?: Readonly<Record<string, { readonly mode?: MutualTlsMode }>>;
}
