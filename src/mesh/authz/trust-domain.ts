// Trust domain aliases: a policy that names the mesh's trust domain, an alias of it or `cluster.local` means all of them.
// Source: istio/istio:pilot/pkg/security/trustdomain/{bundle,util}.go at 1.31.

/** The mesh's trust domain, then its aliases. */
export type TrustDomains = readonly string[];

/** Principals (`td/ns/N/sa/S`) with those of the other names of their trust domain. */
export function principalsOfAliases(principals: readonly string[], domains: TrustDomains): readonly string[] {
  return principals.flatMap((principal) => {
    const [domain = '', ...rest] = principal.split('/');
    if (rest.length !== 4 || domain === '*') return [principal];
    if (domain !== 'cluster.local' && !domains.some((known) => overlap(domain, known))) return [principal];
    // A pattern that covers a name stays as it is: `*-td` means `old-td` already.
    const others = domains.map((known) => (isSuffixOf(domain, known) ? principal : [known, ...rest].join('/')));
    return [...new Set(others)];
  });
}

/** Trust domains with the other names of each that is one of the mesh's. */
export function trustDomainsOfAliases(values: readonly string[], domains: TrustDomains): readonly string[] {
  return [...new Set(values.flatMap((value) => (domains.includes(value) ? domains : [value])))];
}

function overlap(a: string, b: string): boolean {
  return a === b || b === '*' || isPrefixOf(b, a) || isPrefixOf(a, b) || isSuffixOf(b, a) || isSuffixOf(a, b);
}

function isPrefixOf(pattern: string, text: string): boolean {
  return pattern.endsWith('*') && text.startsWith(pattern.slice(0, -1));
}

function isSuffixOf(pattern: string, text: string): boolean {
  return pattern.startsWith('*') && text.endsWith(pattern.slice(1));
}
