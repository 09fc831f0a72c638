// Which route of a virtual host takes a request: the first that matches, in order. Pure.
import { headerOf } from '../../net/index.ts';
import type { HttpRequestHead, Origin } from '../../trace/index.ts';
import type { Trail } from '../trail.ts';
import { fullMatch } from './regex.ts';
import type {
  ClaimMatch,
  HeaderMatch,
  NamedMatch,
  PathMatch,
  Route,
  RouteMatch,
  ValueMatch,
  VirtualHost,
} from './route-table.ts';

const source = 'istio/istio:pilot/pkg/networking/core/route/route.go';

/** What is known of a request besides its head. */
export interface RouteContext {
  readonly scheme: 'http' | 'https';
  /** Payload of its accepted token; empty: none. */
  readonly claims: Readonly<Record<string, unknown>>;
}

const plainContext: RouteContext = { scheme: 'http', claims: {} };

/** The first route that matches; undefined: none does (404, NR). */
export function findRoute(
  virtualHost: VirtualHost,
  request: HttpRequestHead,
  trail?: Trail,
  context = plainContext,
): Route | undefined {
  for (const [index, route] of virtualHost.routes.entries()) {
    const failed = failedPart(route.match, request, context);
    if (failed === undefined) {
      trail?.took('routing.route-matched', {
        params: { route: routeLabel(route, index), match: describeMatch(route.match) },
        origin: originOrNone(route),
        source,
      });
      const next = virtualHost.routes[index + 1];
      if (next !== undefined)
        trail?.left(routeLabel(next, index + 1), 'routing.later-route', {
          params: { route: routeLabel(route, index) },
          origin: originOrNone(next),
          source,
        });
      return route;
    }
    const { part, wanted, found } = failed;
    const rule = found === undefined ? 'routing.missing' : 'routing.no-match';
    const params = found === undefined ? { part, wanted } : { part, wanted, found };
    trail?.left(routeLabel(route, index), rule, { params, origin: originOrNone(route), source });
  }
  trail?.took('routing.no-route', { params: { host: virtualHost.name }, source });
  return undefined;
}

/** A route's name, or its place in the list. */
export function routeLabel(route: Route, index: number): string {
  return route.name === '' ? `#${index + 1}` : route.name;
}

export function originOrNone(thing: Pick<Route, 'origin'>): Origin | undefined {
  return 'path' in thing.origin ? (thing.origin as Origin) : undefined; // only a full origin has a path
}

interface FailedPart {
  readonly part: string;
  readonly wanted: string;
  /** Undefined: the request has no such header or parameter. */
  readonly found: string | undefined;
}

/** What of a match does not hold: the attribute, what it demands and what the request has. */
function failedPart(match: RouteMatch, request: HttpRequestHead, context: RouteContext): FailedPart | undefined {
  const path = pathOf(request.path);
  if (!pathHolds(match.path, path)) return { part: 'path', wanted: describePath(match.path), found: path };
  const header = match.headers.find((wanted) => !headerHolds(wanted, request, context));
  if (header !== undefined)
    return { part: header.name, wanted: describeHeader(header), found: attributeOf(request, header.name, context) };
  const claim = match.claims.find((wanted) => !claimHolds(wanted, context.claims));
  if (claim !== undefined)
    return { part: claimName(claim), wanted: describeClaim(claim), found: valuesAt(context.claims, claim.path).join() };
  if (match.query.length === 0) return undefined;
  const values = queryOf(request.path);
  const query = match.query.find((wanted) => !valueHolds(wanted.value, values.get(wanted.name)));
  return query === undefined
    ? undefined
    : { part: `?${query.name}`, wanted: describeNamed(query), found: values.get(query.name) };
}

function pathHolds(match: PathMatch, written: string): boolean {
  const path = match.ignoreCase ? written.toLowerCase() : written;
  const value = match.ignoreCase ? match.value.toLowerCase() : match.value;
  switch (match.kind) {
    case 'exact':
      return path === value;
    case 'prefix':
      return path.startsWith(value);
    case 'segments':
      return value === '/' || path === value || (path.startsWith(value) && path.charAt(value.length) === '/');
    case 'regex':
      return fullMatch(match.value, written);
  }
}

