// Which code that comes late a scenario needs before it can begin. Only words are looked at: nothing has been read by then.
import { mayNameCustomKind } from '../manifests/index.ts';
import type { ScenarioSource } from './port.ts';

/** `crds`: the kinds of CRDs (manifests/crds.ts); `envoys`: these and what mesh/envoys.ts names. */
export type LateCode = 'crds' | 'envoys';

const envoyWords = /inject|istio\.io\/rev|sidecar|istio-proxy|gateway|ingress|waypoint|load-?balancer/i;
/** What brings late parts of Kubernetes along: CronJobs, indexes and failure policies of Jobs, evictions. */
const lateWords = /CronJob|Indexed|podFailurePolicy|drain/;

/** Undefined where the first part will do; rather too often something than too seldom. */
export function lateCodeOf({
  mesh,
  hasWaypoints,
  scenario,
  manifests,
  extras = [],
}: ScenarioSource): LateCode | undefined {
  if (mesh === 'sidecar' || hasWaypoints === true) return 'envoys';
  const texts = [scenario, ...[...manifests, ...extras].map(({ text }) => text)];
  if (texts.some((text) => envoyWords.test(text) || lateWords.test(text))) return 'envoys';
  return texts.some(mayNameCustomKind) ? 'crds' : undefined;
}
