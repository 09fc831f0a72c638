// Redirect rules of a network namespace, as iptables or nftables would hold them: evaluated in order, first match wins.
// Rules are data with ids, so that a decision can name the rule that took a connection and those that did not.
// Deliberately not modelled: marks on packets after the first (NAT sees the first packet of a connection only), UDP, ICMP.

/** A destination or source of TCP. */
export interface Address {
  readonly ip: string;
  readonly port: number;
}

export function formatAddress(address: Address): string {
  return address.ip.includes(':') ? `[${address.ip}]:${address.port}` : `${address.ip}:${address.port}`;
}

/** `ip:port` or `[ip]:port` taken apart; undefined if it ends in no port. The address may be a host name. */
export function parseAddress(text: string): Address | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  const ip = bracketed ?? plain;
  return ip === undefined || Number(port) > 65_535 ? undefined : { ip, port: Number(port) };
}

export type Hook = 'OUTPUT' | 'PREROUTING';

/** All given conditions must hold; none given matches everything. */
export interface RedirectMatch {
  /** Destination ports, any of them. */
  readonly ports?: readonly number[];
  readonly notPorts?: readonly number[];
  /** Destination inside (or outside) these CIDR blocks. */
  readonly to?: readonly string[];
  readonly notTo?: readonly string[];
  readonly from?: readonly string[];
  /** Owner of the socket. */
  readonly uid?: number;
  readonly notUid?: number;
  /** Packet mark of the socket. */
  readonly mark?: number;
  readonly notMark?: number;
  /** Leaves by the loopback interface: the destination is loopback or the namespace's own address. */
  readonly viaLoopback?: boolean;
}

export interface RedirectRule {
  /** Stable id, `ambient.OUTPUT.6`; shown and explained. */
  readonly id: string;
  readonly hook: Hook;
  readonly match: RedirectMatch;
  /** Take it as it is, or send it to a local port. */
  readonly action: 'accept' | { readonly redirectTo: number };
}

/** What a rule looks at. */
export interface ConnectionAttempt {
  readonly hook: Hook;
  readonly source: string;
  readonly destination: Address;
  readonly uid: number;
  readonly mark: number;
  readonly viaLoopback: boolean;
}

export interface RedirectOutcome {
  /** The rule that decided; undefined: none matched, the packet goes on unchanged. */
  readonly rule: RedirectRule | undefined;
  /** Rules passed over before it. */
  readonly passed: readonly RedirectRule[];
}

/** The first rule of the attempt's hook that matches. */
export function evaluateRules(rules: readonly RedirectRule[], attempt: ConnectionAttempt): RedirectOutcome {
  const passed: RedirectRule[] = [];
  for (const rule of rules) {
    if (rule.hook !== attempt.hook) continue;
    if (matches(rule.match, attempt)) return { rule, passed };
    passed.push(rule);
  }
  return { rule: undefined, passed };
}

function matches(match: RedirectMatch, attempt: ConnectionAttempt): boolean {
  const { destination } = attempt;
  if (match.ports !== undefined && !match.ports.includes(destination.port)) return false;
  if (match.notPorts?.includes(destination.port) === true) return false;
  if (match.to !== undefined && !match.to.some((block) => inBlock(destination.ip, block))) return false;
  if (match.notTo?.some((block) => inBlock(destination.ip, block)) === true) return false;
  if (match.from !== undefined && !match.from.some((block) => inBlock(attempt.source, block))) return false;
  if (match.uid !== undefined && match.uid !== attempt.uid) return false;
  if (match.notUid !== undefined && match.notUid === attempt.uid) return false;
  if (match.mark !== undefined && match.mark !== attempt.mark) return false;
  if (match.notMark !== undefined && match.notMark === attempt.mark) return false;
  return match.viaLoopback === undefined || match.viaLoopback === attempt.viaLoopback;
}

/** Whether an IPv4 address lies in a CIDR block (or equals a bare address). Text that is neither never matches. */
function inBlock(ip: string, block: string): boolean {
  const [base = '', bits] = block.split('/');
  if (bits === undefined || !base.includes('.')) return ip === base;
  const address = ipv4(ip);
  const network = ipv4(base);
  if (address === undefined || network === undefined) return false;
  const width = Number(bits);
  if (width === 0) return true;
  const shift = 32 - width;
  return address >>> shift === network >>> shift;
}

function ipv4(ip: string): number | undefined {
  const parts = ip.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    const byte = Number(part);
    if (!Number.isInteger(byte) || byte < 0 || byte > 255) return undefined;
    value = ((value << 8) | byte) >>> 0;
  }
  return value;
}
