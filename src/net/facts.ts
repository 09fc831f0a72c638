// Simulated numbers of the wire, each with its source.
import { delayFact, micros, millis, rank, seconds } from '../kernel/index.ts';

/** How far apart two sockets are. */
export type Link = 'loopback' | 'node' | 'network';

const modelled = 'model: order of magnitude of a kernel hop on current cloud machines; chosen, not measured upstream';

/** One-way delay of a packet by link. A connection draws once and keeps it, so its packets stay in order. */
export const linkDelay = {
  loopback: delayFact({
    name: 'net.loopback',
    min: micros(10),
    max: micros(30),
    source: modelled,
    simplified: 'bandwidth, loss and queueing are not modelled',
  }),
  node: delayFact({
    name: 'net.same-node',
    min: micros(30),
    max: micros(80),
    source: modelled,
    simplified: 'bandwidth, loss and queueing are not modelled',
  }),
  network: delayFact({
    name: 'net.between-nodes',
    min: micros(150),
    max: micros(400),
    source: modelled,
    simplified: 'bandwidth, loss and queueing are not modelled',
  }),
} as const;

/** How long an unanswered SYN is repeated before connect() fails. */
export const synTimeout = delayFact({
  name: 'net.syn-timeout',
  min: seconds(127),
  max: seconds(127),
  rank: rank.timer,
  source: 'Linux: net.ipv4.tcp_syn_retries = 6 (1+2+4+8+16+32+64 s)',
  simplified: 'the repeated SYNs are one wait',
});

/** One DNS round trip within a cluster. */
export const dnsLookup = delayFact({
  name: 'net.dns-lookup',
  min: micros(200),
  max: millis(2),
  shape: 'skewed',
  source: 'model: CoreDNS in the cluster; chosen, not measured upstream',
  simplified: 'a lookup is one wait, not packets; search domains cost nothing extra',
});