function headerHolds(match: HeaderMatch, request: HttpRequestHead, context: RouteContext): boolean {
  const { value, invert, missingIsEmpty } = match;
  const found = attributeOf(request, match.name, context);
  // A missing header is "not present"; any other comparison with it fails, inverted or not.
  if (found === undefined && value.kind !== 'present') return missingIsEmpty && valueHolds(value, '') !== invert;
  return valueHolds(value, found) !== invert;
}

function claimHolds({ path, value, invert }: ClaimMatch, claims: RouteContext['claims']): boolean {
  return valuesAt(claims, path).some((found) => valueHolds(value, found)) !== invert;
}

/** The texts at a path of a token's payload: one, those of a list, or none. */
function valuesAt(claims: unknown, path: readonly string[]): readonly string[] {
  let found = claims;
  for (const key of path)
    found =
      typeof found === 'object' && found !== null && key in found ? (found as Record<string, unknown>)[key] : undefined; // an object, as just checked
  const values: readonly unknown[] = Array.isArray(found) ? found : [found];
  return values.filter((value) => typeof value === 'string');
}

function attributeOf(request: HttpRequestHead, name: string, { scheme }: RouteContext): string | undefined {
  switch (name) {
    case ':method':
      return request.method;
    case ':authority':
      return request.authority;
    case ':scheme':
      return scheme;
    default:
      return headerOf(request, name);
  }
}

/** Whether a text is as wanted; one that is not there never is. */
export function valueHolds(match: ValueMatch, value: string | undefined): boolean {
  if (value === undefined) return false;
  switch (match.kind) {
    case 'present':
      return true;
    case 'exact':
      return value === match.value;
    case 'prefix':
      return value.startsWith(match.value);
    case 'suffix':
      return value.endsWith(match.value);
    case 'contains':
      return value.includes(match.value);
    case 'regex':
      return fullMatch(match.value, value);
  }
}

/** The path without query and fragment. */
export function pathOf(path: string): string {
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}

/** Query parameters as written; the first of a name counts. */
function queryOf(path: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const start = path.indexOf('?');
  if (start < 0) return values;
  for (const part of path
    .slice(start + 1)
    .replace(/#.*$/, '')
    .split('&')) {
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    if (!values.has(name)) values.set(name, equals < 0 ? '' : part.slice(equals + 1));
  }
  return values;
}

/** A match in one line, for reasons and dumps. */
function describeMatch(match: RouteMatch): string {
  return [
    describePath(match.path),
    ...match.headers.map(describeHeader),
    ...match.claims.map(describeClaim),
    ...match.query.map((query) => `?${describeNamed(query)}`),
  ].join(' ');
}

function describePath(path: PathMatch): string {
  return path.kind === 'segments'
    ? `${path.value === '/' ? '' : path.value}/*`
    : path.kind === 'prefix'
      ? `${path.value}*`
      : path.kind === 'regex'
        ? `~${path.value}`
        : path.value;
}

function describeHeader(header: HeaderMatch): string {
  return `${header.invert ? 'not ' : ''}${describeNamed(header)}`;
}

function claimName({ path }: ClaimMatch): string {
  return `@request.auth.claims.${path.join('.')}`;
}

function describeClaim(claim: ClaimMatch): string {
  return `${claim.invert ? 'not ' : ''}${describeNamed({ name: claimName(claim), value: claim.value })}`;
}

function describeNamed({ name, value }: NamedMatch): string {
  switch (value.kind) {
    case 'present':
      return name;
    case 'exact':
      return `${name}=${value.value}`;
    case 'prefix':
      return `${name}=${value.value}*`;
    case 'suffix':
      return `${name}=*${value.value}`;
    case 'contains':
      return `${name}=*${value.value}*`;
    case 'regex':
      return `${name}~${value.value}`;
  }
}
