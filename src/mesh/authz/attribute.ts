// How one attribute of a call is held against the values a policy gives: the matchers that istiod writes, as Envoy evaluates them.
// Source: istio/istio:pilot/pkg/security/authz/{model/generator.go,matcher} at 1.31; envoyproxy/envoy:source/extensions/filters/common/rbac.
import type { JsonObject, JsonValue } from '../../manifests/index.ts';
import type { HttpRequestHead } from '../../trace/index.ts';
import { fullMatch } from '../routing/index.ts';
import type { AuthCall, FilterMetadata } from './call.ts';
import { blockContains, parseIpBlock } from './ip-block.ts';
import { pathOnly } from './path.ts';

type Test = (value: string) => boolean;

export const jwtFilterName = 'envoy.filters.http.jwt_authn';

/** Whether a value of a policy matches the call. An attribute the call does not have matches no value. */
export function testOf(attribute: string, { connection, request, metadata }: AuthCall): Test {
  switch (attribute) {
    case 'source.principal':
      return (value) => principalHolds(value, connection.principal);
    case 'source.namespace':
      return (value) => globHolds(`*/ns/${value}/*`, connection.principal);
    case 'source.serviceAccount':
      return (value) => accountHolds(value, connection.principal);
    case 'source.trustDomain': {
      const domain = /^spiffe:\/\/([^/]*)\//.exec(connection.principal)?.[1];
      return (value) =>
        value === '*' ? isSpiffe(connection.principal) : domain !== undefined && globHolds(value, domain);
    }
    case 'source.ip':
      return inBlock(connection.sourceIp);
    case 'remote.ip':
      return inBlock(connection.remoteIp);
    case 'destination.ip':
      return inBlock(connection.destinationIp);
    case 'destination.port':
      return (value) => Number(value) === connection.destinationPort;
    case 'connection.sni':
      return (value) => textHolds(value, connection.sni);
  }
  if (attribute.startsWith('experimental.')) return metadataTest(attribute.slice('experimental.'.length), metadata);
  return request === undefined ? () => false : requestTest(attribute, request, metadata);
}

/** Exact, `prefix*`, `*suffix`; `*` is anything but the empty text. */
function textHolds(pattern: string, text: string): boolean {
  if (pattern === '*') return text !== '';
  if (pattern.startsWith('*')) return text.endsWith(pattern.slice(1));
  if (pattern.endsWith('*')) return text.startsWith(pattern.slice(0, -1));
  return text === pattern;
}

// --- the connection

function isSpiffe(principal: string): boolean {
  return principal.startsWith('spiffe://');
}

function principalHolds(pattern: string, principal: string): boolean {
  if (pattern === '*') return principal !== '';
  return isSpiffe(principal) && textHolds(pattern, principal.slice('spiffe://'.length));
}

/** Other pairs may stand between the namespace and the account, and after it. */
function accountHolds(value: string, principal: string): boolean {
  const [namespace = '', account = ''] = value.split('/');
  return fullMatch(`spiffe://.+/ns/${quoted(namespace)}/(.+/|)sa/${quoted(account)}(/.+)?`, principal);
}

function quoted(text: string): string {
  return text.replaceAll(/[\\.+*?()|[\]{}^$]/g, '\\$&');
}

/** A star anywhere stands for any text, also for none. */
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

// --- the request

function requestTest(attribute: string, request: HttpRequestHead, metadata: FilterMetadata): Test {
  switch (attribute) {
    case 'request.method':
      return (value) => textHolds(value, request.method);
    case 'request.host': {
      const host = request.authority.toLowerCase();
      return (value) => value === '*' || textHolds(value.toLowerCase(), host);
    }
    case 'request.path': {
      const path = pathOnly(request.path);
      return (value) => pathHolds(value, path);
    }
  }
  const name = /^request\.headers\[(.*)\]$/.exec(attribute)?.[1];
  if (name !== undefined) {
    const text = headerOf(request, name.toLowerCase());
    return (value) => text !== undefined && (value === '*' || textHolds(value, text));
  }
  return tokenTest(attribute, valueAt(metadata[jwtFilterName], ['payload']));
}

