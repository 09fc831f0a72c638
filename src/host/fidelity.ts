// Fidelity of machines and programs: what is modelled, simplified and left out, each with what it was read from. The sentences are in text/fidelity.
import type { Fidelity } from '../kernel/index.ts';

export const hostFidelity: readonly Fidelity[] = [
  { id: 'host.sockets', state: 'modelled', source: 'RFC 9293' },
  { id: 'host.redirect', state: 'modelled', source: 'netfilter.org: iptables' },
  { id: 'host.programs', state: 'simplified', source: 'model: the scenario file, annotations and image names' },
  { id: 'host.syn', state: 'simplified', source: 'Linux: net.ipv4.tcp_syn_retries = 6' },
  { id: 'host.grpc-client', state: 'simplified', source: 'grpc/grpc:doc/connection-backoff.md' },
  { id: 'host.tcp-details', state: 'not-modelled', source: 'RFC 9293' },
  { id: 'host.other-protocols', state: 'not-modelled', source: 'netfilter.org: conntrack' },
];
