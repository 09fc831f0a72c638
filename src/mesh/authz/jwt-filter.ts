// The JWT filter of an Envoy: RequestAuthentication compiled, and what it does to a request. No token is no mistake; a wrong one is.
// Source: istio/istio:pilot/pkg/security/authn/policy_applier.go convertToEnvoyJwtConfig at 1.31;
// envoyproxy/envoy:source/extensions/filters/http/jwt_authn/{filter,verifier,authenticator,extractor}.cc.
import type { StoredObject } from '../../kube/index.ts';
import type { JsonObject, JsonValue, JwtRule, RequestAuthenticationResource } from '../../manifests/index.ts';
import type { HttpRequestHead, Origin } from '../../trace/index.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { originOf } from '../origin.ts';
import type { Trail } from '../trail.ts';
import { jwtFilterName, valueAt } from './attribute.ts';
import type { AuthCall, AuthVerdict } from './call.ts';
import { proceed } from './call.ts';
import type { JwtKeys } from './jwt/documents.ts';
import { keysOfRule } from './jwt/documents.ts';
import { wrongSignature } from './jwt/key-set.ts';
import type { FoundToken, TokenLocation } from './jwt/location.ts';
import { locationsOf, tokensOf, withoutHeaders, withoutToken } from './jwt/location.ts';
import type { JwtStatus } from './jwt/status.ts';
import { audienceNotAllowed, jwtMissed, jwtUnknownIssuer } from './jwt/status.ts';
import type { Token } from './jwt/token.ts';
import { parseToken, wrongTime } from './jwt/token.ts';
import type { RegistryHost } from './look-up-cluster.ts';

export interface JwtFilter {
  readonly kind: 'jwt';
  /** One for each rule, by issuer; at least one. */
  readonly providers: readonly JwtProvider[];
}

export interface JwtProvider {
  /** '': any. */
  readonly issuer: string;
  /** Empty: any. */
  readonly audiences: readonly string[];
  readonly locations: readonly TokenLocation[];
  readonly keys: JwtKeys;
  /** The token goes on to the application. */
  readonly forward: boolean;
  /** Header that gets the payload; '': none. */
  readonly payloadHeader: string;
  readonly claimHeaders: readonly { readonly header: string; readonly claim: string }[];
  /** Claims whose text is a list of words. */
  readonly spaceDelimitedClaims: readonly string[];
  /** `namespace/name` of the RequestAuthentication. */
  readonly policy: string;
  readonly origin: Origin;
}

const source = 'istio/istio:pilot/pkg/security/authn/policy_applier.go';

// --- from manifests

/** Undefined: no rule at all, and so no filter. `policies` are those attached, in the order they are looked up. */
export function compileJwtFilter(
  policies: readonly StoredObject<RequestAuthenticationResource>[],
  mesh: MeshConfiguration,
  hosts: readonly RegistryHost[],
): JwtFilter | undefined {
  const providers = policies.flatMap((object) =>
    (object.resource.spec.jwtRules ?? []).map((rule, index): JwtProvider => {
      const { namespace, name } = object.resource.metadata;
      const keys = keysOfRule(rule, mesh, hosts);
      return {
        ...providerOf(rule),
        keys,
        policy: `${namespace}/${name}`,
        origin: originOf(object, ['spec', 'jwtRules', index]),
      };
    }),
  );
  if (providers.length === 0) return undefined;
  return { kind: 'jwt', providers: providers.sort((a, b) => (a.issuer < b.issuer ? -1 : a.issuer > b.issuer ? 1 : 0)) };
}

function providerOf(rule: JwtRule): Omit<JwtProvider, 'keys' | 'policy' | 'origin'> {
  return {
    issuer: rule.issuer ?? '',
    audiences: rule.audiences ?? [],
    locations: locationsOf(rule),
    forward: rule.forwardOriginalToken ?? false,
    payloadHeader: rule.outputPayloadToHeader ?? '',
    claimHeaders: rule.outputClaimToHeaders ?? [],
    spaceDelimitedClaims: ['permission', 'scope', ...(rule.spaceDelimitedClaims ?? [])],
  };
}

// --- for a request

/** What one provider says, with the request as it leaves it. */
interface Checked {
  /** Undefined: at least one token, all of them right. */
  readonly status: JwtStatus | undefined;
  readonly request: HttpRequestHead;
  readonly payload: JsonObject | undefined;
}

export function evaluateJwt({ providers }: JwtFilter, call: AuthCall, trail?: Trail): AuthVerdict {
  const { request } = call;
  if (request === undefined) return proceed(call);
  if (isPreflight(request)) {
    trail?.took('authz.jwt.preflight', { source });
    return proceed(call);
  }
  let current = request;
  const failures: { readonly provider: JwtProvider; readonly status: JwtStatus }[] = [];
  // Each in turn; the first that is satisfied ends it, even where another would refuse.
  for (const provider of providers) {
    const { status, request: left, payload } = check(provider, current, call.now);
    current = left;
    if (status === undefined) {
      trail?.took('authz.jwt.accepted', told(provider, payload));
      const metadata = { ...call.metadata, [jwtFilterName]: { payload: payload ?? {} } };
      return { ...proceed(call), request: current, metadata };
    }
    failures.push({ provider, status });
  }
  const worst = worstOf(failures);
  if (worst === undefined) {
    trail?.took('authz.jwt.no-token', {
      params: { issuers: providers.map(({ issuer }) => issuer).join(', ') },
      source,
    });
    return { ...proceed(call), request: current };
  }
  for (const { provider, status } of failures)
    if (provider !== worst.provider) trail?.left(provider.issuer, 'authz.jwt.refused', told(provider, { status }));
  trail?.took('authz.jwt.refused', told(worst.provider, { status: worst.status }));
  tellKeys(worst.provider, trail);
  return {
    kind: 'deny',
    status: worst.status === audienceNotAllowed ? 403 : 401,
    body: worst.status,
    headers: [['www-authenticate', `Bearer realm="http://${request.authority}${request.path}", error="invalid_token"`]],
    flags: '',
    details: `jwt_authn_access_denied{${worst.status.replaceAll(' ', '_')}}`,
    policy: worst.provider.policy,
    origin: worst.provider.origin,
  };
}

