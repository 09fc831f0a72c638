// What a route does to heads: header changes, rewrites, redirects. Pure.
import type { HttpRequestHead, HttpResponseHead, HeaderList } from '../../trace/index.ts';
import { pathOf } from './match.ts';
import { replaceMatches } from './regex.ts';
import type { HeaderChanges, PathRewrite, Rewrite, Route, RouteAction } from './route-table.ts';

/** Sets replace, adds append, removes remove; names compare without case. The same list when nothing changes. */
export function changeHeaders(headers: HeaderList, changes: readonly HeaderChanges[]): HeaderList {
  let result = headers;
  for (const { set, add, remove } of changes) {
    if (set.length + add.length + remove.length === 0) continue;
    const gone = new Set([...remove, ...set.map(([name]) => name)].map((name) => name.toLowerCase()));
    result = [...result.filter(([name]) => !gone.has(name.toLowerCase())), ...set, ...add];
  }
  return result;
}

/** The request as it goes upstream. */
export function rewriteRequest(
  request: HttpRequestHead,
  route: Route,
  rewrite: Rewrite,
  changes: readonly HeaderChanges[],
): HttpRequestHead {
  return {
    ...request,
    path: rewritePath(request.path, route, rewrite.path),
    authority: rewrite.authority === '' ? request.authority : rewrite.authority,
    headers: changeHeaders(request.headers, changes),
  };
}

function rewritePath(written: string, route: Route, rewrite: PathRewrite): string {
  if (rewrite.kind === 'none') return written;
  const path = pathOf(written);
  const query = written.slice(path.length);
  if (rewrite.kind === 'regex') return replaceMatches(rewrite.pattern, path, rewrite.substitution) + query;
  const { match } = route;
  // A route on an exact path or an expression has no prefix to replace: the whole path goes.
  if (rewrite.kind === 'full' || match.path.kind === 'exact' || match.path.kind === 'regex')
    return rewrite.value + query;
  const rest = path.slice(match.path.value === '/' && match.path.kind === 'segments' ? 0 : match.path.value.length);
  if (match.path.kind === 'prefix') return rewrite.value + rest + query;
  // By segments exactly one slash stands between what is put in and what is left.
  const head = rewrite.value.replace(/\/$/, '');
  const tail = rest === '' || rest.startsWith('/') ? rest : `/${rest}`;
  return (head + tail === '' ? '/' : head + tail) + query;
}

/**
 * The answer of a redirect. `spoken`: the request's own scheme. The Host's port stays as written, unless another is said, or the scheme
 * changes and it was the old one's default. Source: envoyproxy/envoy:source/common/router/config_impl.cc newUri, processRequestHost.
 */
export function redirectResponse(
  request: HttpRequestHead,
  route: Route,
  redirect: Extract<RouteAction, { kind: 'redirect' }>,
  spoken: 'http' | 'https' = 'http',
): HttpResponseHead {
  const scheme = redirect.scheme === '' ? spoken : redirect.scheme;
  const written = /:\d+$/.exec(request.authority)?.[0] ?? '';
  const isOldDefault = scheme !== spoken && written === (spoken === 'https' ? ':443' : ':80');
  const isDropped = redirect.port !== 0 || isOldDefault;
  const own = isDropped ? request.authority.slice(0, request.authority.length - written.length) : request.authority;
  const host = redirect.authority === '' ? own : redirect.authority;
  const port = redirect.port === 0 ? '' : `:${redirect.port}`;
  const location = `${scheme}://${host}${port}${rewritePath(request.path, route, redirect.path)}`;
  return { status: redirect.status, headers: [['location', location]] };
}
