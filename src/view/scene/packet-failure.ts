// Which packets carry bad news, in the words of the flag beside them.

import type { WireMessage } from '../../trace/index.ts';
import { columnsOf } from '../run/columns.ts';
import type { RunIndex } from '../run/run-index.ts';
import { labelOf } from '../wire/message.ts';

const packetAt = columnsOf('packet');
/** Texts of failures by message: equal messages are stored once, so this is computed once for each. */
const failures = new WeakMap<object, string>();

/** `403`, `RST`, `TLS unknown_ca`; empty for a packet that carries none. */
export function failureOfPacket(index: RunIndex, id: number): string {
  const message = index.trace.dataAt(index.trace.operand(id, packetAt.message)) as WireMessage | undefined; // the type of the packet's field
  if (message === undefined) return '';
  let failure = failures.get(message);
  if (failure === undefined) failures.set(message, (failure = labelOf(message).failure));
  return failure;
}
