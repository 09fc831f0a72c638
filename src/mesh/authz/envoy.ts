// An Envoy's verdict on one request, or on one connection where it sees no HTTP: CUSTOM, DENY, then ALLOW. AUDIT never decides.
// Source: istio/istio:pilot/pkg/security/authz/model/{model,generator}.go at 1.31; envoyproxy/envoy:source/extensions/filters/common/rbac.
import type { JsonObject, JsonValue } from '../../manifests/index.ts';
import type { Trail } from '../trail.ts';
import type { EnvoyCondition, EnvoyPolicy } from './envoy-policy.ts';
import { blockContains, parseIpBlock } from './ip-block.ts';

export interface AuthorizationInput {
  /** SPIFFE ID of the client; '' for plaintext. */
  readonly principal: string;
  /** The peer's address. */
  readonly sourceIp: string;
  /** The original client's: from X-Forwarded-For, else the peer's. */
  readonly remoteIp: string;
  readonly destinationIp: string;
  readonly destinationPort: number;
  readonly sni: string;
  /** Undefined where the proxy forwards bytes. */
  readonly http: HttpAttributes | undefined;
  /** What is known of the answers of external authorizers, by provider; `unasked`: it is there and was not asked. Any other is unknown to the mesh. */
  readonly external?: Readonly<Record<string, 'allowed' | 'denied' | 'unasked'>>;
}

export interface HttpAttributes {
  readonly method: string;
  /** :authority, with its port if it has one. */
  readonly host: string;
  /** As sent; its query and dot segments are dealt with here. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Payload of the JSON Web Token that a RequestAuthentication accepted; absent without one. */
  readonly token?: JsonObject;
}

export interface AuthorizationVerdict {
  readonly allowed: boolean;
  /** The rule that decided; undefined where the absence of one did. */
  readonly policy: EnvoyPolicy | undefined;
  /** Envoy's response code details or connection termination details; '' when allowed. */
  readonly detail: string;
  /** The provider whose answer is needed first; absent when the verdict stands. */
  readonly asks?: string;
}

const source = 'istio/istio:pilot/pkg/security/authz/builder/builder.go';

/** `policies` as `authorizationFor` gives them. */
export function authorize(
  policies: readonly EnvoyPolicy[],
  input: AuthorizationInput,
  trail?: Trail,
): AuthorizationVerdict {
  const params =
    trail === undefined
      ? {}
      : { client: input.principal === '' ? input.sourceIp : input.principal, port: input.destinationPort };
  for (const action of ['CUSTOM', 'DENY'] as const) {
    for (const policy of policies) {
      if (policy.action !== action) continue;
      const failed = failedCondition(policy, input);
      if (failed !== undefined) {
        trail?.left(`${action} ${policy.policy}`, 'authz.envoy.no-match', {
          params: { ...params, policy: policy.policy, condition: failed },
          origin: policy.origin,
          source,
        });
        continue;
      }
      const why = { params: { ...params, policy: policy.policy }, origin: policy.origin, source };
      if (input.http === undefined && hasHttpCondition(policy))
        trail?.took('authz.envoy.http-parts-ignored', { ...why, params: { policy: policy.policy } });
      const verdict = action === 'DENY' ? denial(policy) : externalVerdict(policy, input);
      if (verdict === undefined) {
        trail?.left(`CUSTOM ${policy.policy}`, 'authz.envoy.custom-allowed', why);
        continue;
      }
      trail?.took(action === 'DENY' ? 'authz.envoy.denied' : customRule(policy, input), why);
      return verdict;
    }
  }
  if (!policies.some((policy) => policy.action === 'ALLOW')) {
    trail?.took('authz.envoy.no-allow-policy', { params, source });
    return { allowed: true, policy: undefined, detail: '' };
  }
  for (const policy of policies) {
    if (policy.action !== 'ALLOW') continue;
    const failed = failedCondition(policy, input);
    if (failed === undefined) {
      trail?.took('authz.envoy.allowed', {
        params: { ...params, policy: policy.policy },
        origin: policy.origin,
        source,
      });
      return { allowed: true, policy, detail: '' };
    }
    trail?.left(`ALLOW ${policy.policy}`, 'authz.envoy.no-match', {
      params: { ...params, policy: policy.policy, condition: failed },
      origin: policy.origin,
      source,
    });
  }
  trail?.took('authz.envoy.none-allowed', { params, source });
  return { allowed: false, policy: undefined, detail: 'rbac_access_denied_matched_policy[none]' };
}

