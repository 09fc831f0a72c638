// Host names with a leading wildcard, compared as Istio compares them: `*.com` also covers `a.b.com`, and `*` everything.
// Source: istio/istio:pkg/config/host/name.go and names.go at 1.31.

/** Whether some name fits both. */
export function hostsMeet(a: string, b: string): boolean {
  if (!isWild(a)) return isWild(b) ? a.endsWith(b.slice(1)) : a === b;
  if (!isWild(b)) return b.endsWith(a.slice(1));
  return a.length < b.length ? b.endsWith(a.slice(1)) : a.endsWith(b.slice(1));
}

/** Whether every name that fits `a` fits `b`. */
export function isWithin(a: string, b: string): boolean {
  if (isWild(a)) return isWild(b) && a.length >= b.length && a.endsWith(b.slice(1));
  return isWild(b) ? a.endsWith(b.slice(1)) : a === b;
}

/** What both lists cover, in the order of the first. */
export function intersectionOf(hosts: readonly string[], others: readonly string[]): readonly string[] {
  const pairs = hosts.flatMap((host) =>
    others.flatMap((other) => (isWithin(host, other) ? [host] : isWithin(other, host) ? [other] : [])),
  );
  return [...new Set(pairs)];
}

export function isWild(host: string): boolean {
  return host.startsWith('*');
}
