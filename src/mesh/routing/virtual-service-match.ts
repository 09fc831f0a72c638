// Conditions of a VirtualService's HTTP rule: those Envoy checks per request, and those istiod decides itself, per proxy.
// Source: istio/istio:pilot/pkg/networking/core/route/route.go TranslateRouteMatch, sourceMatchHTTP; pkg/jwt/routing.go at 1.31.
import type { HTTPMatchRequest, StringMatch } from '../../manifests/index.ts';
import type { ClaimMatch, HeaderMatch, PathMatch, Route, RouteMatch, ValueMatch } from './route-table.ts';

/** For whom routes are made: a class of client proxies. */
export interface RouteClient {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Gateways it stands for, as `namespace/name`; sidecars and waypoints stand for `mesh`. */
  readonly gateways: ReadonlySet<string>;
}

export const meshGateways: ReadonlySet<string> = new Set(['mesh']);

/** What a match says of the client proxy and the port, in HTTP, TLS and TCP rules alike. */
export interface SourceMatch {
  readonly port?: number;
  readonly gateways?: readonly string[];
  readonly sourceLabels?: Readonly<Record<string, string>>;
  readonly sourceNamespace?: string;
}

/** Where gateways are named, labels and namespace are not looked at. */
export function isForClient(match: SourceMatch, client: RouteClient, port: number): boolean {
  if (match.port !== undefined && match.port !== 0 && match.port !== port) return false;
  const { gateways = [], sourceLabels = {}, sourceNamespace = '' } = match;
  if (gateways.length > 0) return gateways.some((gateway) => client.gateways.has(gateway));
  if (!Object.entries(sourceLabels).every(([key, value]) => client.labels[key] === value)) return false;
  return sourceNamespace === '' || sourceNamespace === client.namespace;
}

export function matchOf(match: HTTPMatchRequest): RouteMatch {
  const headers: HeaderMatch[] = [];
  const claims: ClaimMatch[] = [];
  const add = (table: Readonly<Record<string, StringMatch>> | undefined, invert: boolean): void => {
    for (const [name, wanted] of Object.entries(table ?? {})) {
      const value = valueOf(wanted);
      const path = claimPath(name);
      if (path === undefined)
        headers.push({ name: name.toLowerCase(), value, invert, missingIsEmpty: invert && value.kind !== 'present' });
      else claims.push({ path, value, invert });
    }
  };
  add(match.headers, false);
  add(match.withoutHeaders, true);
  return {
    path: pathOfMatch(match),
    headers: [
      ...headers.sort(byName),
      ...pseudo(':method', match.method),
      ...pseudo(':authority', match.authority),
      ...pseudo(':scheme', match.scheme),
    ],
    query: Object.entries(match.queryParams ?? {})
      .map(([name, wanted]) => ({ name, value: valueOf(wanted) }))
      .sort(byName),
    claims,
  };
}

/** Routes after one that matches everything are never reached. */
export function isCatchAll({ match }: Route): boolean {
  const { path, headers, query, claims } = match;
  const matchesAll = path.value === '/' ? path.kind === 'prefix' || path.kind === 'segments' : isAnyPath(path);
  return matchesAll && headers.length + query.length + claims.length === 0;
}

function isAnyPath({ kind, value }: PathMatch): boolean {
  return kind === 'regex' && value === '.*';
}

function pseudo(name: string, wanted: StringMatch | undefined): readonly HeaderMatch[] {
  return wanted === undefined ? [] : [{ name, value: valueOf(wanted), invert: false, missingIsEmpty: false }];
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function pathOfMatch({ uri, ignoreUriCase = false }: HTTPMatchRequest): PathMatch {
  if (uri?.exact !== undefined) return { kind: 'exact', value: uri.exact, ignoreCase: ignoreUriCase };
  if (uri?.regex !== undefined) return { kind: 'regex', value: uri.regex, ignoreCase: false };
  return { kind: 'prefix', value: uri?.prefix ?? '/', ignoreCase: ignoreUriCase };
}

/** `{}` means "is there", and so does the expression `*`, which is none. */
export function valueOf({ exact, prefix, regex }: StringMatch): ValueMatch {
  if (exact !== undefined) return { kind: 'exact', value: exact };
  if (prefix !== undefined) return { kind: 'prefix', value: prefix };
  return regex === undefined || regex === '*' ? { kind: 'present' } : { kind: 'regex', value: regex };
}

/** `@request.auth.claims.group.id` and `@request.auth.claims[group][id]` name a claim, not a header. */
function claimPath(name: string): readonly string[] | undefined {
  const prefix = '@request.auth.claims';
  if (!name.toLowerCase().startsWith(prefix)) return undefined;
  const rest = name.slice(prefix.length);
  if (rest.startsWith('.') && rest.length > 1) return rest.slice(1).split('.');
  return rest.startsWith('[') && rest.endsWith(']') && rest.length > 2 ? rest.slice(1, -1).split('][') : undefined;
}