function denial(policy: EnvoyPolicy, suffix = ''): AuthorizationVerdict {
  return { allowed: false, policy, detail: `rbac_access_denied_matched_policy[${policy.name}${suffix}]` };
}

/** What comes of a CUSTOM policy that matches; undefined when its provider allows. A provider that the mesh does not know denies. */
function externalVerdict(policy: EnvoyPolicy, { external }: AuthorizationInput): AuthorizationVerdict | undefined {
  switch (external?.[policy.provider]) {
    case 'allowed':
      return undefined;
    case 'denied':
      return { allowed: false, policy, detail: 'ext_authz_denied' };
    case 'unasked':
      return { allowed: false, policy, detail: '', asks: policy.provider };
    case undefined:
      return denial(policy, '-deny-due-to-bad-CUSTOM-action');
  }
}

function customRule({ provider }: EnvoyPolicy, { external }: AuthorizationInput): string {
  switch (external?.[provider]) {
    case 'denied':
      return 'authz.envoy.custom-denied';
    case 'unasked':
      return 'authz.envoy.custom-asked';
    default:
      return 'authz.envoy.custom-without-provider';
  }
}

/** The first attribute that keeps a rule from matching; undefined when it matches. */
function failedCondition(policy: EnvoyPolicy, input: AuthorizationInput): string | undefined {
  if (policy.isEmpty) return 'rules';
  // On a connection an ALLOW rule with HTTP parts is left out; another action loses those parts and so applies to more.
  if (input.http === undefined && policy.action === 'ALLOW' && hasHttpCondition(policy)) {
    return [...policy.from, ...policy.to, policy.when].flat().find(needsHttp)?.attribute;
  }
  return (
    failedAlternative(policy.to, input) ??
    failedAlternative(policy.from, input) ??
    policy.when.find((condition) => !holds(condition, input))?.attribute
  );
}

function failedAlternative(
  alternatives: readonly (readonly EnvoyCondition[])[],
  input: AuthorizationInput,
): string | undefined {
  let failed: string | undefined;
  for (const conditions of alternatives) {
    const first = conditions.find((condition) => !holds(condition, input));
    if (first === undefined) return undefined;
    failed ??= first.attribute;
  }
  return failed;
}

function hasHttpCondition(policy: EnvoyPolicy): boolean {
  return (
    policy.when.some(needsHttp) ||
    policy.from.some((conditions) => conditions.some(needsHttp)) ||
    policy.to.some((conditions) => conditions.some(needsHttp))
  );
}

/** `remote.ip` is not among them: Envoy knows it for connections too. */
function needsHttp({ attribute }: EnvoyCondition): boolean {
  return attribute.startsWith('request.');
}

function holds(condition: EnvoyCondition, input: AuthorizationInput): boolean {
  if (input.http === undefined && needsHttp(condition)) return true; // ignored: see failedCondition
  const { attribute, values, notValues } = condition;
  const test = testOf(attribute, input);
  return (values.length === 0 || values.some(test)) && !notValues.some(test);
}

type Test = (value: string) => boolean;

function testOf(attribute: string, input: AuthorizationInput): Test {
  const principal = input.principal.startsWith('spiffe://') ? input.principal.slice('spiffe://'.length) : '';
  const [trustDomain = '', , namespace = '', , account = ''] = principal.split('/');
  switch (attribute) {
    case 'source.principal':
      return (value) => textHolds(value, principal);
    case 'source.namespace':
      return (value) => principal !== '' && globHolds(value, namespace);
    case 'source.serviceAccount':
      return (value) => principal !== '' && value === `${namespace}/${account}`;
    case 'source.trustDomain':
      return (value) => principal !== '' && globHolds(value, trustDomain);
    case 'source.ip':
      return inBlock(input.sourceIp);
    case 'remote.ip':
      return inBlock(input.remoteIp);
    case 'destination.ip':
      return inBlock(input.destinationIp);
    case 'destination.port':
      return (value) => value === String(input.destinationPort);
    case 'connection.sni':
      return (value) => textHolds(value, input.sni);
    default:
      return input.http === undefined ? () => false : httpTest(attribute, input.http);
  }
}

function httpTest(attribute: string, http: HttpAttributes): Test {
  switch (attribute) {
    case 'request.method':
      return (value) => textHolds(value, http.method);
    case 'request.host':
      return (value) => textHolds(value.toLowerCase(), http.host.toLowerCase());
    case 'request.path': {
      const path = normalisePath(http.path);
      return (value) => pathHolds(value, path);
    }
  }
  const header = /^request\.headers\[(.+)\]$/.exec(attribute)?.[1]?.toLowerCase();
  if (header === undefined) return tokenTest(attribute, http.token);
  // Several of one name count as one, as Envoy joins them.
  const values = http.headers.filter(([name]) => name.toLowerCase() === header).map(([, value]) => value);
  return (value) => values.length > 0 && (value === '*' || textHolds(value, values.join(',')));
}

