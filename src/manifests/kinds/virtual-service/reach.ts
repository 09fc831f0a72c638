// Rules that nothing ever reaches, because rules before them take all they match. istiod accepts them and warns.
// Source: istio/istio:pkg/config/validation/validation.go analyzeUnreachableHTTPRules, coveredValidation at 86c9f01fd735.

import type { JsonObject, JsonValue } from '../../json.ts';
import type { Report } from '../../report.ts';
import type { FieldPath } from '../../source.ts';
import { shown } from '../../structural/wrong-value.ts';
import type { HTTPMatchRequest, StringMatch, VirtualServiceSpec } from './type.ts';

export function checkReach({ http = [], tls = [], tcp = [] }: VirtualServiceSpec, report: Report): void {
  checkRules(http, report, ['spec', 'http']);
  checkRules(tls, report, ['spec', 'tls']);
  checkRules(tcp, report, ['spec', 'tcp']);
  checkPrefixes(http, report);
}

interface Rule {
  readonly match?: readonly object[];
}

/** A rule without a match catches everything; a match that stands twice catches nothing the second time. */
function checkRules(rules: readonly Rule[], report: Report, path: FieldPath): void {
  const seen = new Map<string, number>();
  let catchAll: number | undefined;
  for (const [index, { match: matches = [] }] of rules.entries()) {
    if (catchAll !== undefined) {
      report.add('istio-vs-unreachable', [...path, index], { rule: catchAll + 1 }, { aim: 'head' });
      continue;
    }
    if (matches.length === 0) catchAll = index;
    let repeated = 0;
    for (const [place, match] of matches.entries()) {
      const identity = identityOf(match);
      const other = seen.get(identity);
      if (other === undefined) {
        seen.set(identity, index);
        continue;
      }
      repeated += 1;
      report.add('istio-vs-match-twice', [...path, index, 'match', place], { other: other + 1 }, { aim: 'head' });
    }
    if (matches.length > 0 && repeated === matches.length) {
      report.add('istio-vs-matches-used', [...path, index], {}, { aim: 'head' });
    }
  }
}

/** The same for all matches that match the same: its name does not count, nor the order of its fields. */
function identityOf(match: object): string {
  const { name: _name, ...rest } = match as JsonObject; // it came from JSON
  return JSON.stringify(sorted(rest));
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, field]) => [key, sorted(field)] as const);
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}

// ---- Prefixes inside prefixes -------------------------------------------------------------------------------------

interface PrefixMatch {
  readonly path: FieldPath;
  /** 1-based. */
  readonly rule: number;
  readonly prefix: string;
  readonly match: HTTPMatchRequest;
}

function checkPrefixes(http: NonNullable<VirtualServiceSpec['http']>, report: Report): void {
  const found: PrefixMatch[] = [];
  const seen = new Set<string>();
  for (const [index, { match: matches = [] }] of http.entries()) {
    if (matches.length === 0) break; // nothing after it is reached
    for (const [place, match] of matches.entries()) {
      const prefix = match.uri?.prefix;
      const identity = identityOf(match);
      if (!prefix || seen.has(identity)) continue;
      seen.add(identity);
      const path = ['spec', 'http', index, 'match', place];
      const earlier = found.find((other) => other.prefix !== prefix && covers(other, prefix, match));
      if (earlier)
        report.add(
          'istio-vs-match-covered',
          path,
          { value: shown(earlier.prefix), other: earlier.rule },
          { aim: 'head' },
        );
      found.push({ path, rule: index + 1, prefix, match });
    }
  }
}

/** Everything else that istiod compares is the same, or narrower in the earlier match. */
function covers({ prefix: wide, match: earlier }: PrefixMatch, prefix: string, later: HTTPMatchRequest): boolean {
  if (!prefix.startsWith(wide) || (earlier.port ?? 0) !== (later.port ?? 0)) return false;
  if (!textOf(earlier.method, 'exact:GET').startsWith(textOf(later.method, 'exact:GET'))) return false;
  if (!textOf(earlier.authority).startsWith(textOf(later.authority))) return false;
  return (['headers', 'queryParams', 'withoutHeaders'] as const).every((field) =>
    mapCovers(earlier[field] ?? {}, later[field] ?? {}),
  );
}

type Matches = Readonly<Record<string, StringMatch>>;

function mapCovers(earlier: Matches, later: Matches): boolean {
  const names = Object.keys(earlier);
  if (names.length !== Object.keys(later).length) return false;
  return names.every((name) => Object.hasOwn(later, name) && textOf(earlier[name]).startsWith(textOf(later[name])));
}

/** A match as istiod compares it; one by regular expression counts as none. */
function textOf(match: StringMatch | undefined, none = ''): string {
  if (match?.exact) return `exact:${match.exact}`;
  return match?.prefix ? `prefix:${match.prefix}` : none;
}