/**
 * What keeps a request out; undefined when no provider found a token. The first wrong token counts, but an unknown issuer counts
 * less than anything else that is wrong: then it is the last of those.
 */
function worstOf<F extends { readonly status: JwtStatus }>(failures: readonly F[]): F | undefined {
  const [first, ...others] = failures.filter(({ status }) => status !== jwtMissed);
  if (first?.status !== jwtUnknownIssuer) return first;
  return others.filter(({ status }) => status !== jwtUnknownIssuer).at(-1) ?? first;
}

function told(provider: JwtProvider, about: JsonObject | undefined): Parameters<Trail['took']>[1] {
  const params: Record<string, string> = { policy: provider.policy, issuer: provider.issuer };
  for (const name of ['sub', 'status']) {
    const value = valueAt(about, [name]);
    if (typeof value === 'string') params[name] = value;
  }
  return { params: { sub: '', ...params }, origin: provider.origin, source };
}

/** Where there is no key, it is not the token that is wrong. */
function tellKeys({ keys, origin }: JwtProvider, trail: Trail | undefined): void {
  if (keys.kind === 'keys') return;
  const rule = keys.kind === 'nobody' ? 'authz.jwt.keys-of-nobody' : 'authz.jwt.keys-unreachable';
  trail?.took(rule, { params: { uri: keys.uri }, origin, source });
}

/** A CORS preflight carries no token. */
function isPreflight({ method, headers }: HttpRequestHead): boolean {
  const has = (wanted: string): boolean =>
    headers.some(([name, value]) => name.toLowerCase() === wanted && value !== '');
  return method === 'OPTIONS' && has('origin') && has('access-control-request-method');
}

function check(provider: JwtProvider, request: HttpRequestHead, now: number): Checked {
  // Nobody else may set what this filter sets.
  const ours = [provider.payloadHeader, ...provider.claimHeaders.map(({ header }) => header)];
  let current = withoutHeaders(request, ours);
  let payload: JsonObject | undefined;
  const tokens = tokensOf(provider.locations, current);
  for (const found of tokens) {
    const token = verified(provider, found, now);
    if (typeof token === 'string') return { status: token, request: current, payload: undefined };
    current = withClaims(provider, token, current);
    if (!provider.forward) current = withoutToken(current, found.location);
    payload = normalised(token.payload, provider.spaceDelimitedClaims);
  }
  return { status: tokens.length === 0 ? jwtMissed : undefined, request: current, payload };
}

function verified(provider: JwtProvider, { text }: FoundToken, now: number): Token | JwtStatus {
  const token = parseToken(text);
  if (typeof token === 'string') return token;
  if (provider.issuer !== '' && token.issuer !== provider.issuer) return jwtUnknownIssuer;
  const late = wrongTime(token, now);
  if (late !== undefined) return late;
  if (!isFor(provider.audiences, token.audiences)) return audienceNotAllowed;
  return wrongKey(provider.keys, token, text) ?? token;
}

function wrongKey(keys: JwtKeys, token: Token, text: string): JwtStatus | undefined {
  switch (keys.kind) {
    case 'keys':
      return wrongSignature(keys.keys, token, text);
    case 'nobody':
      return 'Jwt verification fails';
    case 'unreachable':
      return 'Jwks remote fetch is failed';
  }
}

/** Audiences are compared without scheme and trailing slash. */
function isFor(allowed: readonly string[], audiences: readonly string[]): boolean {
  const plain = (audience: string): string => audience.replace(/^https?:\/\//, '').replace(/\/$/, '');
  const wanted = allowed.map(plain);
  return wanted.length === 0 || audiences.some((audience) => wanted.includes(plain(audience)));
}

/** The payload as policies see it: texts that are lists of words become lists. */
function normalised(payload: JsonObject, claims: readonly string[]): JsonObject {
  const lists = claims.flatMap((claim): readonly (readonly [string, JsonValue])[] => {
    const value = valueAt(payload, [claim]);
    return typeof value === 'string' ? [[claim, value.split(' ').filter((word) => word !== '')]] : [];
  });
  return lists.length === 0 ? payload : { ...payload, ...Object.fromEntries(lists) };
}

function withClaims(provider: JwtProvider, token: Token, request: HttpRequestHead): HttpRequestHead {
  const added: (readonly [string, string])[] = [];
  if (provider.payloadHeader !== '') added.push([provider.payloadHeader.toLowerCase(), token.payloadText]);
  for (const { header, claim } of provider.claimHeaders) {
    const text = claimText(valueAt(token.payload, claim.split('.')));
    if (text !== '') added.push([header.toLowerCase(), text]);
  }
  return added.length === 0 ? request : { ...request, headers: [...request.headers, ...added] };
}

/** Lists and objects do not fit into a header. */
function claimText(value: JsonValue | undefined): string {
  return typeof value === 'object' || value === undefined ? '' : String(value);
}
