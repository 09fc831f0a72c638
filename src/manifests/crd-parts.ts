// The kinds of CRDs come apart from the rest (crds.ts): the page's worker fetches them once a manifest names one, every other entry
// provides them as it starts. What is here is all that is known of them.
import type { Crds, GatewayApiChannel } from './catalog.ts';

/** Every group of theirs; a test holds the list against the schemas. */
export const customGroups: readonly string[] = [
  'extensions.istio.io',
  'gateway.networking.k8s.io',
  'gateway.networking.x-k8s.io',
  'networking.istio.io',
  'security.istio.io',
  'telemetry.istio.io',
];

let provided: Crds | undefined;

/** Once, before anything is read that may name one of their kinds (`mayNameCustomKind`). */
export function provideCrds(crds: Crds): void {
  provided = crds;
}

/** What was provided, once it is asked about a group that is theirs. */
const lateCrds: Crds = (group) => {
  if (!customGroups.includes(group)) return undefined;
  if (provided === undefined) throw new Error(`the kinds of ${group} are provided before a manifest names one`);
  return provided(group);
};

export const standardChannel: GatewayApiChannel = { name: 'standard', crds: lateCrds };

/** Whether a text may have an object of such a kind in it, by its words: rather too often than too seldom. */
export function mayNameCustomKind(text: string): boolean {
  return customGroups.some((group) => text.includes(group)) || text.includes(escape);
}
/** With it YAML can spell any word in another way. */
const escape = '\\';
