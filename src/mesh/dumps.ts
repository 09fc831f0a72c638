// What the proxies of a mesh hold, as istioctl prints it. A door of its own beside index.ts: it loads when somebody looks.
import type { AnyEntityId } from '../kernel/index.ts';
import type { EnvoyTable } from './envoy/dump/proxy-config.ts';
import { dumpEnvoy, envoyStates, envoyTables } from './envoy/dump/proxy-config.ts';
import type { ZtunnelTable } from './istio-ambient/dump.ts';
import { dumpZtunnel, ztunnelStates, ztunnelTables } from './istio-ambient/dump.ts';
import { ztunnelType } from './istio-ambient/index.ts';
import type { DumpTable, DumpWorld, ProxyKind } from './xds/index.ts';

export type { DumpRow, DumpTable, DumpWorld } from './xds/index.ts';

/** `proxy-config` lists the first, `ztunnel-config` the second. */
export type DumpTableId = EnvoyTable | ZtunnelTable;

/** A proxy that runs at the instant that is looked at. */
export interface DumpedProxy {
  readonly process: AnyEntityId;
  readonly kind: ProxyKind;
  /** `namespace/pod` it runs in. */
  readonly pod: string;
  readonly node: string;
  /** Pods it speaks for besides its own: those enrolled at a ztunnel. */
  readonly serves: readonly string[];
  /** Of the configuration it holds; 0 before it has any. */
  readonly revision: number;
  readonly tables: readonly DumpTableId[];
  /** One of `tables`; of any other the first. */
  readonly table: (id: string) => { readonly id: DumpTableId } & DumpTable;
}

/** In the order of namespaces and pods. */
export function dumpProxies(world: DumpWorld): readonly DumpedProxy[] {
  const envoys = envoyStates(world).map((state): DumpedProxy => {
    const { process, revision, proxy } = state;
    const { namespace, pod, node, proxy: kind } = proxy.node;
    const table: DumpedProxy['table'] = (asked) => {
      const id = envoyTables.find((known) => known === asked) ?? envoyTables[0];
      return { id, ...dumpEnvoy(world, state, id) };
    };
    return { process, kind, pod: `${namespace}/${pod}`, node, serves: [], revision, tables: envoyTables, table };
  });
  const ztunnels = ztunnelStates(world, ztunnelType).map((state): DumpedProxy => {
    const { process, revision, ztunnel } = state;
    const { namespace, pod, node } = ztunnel.node;
    const serves = [...ztunnel.pods.keys()];
    const table: DumpedProxy['table'] = (asked) => {
      const id = ztunnelTables.find((known) => known === asked) ?? ztunnelTables[0];
      return { id, ...dumpZtunnel(world, state, id) };
    };
    return {
      process,
      kind: 'ztunnel',
      pod: `${namespace}/${pod}`,
      node,
      serves,
      revision,
      tables: ztunnelTables,
      table,
    };
  });
  return [...envoys, ...ztunnels].toSorted((a, b) => (a.pod < b.pod ? -1 : 1));
}
