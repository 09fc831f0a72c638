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
  /** Keyed by `ip:port`. Replaced as a whole. */
  readonly translations: TranslationTable;
}

export type MachineMessage = { readonly type: 'translations'; readonly table: TranslationTable };
export type MachineId = EntityId<MachineMessage>;

export const machineType: EntityType<Machine, MachineMessage> = {
  name: 'host.machine',
  keys: (machine) => [machine.name],
  handle: (machine, message) => ({ ...machine, translations: message.table }),
};
