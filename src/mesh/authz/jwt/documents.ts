// Where a token's key set comes from: written in the policy, fetched by istiod at push, or fetched by Envoy.
// Source: istio/istio:pilot/pkg/security/authn/policy_applier.go convertToEnvoyJwtConfig, pilot/pkg/model/jwks_resolver.go at 1.31.
// Simplified: a fetch takes no time and is not repeated; what can be fetched is a table of documents.
import type { JwtRule } from '../../../manifests/index.ts';
import type { MeshConfiguration } from '../../config/index.ts';
import { microsOf } from '../../routing/index.ts';
import { valueAt } from '../attribute.ts';
import { lookUpCluster } from '../look-up-cluster.ts';
import type { RegistryHost } from '../look-up-cluster.ts';
import { isKeySet } from './key-set.ts';

export type JwtKeys =
  /** A key set as JSON. */
  | { readonly kind: 'keys'; readonly from: 'policy' | 'istiod' | 'envoy'; readonly keys: string }
  /** istiod could not fetch it, and sent a key of which nobody has the other half: every token is refused. */
  | { readonly kind: 'nobody'; readonly uri: string }
  /** Envoy cannot fetch it. */
  | { readonly kind: 'unreachable'; readonly uri: string };

/** A fetch's end, in microseconds, where a rule says nothing. */
const FETCH_TIMEOUT = 5_000_000;

export function keysOfRule(rule: JwtRule, mesh: MeshConfiguration, hosts: readonly RegistryHost[]): JwtKeys {
  const uri = rule.jwksUri ?? rule.jwks_uri ?? '';
  const timeout = (rule.timeout === undefined ? undefined : microsOf(rule.timeout)) ?? FETCH_TIMEOUT;
  const mode = mesh.istiod.PILOT_JWT_ENABLE_REMOTE_JWKS;
  if (mode !== 'istiod' && uri !== '') {
    const isKnown = isInRegistry(uri, hosts);
    if (isKnown || mode === 'envoy') {
      const body = isKnown ? fetchDocument(uri, timeout, mesh) : undefined;
      return body === undefined ? { kind: 'unreachable', uri } : { kind: 'keys', from: 'envoy', keys: body };
    }
  } else if (rule.jwks !== undefined && rule.jwks !== '') return { kind: 'keys', from: 'policy', keys: rule.jwks };
  const address = uri === '' ? discover(rule.issuer ?? '', timeout, mesh) : uri;
  const body = address === undefined ? undefined : fetchDocument(address, timeout, mesh);
  // istiod checks what it fetched before it passes it on.
  if (body === undefined || !isKeySet(body)) return { kind: 'nobody', uri: address ?? rule.issuer ?? '' };
  return { kind: 'keys', from: 'istiod', keys: body };
}

/** OpenID discovery: the address of an issuer's key set. */
function discover(issuer: string, timeout: number, mesh: MeshConfiguration): string | undefined {
  const body = fetchDocument(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, timeout, mesh);
  if (body === undefined) return undefined;
  try {
    const uri = valueAt(JSON.parse(body) as never, ['jwks_uri']); // any JSON
    return typeof uri === 'string' ? uri : undefined;
  } catch {
    return undefined; // no JSON: as if it could not be fetched
  }
}

/** The body of a document; undefined when its server cannot be reached, answers otherwise than 2xx, or is too late (`?delay=500ms`). */
function fetchDocument(uri: string, timeout: number, { documents }: MeshConfiguration): string | undefined {
  const [plain = '', query = ''] = uri.split('?');
  const delay = microsOf(/(?:^|&)delay=([^&]*)/.exec(query)?.[1] ?? '') ?? 0;
  const document = Object.hasOwn(documents, uri) ? documents[uri] : documents[plain];
  const isRight = document !== undefined && document.status >= 200 && document.status < 300;
  return isRight && delay < timeout ? document.body : undefined;
}

function isInRegistry(uri: string, hosts: readonly RegistryHost[]): boolean {
  const [, scheme = '', host = '', port] = /^(https?):\/\/([^/:?#]+)(?::(\d+))?/.exec(uri) ?? [];
  return lookUpCluster(hosts, host, Number(port ?? (scheme === 'https' ? 443 : 80))) !== undefined;
}