/** Without a token nobody has a request principal or claims, and so none of these matches. */
function tokenTest(attribute: string, token: JsonObject | undefined): Test {
  if (token === undefined) return () => false;
  switch (attribute) {
    case 'request.auth.principal':
      return (value) => principalHolds(value, textsOf(token['iss']), textsOf(token['sub']));
    case 'request.auth.audiences':
      return (value) => textsOf(token['aud']).some((text) => textHolds(value, text));
    case 'request.auth.presenter':
      return (value) => textsOf(token['azp']).some((text) => textHolds(value, text));
  }
  const claims = /^request\.auth\.claims(\[.+\])$/.exec(attribute)?.[1];
  if (claims === undefined) return () => false;
  const found = claimOf(token, claimPath(claims));
  return (value) => textsOf(found).some((text) => textHolds(value, text));
}

/** `issuer/subject`, each with a star at its outer end. The issuer may be a URL: the last slash parts them. */
function principalHolds(pattern: string, [issuer]: readonly string[], [subject]: readonly string[]): boolean {
  if (issuer === undefined || subject === undefined || issuer === '' || subject === '') return false;
  if (pattern === '*') return true;
  const slash = pattern.lastIndexOf('/');
  if (slash >= 0) {
    const [wantedIssuer, wantedSubject] = [pattern.slice(0, slash), pattern.slice(slash + 1)];
    // Only one of the two may have a star: a star in front is the issuer's.
    if (pattern.startsWith('*')) return textHolds(wantedIssuer, issuer) && subject === wantedSubject;
    return issuer === wantedIssuer && textHolds(wantedSubject, subject);
  }
  if (pattern.startsWith('*')) return textHolds(pattern, subject);
  return pattern.endsWith('*') && textHolds(pattern, issuer);
}

/** `[a][b]` is a claim within a claim; anything else in brackets is one name. */
function claimPath(brackets: string): readonly string[] {
  const nested = /^(?:\[[^[\]]*\])+$/.test(brackets);
  return nested ? brackets.slice(1, -1).split('][') : [brackets.slice(1, -1)];
}

function claimOf(token: JsonObject, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = token;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    value = (value as JsonObject)[name]; // neither text, number, null nor list
  }
  return value;
}

/** A text, or a list's texts. Claims of other types match nothing. */
function textsOf(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** Exact, `prefix*`, `*suffix`; `*` is anything but the empty text. */
function textHolds(pattern: string, text: string): boolean {
  if (pattern === '*') return text !== '';
  if (pattern.startsWith('*')) return text !== '' && text.endsWith(pattern.slice(1));
  if (pattern.endsWith('*')) return text !== '' && text.startsWith(pattern.slice(0, -1));
  return text === pattern;
}

/** A star anywhere stands for any text. */
function globHolds(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === pattern;
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > text.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

function inBlock(ip: string): Test {
  return (value) => {
    const block = parseIpBlock(value);
    return block !== undefined && blockContains(block, ip);
  };
}

function pathHolds(pattern: string, path: string): boolean {
  if (!pattern.includes('{*}') && !pattern.includes('{**}')) return textHolds(pattern, path);
  const wanted = pattern.split('/');
  const segments = path.split('/');
  for (const [index, part] of wanted.entries()) {
    // The last operator takes the rest, at least an empty segment; literals may follow it.
    if (part === '{**}') {
      const tail = wanted.slice(index + 1);
      return (
        segments.length > index + tail.length &&
        tail.every((text, at) => segments[segments.length - tail.length + at] === text)
      );
    }
    const segment = segments[index];
    if (segment === undefined || (part === '{*}' ? segment === '' : segment !== part)) return false;
  }
  return segments.length === wanted.length;
}

/** A path without its query, with dot segments resolved (RFC 3986; MeshConfig pathNormalization BASE, which is the default). */
export function normalisePath(path: string): string {
  const query = path.indexOf('?');
  const plain = (query < 0 ? path : path.slice(0, query)).replaceAll('\\', '/').replaceAll(/%2e/gi, '.');
  if (!plain.includes('/.')) return plain;
  const kept: string[] = [];
  const segments = plain.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
    if (isLast && (segment === '.' || segment === '..')) kept.push('');
  }
  return `/${kept.join('/')}`;
}