/** Several of one name count as one, as Envoy joins them. */
function headerOf(request: HttpRequestHead, name: string): string | undefined {
  switch (name) {
    case ':method':
      return request.method;
    case ':path':
      return request.path;
    case ':authority':
    case 'host':
      return request.authority;
  }
  const values = request.headers.filter(([other]) => other.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? undefined : values.join(',');
}

/** `{*}` is one segment, `{**}` any number; else a text. */
function pathHolds(pattern: string, path: string): boolean {
  if (!/\{\*\*?\}/.test(pattern)) return textHolds(pattern, path);
  const expression = pattern
    .split(/(\{\*\*?\})/)
    .map((part) => (part === '{*}' ? `[${segment}]+` : part === '{**}' ? `[${segment}/]*` : quoted(part)))
    .join('');
  return fullMatch(expression, path);
}

/** What a segment may consist of (RFC 3986 pchar without the star). */
const segment = "-a-zA-Z0-9._~%!$&'()+,;:@=";

// --- the token

/** Without a token nobody has a request principal or claims, and so none of these matches. */
function tokenTest(attribute: string, token: JsonValue | undefined): Test {
  switch (attribute) {
    case 'request.auth.principal': {
      const [issuer, subject] = [valueAt(token, ['iss']), valueAt(token, ['sub'])];
      return (value) =>
        typeof issuer === 'string' && typeof subject === 'string' && requestPrincipalHolds(value, issuer, subject);
    }
    case 'request.auth.audiences':
      return textTest(valueAt(token, ['aud']));
    case 'request.auth.presenter':
      return textTest(valueAt(token, ['azp']));
  }
  const claims = /^request\.auth\.claims(\[.*\])$/.exec(attribute)?.[1];
  return textTest(claims === undefined ? undefined : valueAt(token, claimPath(claims)));
}

/** `issuer/subject`, each with a star at its outer end. The issuer may be a URL: the last slash parts them. */
function requestPrincipalHolds(pattern: string, issuer: string, subject: string): boolean {
  if (pattern === '*') return issuer !== '' && subject !== '';
  const slash = pattern.lastIndexOf('/');
  if (slash >= 0) {
    const [wantedIssuer, wantedSubject] = [pattern.slice(0, slash), pattern.slice(slash + 1)];
    // Only one of the two may have a star: a star in front is the issuer's.
    if (pattern.startsWith('*')) return textHolds(wantedIssuer, issuer) && subject === wantedSubject;
    return issuer === wantedIssuer && textHolds(wantedSubject, subject);
  }
  if (pattern.startsWith('*')) return issuer !== '' && textHolds(pattern, subject);
  if (pattern.endsWith('*')) return subject !== '' && textHolds(pattern, issuer);
  return issuer === pattern && subject === '';
}

/** `[a][b]` is a claim within a claim; anything else in brackets is one name. */
function claimPath(brackets: string): readonly string[] {
  const nested = /^(?:\[[^[\]]*\])+$/.test(brackets);
  return nested ? brackets.slice(1, -1).split('][') : [brackets.slice(1, -1)];
}

/** A text, or one of a list's texts. Claims of other types match nothing. */
function textTest(found: JsonValue | undefined): Test {
  const texts = Array.isArray(found) ? found : [found];
  return (value) => texts.some((text) => typeof text === 'string' && textHolds(value, text));
}

/** `envoy.filters.NAME[KEY]`: a value of `[v]` is for an item of a list, any other for a text. */
function metadataTest(key: string, metadata: FilterMetadata): Test {
  const [, filter = '', name = ''] = /^([^[]*)\[(.*)\]$/.exec(key) ?? [];
  const found = valueAt(metadata[filter], [name]);
  return (value) =>
    /^\[.*\]$/.test(value)
      ? Array.isArray(found) && textTest(found)(value.replaceAll(/^[[\]]+|[[\]]+$/g, ''))
      : typeof found === 'string' && textHolds(value, found);
}

/** The value of a field within fields; undefined where there is none. */
export function valueAt(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.hasOwn(at, name)) return undefined;
    at = (at as JsonObject)[name]; // neither text, number, null nor list
  }
  return at;
}
