import type { Resource } from '../../resource.ts';
import type { PolicyTargets } from '../policy-targets.ts';

export interface RequestAuthenticationResource extends Resource {
  readonly kind: 'RequestAuthentication';
  readonly spec: RequestAuthenticationSpec;
}

/** Source: istio/api:security/v1/request_authentication.proto at Istio 1.31. */
export interface RequestAuthenticationSpec extends PolicyTargets {
  readonly jwtRules?: readonly JwtRule[];
}

export interface JwtRule {
  readonly issuer?: string;
  readonly audiences?: readonly string[];
  /** `jwks_uri` is its old spelling. */
  readonly jwksUri?: string;
  readonly jwks_uri?: string;
  /** A JSON Web Key Set, as text. */
  readonly jwks?: string;
  readonly fromHeaders?: readonly { readonly name: string; readonly prefix?: string }[];
  readonly fromParams?: readonly string[];
  readonly fromCookies?: readonly string[];
  readonly outputPayloadToHeader?: string;
  readonly forwardOriginalToken?: boolean;
  readonly outputClaimToHeaders?: readonly { readonly header: string; readonly claim: string }[];
  readonly timeout?: string;
  /** Claims whose text is a list of words, besides `scope` and `permission`. */
  readonly spaceDelimitedClaims?: readonly string[];
}
