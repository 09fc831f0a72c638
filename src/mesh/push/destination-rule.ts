// DestinationRules: those of one host and namespace add up, the nearest namespace that has one for a service wins, and of a rule's policies
// the most particular part counts: subset over host, single port over all. Source: istio/istio:pilot/pkg/model/{destination_rule.go,
// push_context.go setDestinationRules, destinationRule,sidecar.go DestinationRule}, pilot/pkg/networking/util/util.go
// MergeSubsetTrafficPolicy at 1.31.
import type { StoredObject } from '../../kube/index.ts';
import type {
  ClientTlsSettings,
  ConnectionPool,
  DestinationRuleResource,
  FieldPath,
  LoadBalancer,
  OutlierDetection,
  PortTrafficPolicy,
  RetryBudget,
  TrafficPolicy,
} from '../../manifests/index.ts';
import type { Origin } from '../../trace/index.ts';
import { byAge } from '../age.ts';
import type { MeshConfiguration } from '../config/index.ts';
import { exportedTo } from '../config/index.ts';
import { originOf } from '../origin.ts';
import { Remembered } from '../remembered.ts';
import { selects } from '../registry/index.ts';
import { qualifiedHost } from '../routing/index.ts';
import { HostTable } from './host.ts';

type Rule = StoredObject<DestinationRuleResource>;
type Labels = Readonly<Record<string, string>>;

/** One or several rules of a namespace for one host. */
export interface DestinationRuleSet {
  readonly namespace: string;
  readonly exportTo: readonly string[];
  /** Client workloads it is for; undefined: all. */
  readonly selector: Labels | undefined;
  readonly policy: WrittenPolicy | undefined;
  readonly subsets: readonly RuleSubset[];
}

export interface RuleSubset {
  readonly name: string;
  readonly labels: Labels;
  readonly policy: WrittenPolicy | undefined;
  readonly origin: Origin;
}

/** A policy with the lines it stands on. */
export interface WrittenPolicy {
  readonly policy: TrafficPolicy;
  readonly object: Rule;
  readonly path: FieldPath;
}

/** What holds for one port, each part with the lines that say it. */
export interface EffectivePolicy {
  readonly connectionPool: Written<ConnectionPool> | undefined;
  readonly outlierDetection: Written<OutlierDetection> | undefined;
  readonly loadBalancer: Written<LoadBalancer> | undefined;
  readonly tls: Written<ClientTlsSettings> | undefined;
  readonly retryBudget: Written<RetryBudget> | undefined;
}

export interface Written<T> {
  readonly value: T;
  readonly origin: Origin;
}

class DestinationRules {
  readonly #rootNamespace: string;
  /** For clients of the rules' own namespace. */
  readonly #local = new Map<string, HostTable<DestinationRuleSet[]>>();
  /** For clients of others. */
  readonly #exported = new Map<string, HostTable<DestinationRuleSet[]>>();
  /** Private rules of the root namespace, which count for its own clients only. */
  readonly #rootLocal = new HostTable<DestinationRuleSet[]>();

  constructor(rules: readonly Rule[], mesh: MeshConfiguration) {
    this.#rootNamespace = mesh.meshConfig.rootNamespace;
    const sorted = [...rules].sort((a, b) => Number(isForAll(a)) - Number(isForAll(b)) || byAge(a, b));
    for (const rule of sorted) this.#add(rule, mesh);
  }

  /** The sets that may hold for a service, seen from a namespace; clients' labels choose among them. */
  find(
    service: { readonly hostname: string; readonly namespace: string },
    client: string,
  ): readonly DestinationRuleSet[] {
    const { hostname, namespace } = service;
    const own = client === this.#rootNamespace ? this.#rootLocal : this.#local.get(client);
    return (
      own?.find(hostname) ??
      this.#exportedFrom(namespace, hostname, client) ??
      this.#exportedFrom(this.#rootNamespace, hostname, client) ??
      []
    );
  }

