// Where in a request a token may be, and how it is taken out. Source: envoyproxy/envoy:source/extensions/filters/http/jwt_authn/extractor.cc.
import type { JwtRule } from '../../../manifests/index.ts';
import type { HttpRequestHead } from '../../../trace/index.ts';

export type TokenLocation =
  | { readonly kind: 'header'; readonly name: string; readonly prefix: string }
  | { readonly kind: 'param' | 'cookie'; readonly name: string };

export interface FoundToken {
  readonly text: string;
  readonly location: TokenLocation;
}

/** The places a rule names, else the usual ones. */
export function locationsOf({
  fromHeaders = [],
  fromParams = [],
  fromCookies = [],
}: JwtRule): readonly TokenLocation[] {
  const named: readonly TokenLocation[] = [
    ...fromHeaders.map(({ name, prefix = '' }) => ({ kind: 'header' as const, name: name.toLowerCase(), prefix })),
    ...fromParams.map((name) => ({ kind: 'param' as const, name })),
    ...fromCookies.map((name) => ({ kind: 'cookie' as const, name })),
  ];
  if (named.length > 0) return named;
  return [
    { kind: 'header', name: 'authorization', prefix: 'Bearer ' },
    { kind: 'param', name: 'access_token' },
  ];
}

/** In the order Envoy checks them: cookies, parameters, headers. */
export function tokensOf(locations: readonly TokenLocation[], request: HttpRequestHead): readonly FoundToken[] {
  return locations
    .flatMap((location) => textsAt(location, request).map((text): FoundToken => ({ text, location })))
    .reverse();
}

function textsAt(location: TokenLocation, { headers, path }: HttpRequestHead): readonly string[] {
  const valuesOf = (wanted: string): readonly string[] =>
    headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
  switch (location.kind) {
    case 'header':
      return valuesOf(location.name).flatMap((value) => {
        const at = value.indexOf(location.prefix);
        if (location.prefix === '' || at < 0) return at < 0 ? [] : [value];
        const rest = value.slice(at + location.prefix.length);
        const start = rest.search(/[-\w.]/);
        return [start < 0 ? value : rest.slice(start)];
      });
    case 'param':
      return paramsOf(path)
        .filter(([name]) => name === location.name)
        .slice(0, 1)
        .map(([, value]) => value);
    case 'cookie':
      return valuesOf('cookie')
        .flatMap((value) => value.split(';'))
        .map((pair) => pair.trim())
        .filter((pair) => pair.startsWith(`${location.name}=`))
        .slice(0, 1)
        .map((pair) => pair.slice(location.name.length + 1).replace(/^"(.*)"$/, '$1'));
  }
}

/** A request without the token at a place; cookies stay. */
export function withoutToken(request: HttpRequestHead, location: TokenLocation): HttpRequestHead {
  switch (location.kind) {
    case 'header':
      return withoutHeaders(request, [location.name]);
    case 'param': {
      const start = request.path.indexOf('?');
      const kept = request.path
        .slice(start + 1)
        .split('&')
        .filter((pair) => decoded(pair.split('=')[0] ?? '') !== location.name);
      return { ...request, path: request.path.slice(0, start) + (kept.length > 0 ? `?${kept.join('&')}` : '') };
    }
    case 'cookie':
      return request;
  }
}

export function withoutHeaders(request: HttpRequestHead, names: readonly string[]): HttpRequestHead {
  const gone = names.map((name) => name.toLowerCase());
  const kept = request.headers.filter(([name]) => !gone.includes(name.toLowerCase()));
  return kept.length === request.headers.length ? request : { ...request, headers: kept };
}

function paramsOf(path: string): readonly (readonly [name: string, value: string])[] {
  const start = path.indexOf('?');
  const query = start < 0 ? '' : (path.slice(start + 1).split('#')[0] ?? '');
  return query.split('&').map((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? [decoded(pair), ''] : [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
  });
}

function decoded(text: string): string {
  return text.replaceAll(/%[0-9a-f]{2}/gi, (escape) => String.fromCharCode(parseInt(escape.slice(1), 16)));
}
