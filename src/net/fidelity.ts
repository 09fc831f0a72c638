// Fidelity of the wire: what is modelled, simplified and left out, each with what it was read from. The sentences are in text/fidelity.
import type { Fidelity } from '../kernel/index.ts';

export const netFidelity: readonly Fidelity[] = [
  { id: 'net.tls', state: 'modelled', source: 'RFC 8446' },
  { id: 'net.http', state: 'modelled', source: 'RFC 1945, RFC 9112, RFC 9113, grpc/grpc:doc/PROTOCOL-HTTP2.md' },
  { id: 'net.whole-messages', state: 'simplified', source: 'RFC 9112, RFC 9113' },
  { id: 'net.delays', state: 'simplified', source: 'model: order of magnitude of current cloud machines' },
  { id: 'net.crypto', state: 'not-modelled', source: 'RFC 8446' },
];