  #add(rule: Rule, { domain, meshConfig }: MeshConfiguration): void {
    const { metadata, spec } = rule.resource;
    const { namespace } = metadata;
    const host = qualifiedHost(spec.host ?? '', namespace, domain);
    // Who chooses by workload chooses among its own.
    const exportTo = isForAll(rule) ? exportedTo(spec.exportTo, meshConfig.defaultDestinationRuleExportTo) : ['.'];
    const isOwn =
      exportTo.length === 0 || exportTo.includes('*') || exportTo.includes('.') || exportTo.includes(namespace);
    const isPrivate = exportTo.length === 1 && (exportTo[0] === '.' || exportTo[0] === namespace);
    const set = madeSets.get(rule, exportTo, () => setOf(rule, exportTo));
    if (isOwn) addTo(tableIn(this.#local, namespace), host, set);
    if (!isPrivate) addTo(tableIn(this.#exported, namespace), host, set);
    else if (namespace === this.#rootNamespace) addTo(this.#rootLocal, host, set);
  }

  /** Undefined: no rule of the namespace reaches the client, and the next namespace is asked. */
  #exportedFrom(namespace: string, hostname: string, client: string): readonly DestinationRuleSet[] | undefined {
    const sets = this.#exported
      .get(namespace)
      ?.find(hostname)
      ?.filter(({ exportTo }) => exportTo.length === 0 || exportTo.includes('*') || exportTo.includes(client));
    return sets === undefined || sets.length === 0 ? undefined : sets;
  }
}

const made = new Remembered<readonly Rule[], DestinationRules>();

/** The tables of the rules of a mesh. */
export function destinationRules(rules: readonly Rule[], mesh: MeshConfiguration): DestinationRules {
  return made.get(rules, [mesh], () => new DestinationRules(rules, mesh));
}

/** The set that holds for a client workload: one that selects it, else the last for all. */
export function ruleFor(
  sets: readonly DestinationRuleSet[],
  client: { readonly namespace: string; readonly labels: Labels },
): DestinationRuleSet | undefined {
  return (
    sets.find(
      ({ selector, namespace }) =>
        selector !== undefined && namespace === client.namespace && selects(selector, client.labels),
    ) ?? sets.findLast(({ selector }) => selector === undefined)
  );
}

/** Whether the choice among sets looks at the client's labels: the keys it looks at. */
export function selectorKeys(sets: readonly DestinationRuleSet[]): readonly string[] {
  return sets.flatMap(({ selector }) => Object.keys(selector ?? {}));
}

function isForAll({ resource }: Rule): boolean {
  return resource.spec.workloadSelector === undefined;
}

const madeSets = new Remembered<Rule, DestinationRuleSet>();

function setOf(object: Rule, exportTo: readonly string[]): DestinationRuleSet {
  const { metadata, spec } = object.resource;
  return {
    namespace: metadata.namespace,
    exportTo,
    selector: spec.workloadSelector === undefined ? undefined : (spec.workloadSelector.matchLabels ?? {}),
    policy:
      spec.trafficPolicy === undefined
        ? undefined
        : { policy: spec.trafficPolicy, object, path: ['spec', 'trafficPolicy'] },
    subsets: (spec.subsets ?? []).map(({ name = '', labels = {}, trafficPolicy }, index) => ({
      name,
      labels,
      policy:
        trafficPolicy === undefined
          ? undefined
          : { policy: trafficPolicy, object, path: ['spec', 'subsets', index, 'trafficPolicy'] },
      origin: originOf(object, ['spec', 'subsets', index]),
    })),
  };
}

function tableIn(
  tables: Map<string, HostTable<DestinationRuleSet[]>>,
  namespace: string,
): HostTable<DestinationRuleSet[]> {
  let table = tables.get(namespace);
  if (table === undefined) tables.set(namespace, (table = new HostTable<DestinationRuleSet[]>()));
  return table;
}

/** Joins a rule to those of its host that reach as far; what reaches further or is for other workloads stands beside them. */
function addTo(table: HostTable<DestinationRuleSet[]>, host: string, incoming: DestinationRuleSet): void {
  const sets = table.get(host);
  if (sets === undefined) {
    table.set(host, [incoming]);
    return;
  }
  let isSeparate = true;
  for (const [index, existing] of sets.entries()) {
    const isEqual =
      includesAll(incoming.exportTo, existing.exportTo) && includesAll(existing.exportTo, incoming.exportTo);
    const isWider = existing.exportTo.length > 0 && includesAll(incoming.exportTo, existing.exportTo);
    if (!isEqual && !isWider) {
      isSeparate = true;
      continue;
    }
    if (
      existing.selector !== undefined &&
      incoming.selector !== undefined &&
      !isSame(existing.selector, incoming.selector)
    ) {
      isSeparate = true;
      continue;
    }
    isSeparate = (existing.selector === undefined) !== (incoming.selector === undefined) && !isEqual;
    sets[index] = madeJoined.get(existing, [incoming], () => joined(existing, incoming));
  }
  if (isSeparate) sets.push(incoming);
}

const madeJoined = new Remembered<DestinationRuleSet, DestinationRuleSet>();

/** The first to name a subset has it; the first with a policy sets all of it. */
function joined(existing: DestinationRuleSet, incoming: DestinationRuleSet): DestinationRuleSet {
  const names = new Set(existing.subsets.map(({ name }) => name));
  return {
    ...existing,
    policy: existing.policy ?? incoming.policy,
    subsets: [...existing.subsets, ...incoming.subsets.filter(({ name }) => !names.has(name))],
  };
}

function includesAll(outer: readonly string[], inner: readonly string[]): boolean {
  return inner.every((entry) => outer.includes(entry));
}

function isSame(a: Labels, b: Labels): boolean {
  return selects(a, b) && selects(b, a);
}

// --- what holds

const nothing: EffectivePolicy = {
  connectionPool: undefined,
  outlierDetection: undefined,
  loadBalancer: undefined,
  tls: undefined,
  retryBudget: undefined,
};

/**
 * What a set says for a port, or for the port of one of its subsets. What a single port's settings leave out is not inherited; they
 * cannot speak of a retry budget.
 */
export function policyFor(set: DestinationRuleSet | undefined, port: number, subset?: RuleSubset): EffectivePolicy {
  const base = forPort(set?.policy, port).effective;
  if (subset?.policy === undefined) return base;
  const { effective, isPortLevel } = forPort(subset.policy, port);
  if (isPortLevel) return { ...effective, retryBudget: base.retryBudget };
  return {
    connectionPool: effective.connectionPool ?? base.connectionPool,
    outlierDetection: effective.outlierDetection ?? base.outlierDetection,
    loadBalancer: effective.loadBalancer ?? base.loadBalancer,
    tls: effective.tls ?? base.tls,
    retryBudget: effective.retryBudget ?? base.retryBudget,
  };
}

function forPort(
  written: WrittenPolicy | undefined,
  port: number,
): { readonly effective: EffectivePolicy; readonly isPortLevel: boolean } {
  if (written === undefined) return { effective: nothing, isPortLevel: false };
  const { policy, object, path } = written;
  const settings = policy.portLevelSettings ?? [];
  const index = settings.findIndex((entry) => entry.port?.number === port);
  const own = settings[index];
  if (own === undefined) return { effective: partsOf(policy, object, path), isPortLevel: false };
  return { effective: partsOf(own, object, [...path, 'portLevelSettings', index]), isPortLevel: true };
}

function partsOf(
  policy: PortTrafficPolicy & Pick<TrafficPolicy, 'retryBudget'>,
  object: Rule,
  path: FieldPath,
): EffectivePolicy {
  const part = <T>(value: T | undefined, key: string): Written<T> | undefined =>
    value === undefined ? undefined : { value, origin: originOf(object, [...path, key]) };
  return {
    connectionPool: part(policy.connectionPool, 'connectionPool'),
    outlierDetection: part(policy.outlierDetection, 'outlierDetection'),
    loadBalancer: part(policy.loadBalancer, 'loadBalancer'),
    tls: part(policy.tls, 'tls'),
    retryBudget: part(policy.retryBudget, 'retryBudget'),
  };
}
