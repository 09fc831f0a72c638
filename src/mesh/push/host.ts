// Host names with a leading wildcard, as Istio compares them. Source: istio/istio:pkg/config/host/name.go,
// pilot/pkg/model/config.go MostSpecificHostMatch at 1.31.

export function isWildcard(host: string): boolean {
  return host.startsWith('*');
}

/** Whether two names have a host in common. */
export function overlaps(a: string, b: string): boolean {
  if (!isWildcard(a) && !isWildcard(b)) return a === b;
  const [shorter, longer] = isWildcard(a) && (!isWildcard(b) || a.length < b.length) ? [a, b] : [b, a];
  return (isWildcard(longer) ? longer.slice(1) : longer).endsWith(shorter.slice(1));
}

/** Whether every host of `inner` is one of `outer`. */
export function isSubsetOf(inner: string, outer: string): boolean {
  if (!isWildcard(outer)) return inner === outer;
  if (isWildcard(inner)) return inner.length >= outer.length && inner.slice(1).endsWith(outer.slice(1));
  return inner.endsWith(outer.slice(1));
}

/** Values by host, asked for by a service's name: exact, then the longest wildcard. Of two values for one host the first stays. */
export class HostTable<T> {
  readonly #exact = new Map<string, T>();
  /** By the part after the star. */
  readonly #wild = new Map<string, T>();

  get(host: string): T | undefined {
    return isWildcard(host) ? this.#wild.get(host.slice(1)) : this.#exact.get(host);
  }

  set(host: string, value: T): void {
    if (isWildcard(host)) this.#wild.set(host.slice(1), value);
    else this.#exact.set(host, value);
  }

  /** The value of the most specific host that covers a name. */
  find(name: string): T | undefined {
    const exact = this.get(name);
    if (exact !== undefined || this.#wild.size === 0) return exact;
    const rest = isWildcard(name) ? name.slice(1) : name;
    // Every end of the name, the longest first.
    for (let start = 0; start <= rest.length; start += 1) {
      const value = this.#wild.get(rest.slice(start));
      if (value !== undefined) return value;
    }
    return undefined;
  }
}
