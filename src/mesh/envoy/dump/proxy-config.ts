// What an Envoy holds, as `istioctl proxy-config` prints it: made from the configuration it has received, never compiled anew.
import type { AnyEntityId } from '../../../kernel/index.ts';
import type { DumpTable, DumpWorld } from '../../xds/index.ts';
import { readDocument } from '../../xds/index.ts';
import type { ProxyConfiguration } from '../configuration.ts';
import type { Proxy } from '../proxy.ts';
import { readProxy } from '../proxy.ts';
import type { Runtime } from '../runtime.ts';
import { runtimeType } from '../runtime.ts';
import { clustersTable, endpointsTable } from './clusters.ts';
import { listenersTable } from './listeners.ts';
import { routesTable } from './routes.ts';
import { secretsTable } from './secrets.ts';

/** The tables in the order of a request's way. */
export const envoyTables = ['listeners', 'routes', 'clusters', 'endpoints', 'secrets'] as const;
export type EnvoyTable = (typeof envoyTables)[number];

/** An Envoy that runs at the instant that is looked at. */
export interface EnvoyState {
  readonly process: AnyEntityId;
  readonly proxy: Proxy;
  readonly runtime: Runtime;
  /** Of the configuration it holds; 0 before it has any. */
  readonly revision: number;
}

export function envoyStates(world: DumpWorld): readonly EnvoyState[] {
  return [...world.all(runtimeType)].flatMap(([, runtime]) => {
    const { process, document } = runtime;
    const proxy = readProxy(world, process);
    const revision = document === undefined ? 0 : readDocument(world, document, 'configuration').revision;
    return proxy === undefined ? [] : [{ process, proxy, runtime, revision }];
  });
}

/** One of its tables; without lines while it holds nothing. */
export function dumpEnvoy(world: DumpWorld, { process, proxy, runtime }: EnvoyState, table: EnvoyTable): DumpTable {
  const held: ProxyConfiguration = proxy.configuration ?? { parts: [] };
  switch (table) {
    case 'listeners':
      return listenersTable(held);
    case 'routes':
      return routesTable(held);
    case 'clusters':
      return clustersTable(held);
    case 'endpoints':
      return endpointsTable(world, process, held);
    case 'secrets':
      return secretsTable(world, runtime.credential, held);
  }
}
