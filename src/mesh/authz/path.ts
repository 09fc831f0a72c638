// A request's path as an Envoy of Istio makes it before any filter or route reads it, and as it then goes on.
// Source: envoyproxy/envoy:source/common/http/path_utility.cc; istio/istio:pilot/pkg/networking/core/listener_builder.go at 1.31.
import type { PathNormalization } from '../config/index.ts';

/** The path with its query. Undefined: Envoy answers 400 (`path_normalization_failed`), since an escaped NUL is in it. */
export function normalisePath(path: string, normalization: PathNormalization = 'BASE'): string | undefined {
  if (normalization === 'NONE' || path === '') return path;
  const at = path.indexOf('?');
  const query = at < 0 ? '' : path.slice(at);
  let plain = at < 0 ? path : path.slice(0, at);
  if (normalization === 'DECODE_AND_MERGE_SLASHES') plain = plain.replaceAll(/%2f|%5c/gi, unescaped);
  if (/^[^/]|[\\%]|\/\./.test(plain)) {
    plain = plain.replaceAll('\\', '/').replaceAll(/%(?:[46][1-9a-f]|[57][0-9a]|3[0-9]|2[de]|5f|7e)/gi, unescaped);
    if (plain.includes('%00')) return undefined;
    plain = withoutDots(plain);
  }
  if (normalization !== 'BASE') plain = plain.replaceAll(/\/{2,}/g, '/');
  return plain + query;
}

/** What policies and routes compare: without query and fragment. */
export function pathOnly(path: string): string {
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end);
}

function unescaped(escape: string): string {
  return String.fromCharCode(parseInt(escape.slice(1), 16));
}

/** `.` and `..` as in RFC 3986, 5.2.4. */
function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.replace(/^\//, '').split('/');
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
    if (isLast && (segment === '.' || segment === '..')) kept.push('');
  }
  return `/${kept.join('/')}`;
}
