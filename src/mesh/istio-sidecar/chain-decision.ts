// Which inbound filter chain takes a connection to a pod port: what TLS it may speak, and whether it is parsed as HTTP. Pure.
// Source: istio/istio:pilot/pkg/networking/core/{listener_inbound.go,filterchain_options.go} at 1.31.
import type { MaybeOrigin } from '../../trace/index.ts';
import type { MtlsMode } from '../identity/index.ts';
import { originOrNone } from '../routing/index.ts';
import type { Trail } from '../trail.ts';
import type { SidecarConfiguration } from './configuration.ts';
import { inboundPassthroughCluster, indexOf } from './configuration.ts';

/** One chain of a port. Those of a port stand from the most to the least specific, as Envoy prefers them: the first that fits takes the connection. */
export interface InboundChain {
  readonly transport: 'tls' | 'raw';
  /** What the ClientHello must offer (tls), or whether the first bytes must be HTTP (raw). */
  readonly offers: 'anything' | 'istio' | 'istio-http' | 'istio-tcp' | 'http';
  /** Whether the proxy ends the TLS; a raw chain, and TLS that passes through to the application, do not. */
  readonly terminates: boolean;
  readonly protocol: 'http' | 'tcp';
}

const httpAlpn: readonly string[] = ['istio-http/1.0', 'istio-http/1.1', 'istio-h2'];
const tcpAlpn: readonly string[] = ['istio-peer-exchange', 'istio'];

/** ALPN names of which one must be offered. */
const offered: Readonly<Record<InboundChain['offers'], readonly string[]>> = {
  anything: [],
  http: [],
  istio: [...tcpAlpn, ...httpAlpn],
  'istio-http': httpAlpn,
  'istio-tcp': tcpAlpn,
};

type Listened = 'http' | 'tcp' | 'sniffed';

const chain = (
  transport: InboundChain['transport'],
  offers: InboundChain['offers'],
  terminates: boolean,
  protocol: InboundChain['protocol'],
): InboundChain => ({ transport, offers, terminates, protocol });

const chains: Readonly<Record<Listened, Readonly<Record<MtlsMode, readonly InboundChain[]>>>> = {
  http: {
    STRICT: [chain('tls', 'anything', true, 'http')],
    PERMISSIVE: [chain('tls', 'istio', true, 'http'), chain('raw', 'anything', false, 'http')],
    DISABLE: [chain('raw', 'anything', false, 'http')],
  },
  tcp: {
    STRICT: [chain('tls', 'anything', true, 'tcp')],
    PERMISSIVE: [
      chain('tls', 'istio', true, 'tcp'),
      chain('tls', 'anything', false, 'tcp'),
      chain('raw', 'anything', false, 'tcp'),
    ],
    DISABLE: [chain('raw', 'anything', false, 'tcp')],
  },
  sniffed: {
    STRICT: [chain('tls', 'istio-http', true, 'http'), chain('tls', 'anything', true, 'tcp')],
    PERMISSIVE: [
      chain('tls', 'istio-http', true, 'http'),
      chain('tls', 'istio-tcp', true, 'tcp'),
      chain('tls', 'anything', false, 'tcp'),
      chain('raw', 'http', false, 'http'),
      chain('raw', 'anything', false, 'tcp'),
    ],
    DISABLE: [chain('raw', 'http', false, 'http'), chain('raw', 'anything', false, 'tcp')],
  },
};

/** What came first on a connection. `none`: nothing yet. */
export type Opening =
  | { readonly kind: 'none' }
  | { readonly kind: 'tls'; readonly alpn: readonly string[] }
  | { readonly kind: 'raw'; readonly isHttp: boolean };

export type ChainDecision =
  /** An inspector has to see the client's first bytes: until then nothing is sent anywhere. */
  | { readonly kind: 'inspect' }
  | { readonly kind: 'chain'; readonly chain: InboundChain; readonly port: PortFacts }
  /** The connection is reset. */
  | { readonly kind: 'no-chain' };

/** What a configuration says of a pod port. */
export interface PortFacts {
  readonly protocol: Listened;
  readonly mode: MtlsMode;
  readonly modeOrigin: MaybeOrigin;
  readonly isHttp2: boolean;
  /** `inbound|PORT||`, or the passthrough cluster for ports no Service declares. */
  readonly cluster: string;
  readonly origin: MaybeOrigin;
}

function portFacts(configuration: SidecarConfiguration, port: number): PortFacts {
  const declared = indexOf(configuration).inboundPorts.get(port);
  if (declared !== undefined) {
    const { protocol, mode, modeOrigin, isHttp2, origin } = declared;
    return { protocol, mode, modeOrigin, isHttp2, cluster: `inbound|${port}||`, origin };
  }
  const { exceptions, others } = configuration.inbound;
  const { mode, modeOrigin } = exceptions.find((exception) => exception.port === port) ?? others;
  return { protocol: 'sniffed', mode, modeOrigin, isHttp2: false, cluster: inboundPassthroughCluster, origin: {} };
}

const source = 'istio/istio:pilot/pkg/networking/core/filterchain_options.go';

