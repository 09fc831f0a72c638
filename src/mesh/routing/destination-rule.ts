// What a client's sidecar reads of DestinationRules: subsets by label, and which TLS it speaks. All other traffic policy is not simulated.
// Source: istio/istio:pilot/pkg/model/push_context.go destinationRule, pilot/pkg/networking/core/cluster_traffic_policy.go at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type { FieldPath, JsonObject, JsonValue } from '../../manifests/index.ts';
import { originOf } from '../origin.ts';
import type { Origin } from '../../trace/index.ts';

export type ClientTlsMode = 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL';

export interface ClientTls {
  readonly mode: ClientTlsMode;
  readonly origin: Origin;
}

/** A trafficPolicy as far as it is simulated. */
interface TlsPolicy {
  readonly tls: ClientTls | undefined;
  /** By Service port: replaces `tls`, also with nothing. */
  readonly ports: ReadonlyMap<number, ClientTls | undefined>;
}

export interface Subset {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What it leaves unsaid is as the rule itself says for the port. */
  readonly policy: TlsPolicy;
  readonly origin: Origin;
}

/** A rule as read; every field of it that is simulated. */
export interface DestinationPolicy {
  readonly subsets: readonly Subset[];
  /** Undefined: the rule has no trafficPolicy. */
  readonly policy: TlsPolicy | undefined;
}

const nothing: DestinationPolicy = { subsets: [], policy: undefined };

/** The rule that governs a host for clients of a namespace. The first level that has one wins: the client's namespace, the Service's, the root. */
export function destinationPolicyFor(
  rules: readonly StoredObject[],
  host: { readonly hostname: string; readonly namespace: string },
  client: { readonly namespace: string; readonly rootNamespace: string; readonly domain: string },
): DestinationPolicy {
  const levels = [
    client.namespace === client.rootNamespace ? [] : [client.namespace],
    [host.namespace],
    [client.rootNamespace],
  ].flat();
  for (const level of levels) {
    const inLevel = rules.filter(
      (rule) =>
        rule.resource.metadata.namespace === level &&
        (level === client.namespace || isExportedTo(rule, client.namespace)),
    );
    const matching = inLevel.filter((rule) => hostMatches(hostOf(rule, client.domain), host.hostname));
    const mostSpecific = Math.max(0, ...matching.map((rule) => hostOf(rule, client.domain).length));
    const chosen = matching.filter((rule) => hostOf(rule, client.domain).length === mostSpecific).sort(byAge);
    if (chosen.length > 0) return merged(chosen.map(readRule));
  }
  return nothing;
}

/** `*.example.com` or the host itself. */
export function hostMatches(pattern: string, host: string): boolean {
  return pattern === host || pattern === '*' || (pattern.startsWith('*') && host.endsWith(pattern.slice(1)));
}

/** The TLS a client's cluster is told to speak; undefined: nothing said, auto mTLS decides per endpoint. */
export function clientTlsFor(
  { policy }: DestinationPolicy,
  port: number,
  subset: Subset | undefined,
): ClientTls | undefined {
  if (subset?.policy.ports.has(port) === true) return subset.policy.ports.get(port);
  if (subset?.policy.tls !== undefined) return subset.policy.tls;
  return policy?.ports.has(port) === true ? policy.ports.get(port) : policy?.tls;
}

function isExportedTo(rule: StoredObject, namespace: string): boolean {
  const exportTo = specOf(rule)['exportTo'];
  if (!Array.isArray(exportTo) || exportTo.length === 0) return true;
  return exportTo.some(
    (target) =>
      target === '*' || target === namespace || (target === '.' && rule.resource.metadata.namespace === namespace),
  );
}

function hostOf(rule: StoredObject, domain: string): string {
  const host = text(specOf(rule)['host']);
  return host.includes('.') || host.includes('*') ? host : `${host}.${rule.resource.metadata.namespace}.svc.${domain}`;
}

function byAge(a: StoredObject, b: StoredObject): number {
  if (a.createdAt !== b.createdAt) return a.createdAt - b.createdAt;
  const left = a.resource.metadata.name;
  const right = b.resource.metadata.name;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Rules of one host and namespace add up: the first to name a subset has it, the first with a trafficPolicy sets all of that. */
function merged(policies: readonly DestinationPolicy[]): DestinationPolicy {
  const subsets = new Map<string, Subset>();
  for (const policy of policies)
    for (const subset of policy.subsets) if (!subsets.has(subset.name)) subsets.set(subset.name, subset);
  const first = policies.find(({ policy }) => policy !== undefined);
  return { subsets: [...subsets.values()], policy: first?.policy };
}

function readRule(rule: StoredObject): DestinationPolicy {
  const spec = specOf(rule);
  const subsets = list(spec['subsets']).map((entry, index): Subset => {
    const subset = object(entry);
    const path: FieldPath = ['spec', 'subsets', index];
    const labels = Object.fromEntries(
      Object.entries(object(subset['labels'])).map(([key, value]) => [key, text(value)]),
    );
    return {
      name: text(subset['name']),
      labels,
      policy: policyOf(rule, object(subset['trafficPolicy']), [...path, 'trafficPolicy']),
      origin: originOf(rule, path),
    };
  });
  const policy = spec['trafficPolicy'];
  return {
    subsets,
    policy: policy === undefined ? undefined : policyOf(rule, object(policy), ['spec', 'trafficPolicy']),
  };
}

function policyOf(rule: StoredObject, policy: JsonObject, path: FieldPath): TlsPolicy {
  const ports = new Map<number, ClientTls | undefined>();
  list(policy['portLevelSettings']).forEach((entry, index) => {
    const settings = object(entry);
    const number = object(settings['port'])['number'];
    if (typeof number === 'number') ports.set(number, tlsOf(rule, settings, [...path, 'portLevelSettings', index]));
  });
  return { tls: tlsOf(rule, policy, path), ports };
}

const modes: readonly ClientTlsMode[] = ['DISABLE', 'SIMPLE', 'MUTUAL', 'ISTIO_MUTUAL'];

function tlsOf(rule: StoredObject, policy: JsonObject, path: FieldPath): ClientTls | undefined {
  const tls = policy['tls'];
  if (tls === undefined) return undefined;
  const mode = modes.find((candidate) => candidate === object(tls)['mode']) ?? 'DISABLE'; // the API's zero value
  return { mode, origin: originOf(rule, [...path, 'tls']) };
}

function specOf(rule: StoredObject): JsonObject {
  return object(rule.resource.object['spec']);
}
function object(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}; // neither list nor null
}
function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
