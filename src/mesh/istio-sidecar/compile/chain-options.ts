// A listener while it is put together: filter chains of several services that share an address and a port, before Envoy sees them.
// Source: istio/istio:pilot/pkg/networking/core/listener.go filterChainOpts, mergeTCPFilterChains, buildListenerFromEntry at 1.31.
import { compareText } from '../../age.ts';
import { bytesOfIp } from '../../authz/index.ts';
import type { MeshConfiguration } from '../../config/index.ts';
import type { FilterChain, FilterChainMatch, Listener, TcpProxy, TerminalFilter } from '../../envoy/index.ts';
import type { AppProtocol } from '../../registry/index.ts';
import { unspecifiedAddress } from '../../registry/index.ts';
import type { MaybeOrigin } from '../../../trace/index.ts';

export interface ChainOptions {
  readonly sniHosts: readonly string[];
  /** CIDR blocks or addresses of destinations. */
  readonly cidrs: readonly string[];
  readonly applicationProtocols: readonly string[];
  readonly isPlaintext: boolean;
  /** The name in the ClientHello is resolved: TLS is looked into even without `sniHosts`. */
  readonly resolvesSni: boolean;
  readonly terminal: TerminalFilter;
  readonly origin: MaybeOrigin;
}

export const plainChain = {
  sniHosts: [],
  cidrs: [],
  applicationProtocols: [],
  isPlaintext: false,
  resolvesSni: false,
} as const satisfies Partial<ChainOptions>;

export interface ListenerEntry {
  readonly bind: string;
  readonly port: number;
  /** A socket of its own, not a listener behind the one that captures. */
  readonly bindsSocket: boolean;
  readonly origin: MaybeOrigin;
  protocol: AppProtocol;
  chains: readonly ChainOptions[];
  /** Made for a port that a Sidecar names: nothing is added any more. */
  isLocked: boolean;
}

/** Names that the HTTP inspector gives to plaintext HTTP; HTTP/1.0 goes on as bytes unless proxies take it. */
export function plaintextHttp({ istiod }: Pick<MeshConfiguration, 'istiod'>): readonly string[] {
  return istiod.PILOT_HTTP10 ? withHttp10 : http;
}

const http = ['http/1.1', 'h2c'] as const;
const withHttp10 = ['http/1.0', ...http] as const;

/** Adds chains whose conditions no chain has yet. */
export function mergeChains(entry: ListenerEntry, incoming: readonly ChainOptions[]): void {
  const merged = [...entry.chains];
  for (const chain of incoming) if (!merged.some((existing) => isSameMatch(existing, chain))) merged.push(chain);
  entry.chains = merged;
}

function isSameMatch(a: ChainOptions, b: ChainOptions): boolean {
  return (
    a.isPlaintext === b.isPlaintext &&
    a.applicationProtocols.join() === b.applicationProtocols.join() &&
    isSameSet(a.sniHosts.filter(isNarrow), b.sniHosts.filter(isNarrow)) &&
    isSameSet(a.cidrs.flatMap(maskedBlock), b.cidrs.flatMap(maskedBlock))
  );
}

function isNarrow(host: string): boolean {
  return host !== '*';
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.every((value) => b.includes(value)) && b.every((value) => a.includes(value));
}

/** `10.1.2.3/8` and `10.0.0.0/8` are one block. */
function maskedBlock(text: string): readonly string[] {
  const [address = '', bits] = text.split('/');
  const bytes = bytesOfIp(address);
  if (bytes === undefined || address === unspecifiedAddress) return [];
  const length = bits === undefined ? bytes.length * 8 : Number(bits);
  const masked = bytes.map((byte, index) => byte & ((0xff00 >> Math.min(8, Math.max(0, length - index * 8))) & 0xff));
  return [`${masked.join('.')}/${length}`];
}

function isMatchAll({ sniHosts, cidrs, applicationProtocols, isPlaintext }: ChainOptions): boolean {
  const hasNames = sniHosts.length > 0 && !sniHosts.includes('*');
  return !hasNames && !isPlaintext && applicationProtocols.length + cidrs.length === 0;
}

/** The listener; `fallback` takes what no chain matches. A chain that matches all comes last, as Envoy would never reach another. */
export function listenerOf(entry: ListenerEntry, fallback: TcpProxy): Listener {
  const { bind: address, port, chains, origin } = entry;
  const chainsOf = chains.map((options) => ({ isLast: isMatchAll(options), chain: chainOf(options) }));
  const last = chainsOf.findLast(({ isLast }) => isLast)?.chain;
  const others = chainsOf.filter(({ isLast }) => !isLast).map(({ chain }) => chain);
  const passthrough: FilterChain = {
    ...chainBase,
    name: 'PassthroughFilterChain',
    match: {},
    terminal: fallback,
    origin,
  };
  const isAlone = last !== undefined && others.length === 0;
  return {
    name: `${address}_${port}`,
    bind: entry.bindsSocket
      ? { kind: 'socket', address, port, originalDestination: false }
      : { kind: 'virtual', address, port },
    inspectors: {
      tls: chains.some(({ sniHosts, resolvesSni }) => sniHosts.length > 0 || resolvesSni) ? 'on' : 'off',
      http: chains.some(({ applicationProtocols }) => applicationProtocols.length > 0) ? 'on' : 'off',
    },
    filterChains: isAlone ? [last] : others,
    defaultFilterChain: isAlone ? undefined : (last ?? passthrough),
    origin,
  };
}

const chainBase = { tls: undefined, network: [] } as const;

function chainOf(options: ChainOptions): FilterChain {
  return { ...chainBase, name: '', match: matchOf(options), terminal: options.terminal, origin: options.origin };
}

function matchOf(options: ChainOptions): FilterChainMatch {
  if (isMatchAll(options)) return {};
  const { sniHosts, applicationProtocols, isPlaintext } = options;
  const cidrs = options.cidrs.filter((block) => block.split('/')[0] !== unspecifiedAddress);
  const serverNames = sniHosts.includes('*') ? [] : [...sniHosts].sort(compareText);
  return {
    ...(cidrs.length === 0 ? {} : { prefixRanges: [...cidrs].sort(compareText) }),
    ...(serverNames.length === 0 ? {} : { serverNames }),
    ...(isPlaintext ? { transportProtocol: 'raw_buffer' as const } : {}),
    ...(applicationProtocols.length === 0 ? {} : { applicationProtocols }),
  };
}