export function decideChain(
  configuration: SidecarConfiguration,
  port: number,
  opening: Opening,
  trail?: Trail,
): ChainDecision {
  const facts = portFacts(configuration, port);
  const candidates = chains[facts.protocol][facts.mode];
  explainPort(facts, port, trail);
  if (opening.kind === 'none' && needsInspection(candidates)) {
    trail?.took('sidecar.chain.waits', {
      params: { port, mode: facts.mode, inspectors: inspectorsOf(candidates) },
      origin: modeOrigin(facts) ?? originOrNone(facts),
      source: 'istio/istio:pilot/pkg/networking/core/listener_inbound.go populateListenerFilters',
    });
    return { kind: 'inspect' };
  }
  const seen = inspected(candidates, opening);
  const taken = candidates.find((candidate) => fits(candidate, seen));
  for (const candidate of candidates) {
    if (candidate === taken) continue;
    const rule = fits(candidate, seen) ? 'sidecar.chain.less-specific' : 'sidecar.chain.no-fit';
    const params = { opening: openingText(seen), wanted: wantedText(candidate) };
    trail?.left(chainName(candidate, facts), rule, { params, source });
  }
  if (taken !== undefined) {
    trail?.took(takenRule(taken), { params: { port, mode: facts.mode }, origin: modeOrigin(facts), source });
    return { kind: 'chain', chain: taken, port: facts };
  }
  trail?.took(seen.kind === 'raw' ? 'sidecar.chain.plaintext-refused' : 'sidecar.chain.no-chain', {
    params: { port, mode: facts.mode },
    origin: modeOrigin(facts),
    source,
  });
  return { kind: 'no-chain' };
}

function explainPort(facts: PortFacts, port: number, trail: Trail | undefined): void {
  const rule =
    facts.cluster === inboundPassthroughCluster
      ? 'sidecar.chain.undeclared-port'
      : `sidecar.chain.declared-${facts.protocol}`;
  trail?.took(rule, { params: { port }, origin: originOrNone(facts), source });
  const modeRule = modeOrigin(facts) === undefined ? 'sidecar.chain.default-mode' : 'sidecar.chain.mode';
  trail?.took(modeRule, {
    params: { port, mode: facts.mode },
    origin: modeOrigin(facts),
    source: 'istio/istio:pilot/pkg/security/authn/policy_applier.go',
  });
}

function modeOrigin(facts: PortFacts): ReturnType<typeof originOrNone> {
  return originOrNone({ origin: facts.modeOrigin });
}

/** The TLS inspector runs where a chain asks for TLS, the HTTP inspector where one asks for HTTP (populateListenerFilters). */
function needsInspection(candidates: readonly InboundChain[]): boolean {
  return asksForTls(candidates) || asksForHttp(candidates);
}

function asksForTls(candidates: readonly InboundChain[]): boolean {
  return candidates.some((candidate) => candidate.transport === 'tls');
}

function asksForHttp(candidates: readonly InboundChain[]): boolean {
  return candidates.some((candidate) => candidate.offers === 'http');
}

/** What the inspectors of a port tell: what nobody looks for is taken for plain bytes, TLS among them. */
function inspected(candidates: readonly InboundChain[], opening: Opening): Opening {
  if (opening.kind === 'tls' && asksForTls(candidates)) return opening;
  return { kind: 'raw', isHttp: opening.kind === 'raw' && opening.isHttp && asksForHttp(candidates) };
}

function fits(candidate: InboundChain, opening: Opening): boolean {
  if (opening.kind === 'none') return false;
  if (candidate.transport !== opening.kind) return false;
  if (candidate.offers === 'anything') return true;
  if (opening.kind === 'raw') return candidate.offers === 'http' && opening.isHttp;
  return opening.alpn.some((protocol) => offered[candidate.offers].includes(protocol));
}

function takenRule(taken: InboundChain): string {
  if (taken.transport === 'raw') return 'sidecar.chain.plaintext';
  return taken.terminates ? 'sidecar.chain.mutual-tls' : 'sidecar.chain.tls-passes';
}

function inspectorsOf(candidates: readonly InboundChain[]): string {
  return [...(asksForTls(candidates) ? ['TLS'] : []), ...(asksForHttp(candidates) ? ['HTTP'] : [])].join(', ');
}

/** What a chain takes, in the words in which `openingText` says what came. */
function wantedText({ transport, offers }: InboundChain): string {
  return transport === 'tls' ? tlsText(offered[offers]) : offers === 'http' ? 'plaintext HTTP' : 'plaintext';
}

function openingText(opening: Opening): string {
  if (opening.kind === 'tls') return tlsText(opening.alpn);
  return opening.kind === 'raw' && opening.isHttp ? 'plaintext HTTP' : 'plaintext';
}

function tlsText(alpn: readonly string[]): string {
  return alpn.length === 0 ? 'TLS' : `TLS (${alpn.join(', ')})`;
}

/** `0.0.0.0_8080`, with what tells a port's chains apart. */
function chainName(candidate: InboundChain, facts: PortFacts): string {
  const name = facts.cluster === inboundPassthroughCluster ? 'virtualInbound-catchall' : facts.cluster;
  return `${name} ${candidate.protocol} ${candidate.transport === 'raw' ? 'plaintext' : candidate.terminates ? 'mTLS' : 'TLS'}`;
}

/** The decision in one line, for its record. */
export function chainChoice(decision: ChainDecision): string {
  switch (decision.kind) {
    case 'inspect':
      return 'waits for the first bytes';
    case 'no-chain':
      return 'no filter chain: reset';
    case 'chain':
      return chainName(decision.chain, decision.port);
  }
}
