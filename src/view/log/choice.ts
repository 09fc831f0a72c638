// What was chosen at a point of decision, as the engine writes it down: names, and a few phrases of its own. The phrases are told apart
// here, so that they can be said in the reader's language; names, and what a real proxy would write, stay as they are.

export type ChoiceKey =
  | 'decision.choice.waits'
  | 'decision.choice.no-chain'
  | 'decision.choice.several-chains'
  | 'decision.choice.http'
  | 'decision.choice.tcp'
  | 'decision.choice.no-virtual-host'
  | 'decision.choice.no-route'
  | 'decision.choice.undefined'
  | 'decision.choice.no-routes'
  | 'decision.choice.no-cluster'
  | 'decision.choice.tls-redirect'
  | 'decision.choice.no-endpoint'
  | 'decision.choice.plaintext'
  | 'decision.choice.allow'
  | 'decision.choice.allow-without'
  | 'decision.choice.allow-by'
  | 'decision.choice.deny'
  | 'decision.choice.asks'
  | 'decision.choice.no-fault'
  | 'decision.choice.delay'
  | 'decision.choice.uncounted'
  | 'decision.choice.within-limit'
  | 'decision.choice.tolerated'
  | 'decision.choice.over-limit';

/** A phrase, and the names in it. Its words stand in the text room, under its key. */
export interface Choice {
  readonly key: ChoiceKey;
  readonly params: Readonly<Record<string, string>>;
}

/** In the order in which they are tried. Source: the `*Choice` functions of mesh/, one for each point. */
const phrases: readonly (readonly [key: ChoiceKey, phrase: RegExp])[] = [
  ['decision.choice.waits', /^(?:(?<listener>.+): )?waits for the first bytes$/],
  ['decision.choice.no-chain', /^(?:(?<listener>.+): )?no filter chain: reset$/],
  ['decision.choice.several-chains', /^(?<listener>.+): several filter chains: reset$/],
  ['decision.choice.http', /^(?<listener>.+): HTTP by (?:route configuration )?(?<routes>.+?)(?: in (?<tls>m?TLS))?$/],
  ['decision.choice.tcp', /^(?<listener>.+): TCP to (?<cluster>.+?)(?: in (?<tls>m?TLS))?$/],
  ['decision.choice.no-virtual-host', /^no virtual host$/],
  ['decision.choice.undefined', /^not predictable$/],
  ['decision.choice.no-routes', /^no route configuration$/],
  ['decision.choice.no-route', /^(?<host>.+): no route$/],
  ['decision.choice.no-cluster', /^(?<route>.+): no cluster$/],
  ['decision.choice.tls-redirect', /^(?<host>.+): 301 to https$/],
  ['decision.choice.no-endpoint', /^(?<cluster>.+): no healthy endpoint$/],
  ['decision.choice.plaintext', /^(?:(?<what>.+) )?plaintext$/],
  ['decision.choice.allow', /^(?:allow|ALLOW)$/],
  ['decision.choice.allow-without', /^allow: no ALLOW policy$/],
  ['decision.choice.allow-by', /^allow: (?<policy>.+)$/],
  ['decision.choice.deny', /^deny: (?<detail>.+)$/],
  ['decision.choice.asks', /^asks (?<cluster>.+)$/],
  ['decision.choice.no-fault', /^no fault$/],
  ['decision.choice.delay', /^delay (?<span>[\d.]+) s(?:, abort (?<status>.+))?$/],
  ['decision.choice.uncounted', /^not counted$/],
  ['decision.choice.within-limit', /^within the limit$/],
  ['decision.choice.tolerated', /^over the limit, let through$/],
  ['decision.choice.over-limit', /^over the limit: (?<status>.+)$/],
];

/** The phrase in what was chosen; undefined when there is none, and it stands for itself. */
export function choiceOf(chosen: string): Choice | undefined {
  for (const [key, phrase] of phrases) {
    const found = phrase.exec(chosen);
    if (found === null) continue;
    const parts = Object.entries(found.groups ?? {}) as readonly [string, string | undefined][]; // a part may be absent
    return { key, params: Object.fromEntries(parts.map(([name, part]) => [name, part ?? ''])) };
  }
  return undefined;
}
