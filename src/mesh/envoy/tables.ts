// Look-up tables over a proxy's configuration: listeners by where they listen, route configurations and clusters by name. Derived once
// per content, never stored in the world. Of two things with one name the first stands, as its part comes first.
import type { Cluster, ConfigurationPart, Endpoint, Listener, ProxyConfiguration } from './configuration.ts';
import type { RouteConfiguration } from '../routing/index.ts';

export interface ConfigurationTables {
  /** By `ADDRESS_PORT` of their bind, sockets and virtual ones alike. */
  readonly bound: ReadonlyMap<string, Listener>;
  /** Those with a socket of their own. */
  readonly sockets: readonly Listener[];
  /** Those that take UDP. */
  readonly datagrams: readonly Listener[];
  readonly listeners: ReadonlyMap<string, Listener>;
  readonly routes: ReadonlyMap<string, RouteConfiguration>;
  readonly clusters: ReadonlyMap<string, Cluster>;
}

const whole = new WeakMap<ProxyConfiguration, ConfigurationTables>();

export function tablesOf(configuration: ProxyConfiguration): ConfigurationTables {
  let tables = whole.get(configuration);
  if (tables === undefined) whole.set(configuration, (tables = merged(configuration.parts.map(partTablesOf))));
  return tables;
}

// A part is shared by many proxies: its tables are made once for all of them.
const byPart = new WeakMap<ConfigurationPart, ConfigurationTables>();

function partTablesOf(part: ConfigurationPart): ConfigurationTables {
  let tables = byPart.get(part);
  if (tables === undefined) {
    const { listeners, routes, clusters } = part;
    tables = {
      bound: firstOf(
        listeners.flatMap((listener) =>
          listener.bind.kind === 'internal' || listener.bind.kind === 'datagrams'
            ? []
            : [[boundName(listener.bind.address, listener.bind.port), listener] as const],
        ),
      ),
      datagrams: listeners.filter(({ bind }) => bind.kind === 'datagrams'),
      sockets: listeners.filter(({ bind }) => bind.kind === 'socket'),
      listeners: firstOf(listeners.map((listener) => [listener.name, listener])),
      routes: firstOf(routes.map((configuration) => [configuration.name, configuration])),
      clusters: firstOf(clusters.map((cluster) => [cluster.name, cluster])),
    };
    byPart.set(part, tables);
  }
  return tables;
}

function merged(parts: readonly ConfigurationTables[]): ConfigurationTables {
  const [first, ...rest] = parts;
  if (first !== undefined && rest.length === 0) return first;
  return {
    bound: firstOf(parts.flatMap((part) => [...part.bound])),
    sockets: parts.flatMap((part) => part.sockets),
    datagrams: parts.flatMap((part) => part.datagrams),
    listeners: firstOf(parts.flatMap((part) => [...part.listeners])),
    routes: firstOf(parts.flatMap((part) => [...part.routes])),
    clusters: firstOf(parts.flatMap((part) => [...part.clusters])),
  };
}

function firstOf<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  const table = new Map<string, T>();
  for (const [name, value] of entries) if (!table.has(name)) table.set(name, value);
  return table;
}

/** The listener with a socket of its own on a port. */
export function listenerOnPort(configuration: ProxyConfiguration, port: number): Listener | undefined {
  return tablesOf(configuration).sockets.find(({ bind }) => bind.kind === 'socket' && bind.port === port);
}

/** `10.96.0.1_8080`: how a bind is looked up. */
export function boundName(address: string, port: number): string {
  return `${address}_${port}`;
}

const healthy = new WeakMap<Cluster, readonly Endpoint[]>();

/** The endpoints that may be chosen, whatever their priority. */
export function healthyEndpoints(cluster: Cluster): readonly Endpoint[] {
  let endpoints = healthy.get(cluster);
  if (endpoints === undefined)
    healthy.set(cluster, (endpoints = cluster.endpoints.filter((endpoint) => endpoint.isHealthy)));
  return endpoints;
}
