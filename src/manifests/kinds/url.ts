// URLs as Go's net/url reads them, as far as admission asks: is it one, and with which scheme?
// Source: golang/go:src/net/url/url.go Parse, ParseRequestURI at 1.25.

import { isIPv6 } from '../ip.ts';

export interface Url {
  /** In small letters; '' when there is none. */
  readonly scheme: string;
}

/** An absolute URL, a path, or whatever else may be a reference; undefined when it is none. */
export function parseUrl(text: string): Url | undefined {
  const hash = text.indexOf('#');
  const fragment = hash === -1 ? '' : text.slice(hash + 1);
  return hasValidEscapes(fragment) ? read(hash === -1 ? text : text.slice(0, hash), false) : undefined;
}

/** What may stand in the first line of a request: an absolute URL, or a path from the root. */
export function parseRequestUri(text: string): Url | undefined {
  return read(text, true);
}

function read(text: string, isRequest: boolean): Url | undefined {
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[\u0000-\u001f\u007f]/.test(text) || (text === '' && isRequest)) return undefined;
  if (text.startsWith(':')) return undefined; // a scheme without a name
  const scheme = /^([a-zA-Z][-+.a-zA-Z0-9]*):/.exec(text)?.[1] ?? '';
  const rest = (scheme === '' ? text : text.slice(scheme.length + 1)).replace(/\?.*$/s, '');
  const url = { scheme: scheme.toLowerCase() };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return url; // opaque, as in mailto:a@b
    const firstSegment = rest.split('/')[0] ?? '';
    if (isRequest || firstSegment.includes(':') || !hasValidEscapes(rest)) return undefined;
    return url;
  }
  const [, authority = '', path = rest] = rest.startsWith('//') ? (/^\/\/([^/]*)(.*)$/s.exec(rest) ?? []) : [];
  return isAuthority(authority) && hasValidEscapes(path) ? url : undefined;
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@');
  const user = authority.slice(0, Math.max(at, 0));
  if (!/^[-A-Za-z0-9._:~!$&'()*+,;=%@]*$/.test(user)) return false;
  const host = authority.slice(at + 1);
  const [, address, bracketPort = ''] = /^\[([^\]]*)\](.*)$/.exec(host) ?? [];
  if (address !== undefined) return isIPv6(address.replace(/%25.*$/, '')) && /^(?::[0-9]*)?$/.test(bracketPort);
  // A colon inside the host is refused, as is a port that is no number.
  return /^[^:[\] "<>\\^`{|}]*(?::[0-9]*)?$/.test(host) && hasValidEscapes(host);
}

function hasValidEscapes(text: string): boolean {
  return !/%(?![0-9A-Fa-f]{2})/.test(text);
}
