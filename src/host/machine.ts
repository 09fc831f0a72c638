// A machine: a computer with a kernel. It owns network namespaces and the address translation its kernel does for Services.
import type { EntityId, EntityType } from '../kernel/index.ts';
import type { Address } from './redirect.ts';

/** What kube-proxy (or anything like it) programmed: a virtual address -> the endpoints behind it. */
export interface Translation {
  /** What the virtual address stands for, for records: `namespace/name`. */
  readonly name: string;
  readonly endpoints: readonly Address[];
}
export type TranslationTable = ReadonlyMap<string, Translation>;

export interface Machine {
  readonly name: string;
  readonly zone: string;
  readonly region: string;
  /** Keyed by `ip:port`, for UDP by `udp/ip:port`. Replaced as a whole. */
  readonly translations: TranslationTable;
  /** Source addresses for connections from the machine's own sockets, by destination (SNAT in POSTROUTING). */
  readonly sources: ReadonlyMap<string, string>;
}

export type MachineMessage =
  | { readonly type: 'translations'; readonly table: TranslationTable }
  /** Sets the source address that the machine's own sockets show to a destination; undefined: their own again. */
  | { readonly type: 'source'; readonly destination: string; readonly source: string | undefined };
export type MachineId = EntityId<MachineMessage>;

export const machineType: EntityType<Machine, MachineMessage> = {
  name: 'host.machine',
  keys: (machine) => [machine.name],
  handle(machine, message) {
    if (message.type === 'translations') return { ...machine, translations: message.table };
    const sources = new Map(machine.sources);
    if (message.source === undefined) sources.delete(message.destination);
    else sources.set(message.destination, message.source);
    return { ...machine, sources };
  },
};
