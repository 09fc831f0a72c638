// What a new configuration changes of listeners that connections are on. A listener of which only filter chains differ stays, and with
// it the connections on chains that say what they said; any other difference replaces it whole. Route configurations, clusters and
// secrets are fetched by name: what they say is no part of a listener. Pure.
// Source: envoyproxy/envoy:source/common/listener_manager/listener_impl.cc supportUpdateFilterChain, filterChainOnlyChange,
// filter_chain_manager_impl.cc findExistingFilterChain (the whole FilterChain message) at 1.37. Simplified: only what is compiled here
// counts; in Envoy every field does, access logs and EnvoyFilters among them.
import type { MaybeOrigin } from '../../trace/index.ts';
import type { AuthFilter } from '../authz/index.ts';
import type { ChainPlace } from './chain-decision.ts';
import type { ConfigurationPart, FilterChain, Listener, ProxyConfiguration } from './configuration.ts';
import { chainKey } from './listener-decision.ts';

/** What it is that is otherwise. */
export type Difference =
  'listener-gone' | 'listener-replaced' | 'chain-gone' | 'filters' | 'tls' | 'target' | 'settings';

export interface ChainChange {
  readonly difference: Difference;
  /** The manifest line that brought it about, as far as one can be told. */
  readonly origin: MaybeOrigin;
}

/** A listener on which connections are drained: all of them, or those on some chains, by `chainKey`. */
export type ListenerChange =
  | { readonly kind: 'all'; readonly change: ChainChange }
  | { readonly kind: 'chains'; readonly changes: ReadonlyMap<string, ChainChange> };

export type ListenerChanges = readonly (readonly [name: string, change: ListenerChange])[];

/** What becomes of the chain at a place; undefined: it stays. */
export function changeAt(changes: ListenerChanges, { listener, chain }: ChainPlace): ChainChange | undefined {
  for (const [name, change] of changes)
    if (name === listener) return change.kind === 'all' ? change.change : change.changes.get(chain);
  return undefined;
}

/** Changed listeners of `before`. Listeners that are new change nothing. */
export function listenerChanges(before: ProxyConfiguration, after: ProxyConfiguration): ListenerChanges {
  return before.parts.flatMap((part, index) => {
    const now = after.parts[index];
    return part === now ? [] : partChanges(part, now ?? nothing);
  });
}

const nothing: ConfigurationPart = { listeners: [], routes: [], clusters: [] };

// Parts are shared by many proxies: what two of them differ in is found once.
const found = new WeakMap<ConfigurationPart, WeakMap<ConfigurationPart, ListenerChanges>>();

function partChanges(before: ConfigurationPart, after: ConfigurationPart): ListenerChanges {
  if (before.listeners === after.listeners) return [];
  let byAfter = found.get(before);
  if (byAfter === undefined) found.set(before, (byAfter = new WeakMap<ConfigurationPart, ListenerChanges>()));
  let changes = byAfter.get(after);
  if (changes === undefined) {
    const now = new Map(after.listeners.map((listener) => [listener.name, listener]));
    changes = before.listeners.flatMap((listener): ListenerChanges => {
      const change = changeOf(listener, now.get(listener.name));
      return change === undefined ? [] : [[listener.name, change]];
    });
    byAfter.set(after, changes);
  }
  return changes;
}

function changeOf(before: Listener, after: Listener | undefined): ListenerChange | undefined {
  if (before === after || before.bind.kind === 'datagrams') return undefined;
  if (after === undefined) return { kind: 'all', change: { difference: 'listener-gone', origin: before.origin } };
  if (!isSame(before.bind, after.bind) || !isSame(before.inspectors, after.inspectors))
    return { kind: 'all', change: { difference: 'listener-replaced', origin: after.origin } };
  const now = new Map(chainsOf(after).map((chain) => [chainKey(after, chain), chain]));
  const changes = new Map<string, ChainChange>();
  for (const chain of chainsOf(before)) {
    const key = chainKey(before, chain);
    const change = chainChange(chain, now.get(key));
    if (change !== undefined) changes.set(key, change);
  }
  return changes.size === 0 ? undefined : { kind: 'chains', changes };
}

function chainsOf({ filterChains, defaultFilterChain }: Listener): readonly FilterChain[] {
  return defaultFilterChain === undefined ? filterChains : [...filterChains, defaultFilterChain];
}

function chainChange(before: FilterChain, after: FilterChain | undefined): ChainChange | undefined {
  if (before === after) return undefined;
  if (after === undefined) return { difference: 'chain-gone', origin: before.origin };
  const filters = [filtersOf(before), filtersOf(after)] as const;
  if (!isSame(...filters)) return { difference: 'filters', origin: policyChanged(...filters) };
  if (!isSame(before.tls, after.tls))
    return { difference: 'tls', origin: after.tls?.origin ?? before.tls?.origin ?? {} };
  const [was, is] = [before.terminal, after.terminal];
  if (was.kind === 'tcp' && is.kind === 'tcp' && !isSame(was, is))
    return { difference: 'target', origin: is.clusters[0]?.origin ?? after.origin };
  return isSame(was, is) ? undefined : { difference: 'settings', origin: after.origin };
}

function filtersOf({ network, terminal }: FilterChain): readonly AuthFilter[] {
  return terminal.kind === 'http' ? terminal.filters : network;
}

/** The line of a policy that is new or says something else, else of one that is gone. */
function policyChanged(before: readonly AuthFilter[], after: readonly AuthFilter[]): MaybeOrigin {
  const [was, is] = [before.flatMap(rulesOf), after.flatMap(rulesOf)];
  const isNew = is.find((rule) => !was.some((other) => isSame(other, rule)));
  return (isNew ?? was.find((rule) => !is.some((other) => isSame(other, rule))))?.origin ?? {};
}

function rulesOf(filter: AuthFilter): readonly { readonly origin: MaybeOrigin }[] {
  switch (filter.kind) {
    case 'jwt':
      return filter.providers;
    case 'ext-authz':
      return filter.policies;
    case 'rbac':
      return [...(filter.rules ?? []), ...(filter.shadow ?? [])];
  }
}

/** Where it was written is no part of what a proxy is sent, and what secrets hold comes apart from it (SDS). */
const apart: ReadonlySet<string> = new Set(['origin', 'roots']);

/** Whether two pieces of configuration say the same to Envoy. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  const [left, right] = [told(a), told(b)];
  return left.length === right.length && left.every(([name, value]) => isSame(value, fieldOf(b, name)));
}

function told(value: object): readonly (readonly [string, unknown])[] {
  const isSecret = 'kind' in value && value.kind === 'secret';
  return Object.entries(value).filter(([name]) => !apart.has(name) && !(isSecret && name === 'certificate'));
}

function fieldOf(value: object, name: string): unknown {
  return (value as Readonly<Record<string, unknown>>)[name]; // any object may be asked for its fields
}
