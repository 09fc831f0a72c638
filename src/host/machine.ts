// A machine: a computer with a kernel. It owns network namespaces and the address translation its kernel does for Services.
import type { Context, EntityId, EntityType, Instant } from '../kernel/index.ts';
import { instant } from '../kernel/index.ts';
import type { Place } from './messages.ts';
import type { Address } from './redirect.ts';

/** What kube-proxy (or anything like it) programmed: a virtual address -> the endpoints behind it. */
export interface Translation {
  /** What the virtual address stands for, for records: `namespace/name`. */
  readonly name: string;
  readonly endpoints: readonly Address[];
  /** Of a node's port: the server sees this machine's address in place of the client's (SNAT in POSTROUTING). */
  readonly isMasqueraded?: true;
  /**
   * A load balancer's: it keeps account of its flows, servers see this address in place of the client's, if one is given, and are told
   * of the client by a PROXY header, if it sends one.
   */
  readonly balancer?: { readonly source: string | undefined; readonly sendsHeader: boolean };
}
/** The key under which a machine holds what its own port stands for, on whatever address of it. */
export function nodePortKey(port: number, transport = ''): string {
  return `${transport}node-port:${port}`;
}
export interface TranslationTable {
  get(address: string): Translation | undefined;
}

export interface Machine {
  readonly name: string;
  readonly zone: string;
  readonly region: string;
  /** Keyed by `ip:port`, for UDP by `udp/ip:port`. Replaced as a whole. */
  readonly translations: TranslationTable;
  /** Source addresses for connections from the machine's own sockets, by destination (SNAT in POSTROUTING). */
  readonly sources: ReadonlyMap<string, string>;
  /** Microseconds its clock is ahead of the true time; below zero: behind. */
  readonly skew: number;
}

export type MachineMessage =
  | { readonly type: 'translations'; readonly table: TranslationTable }
  /** Sets the source address that the machine's own sockets show to a destination; undefined: their own again. */
  | { readonly type: 'clock'; readonly skew: number }
  | { readonly type: 'source'; readonly destination: string; readonly source: string | undefined };
export type MachineId = EntityId<MachineMessage>;

export const machineType: EntityType<Machine, MachineMessage> = {
  name: 'host.machine',
  keys: (machine) => [machine.name],
  handle(machine, message) {
    if (message.type === 'translations') return { ...machine, translations: message.table };
    if (message.type === 'clock') return { ...machine, skew: message.skew };
    const sources = new Map(machine.sources);
    if (message.source === undefined) sources.delete(message.destination);
    else sources.set(message.destination, message.source);
    return { ...machine, sources };
  },
};

/** What the clock shows to whoever runs at a place: certificates are judged by it. */
export function clockAt(ctx: Context, [, machine]: Place): Instant {
  const id = ctx.find(machineType, machine.slice(machine.lastIndexOf('/') + 1));
  const skew = id === undefined ? 0 : (ctx.read(machineType, id)?.skew ?? 0);
  return instant(Math.max(0, ctx.now + skew));
}
