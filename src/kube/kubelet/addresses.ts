// Pod addresses: each node hands out its own block, one after the other, as the host-local IPAM plugin does.

/** Addresses of one octet: .0 is the network's, .1 the bridge's. */
const FIRST = 2;
const PER_PAGE = 253;
const PAGES = 12;
const OCTET = 256;

/**
 * The `count`-th pod address (from 0) of the `node`-th node (from 1): 10.244.NODE.2 and on; behind .254 it goes on in
 * 10.245.NODE.2, so that a node may hold more pods than real ones do (110 by default). A /16 of pods has room for 255 nodes: those
 * beyond have theirs from 10.128 on, in the same way.
 */
export function podAddress(node: number, count: number): string {
  const page = Math.floor(count / PER_PAGE) % PAGES;
  const beyond = Math.floor(node / OCTET);
  const second = beyond === 0 ? 244 : 128 + (beyond - 1) * PAGES;
  return `10.${second + page}.${node % OCTET}.${FIRST + (count % PER_PAGE)}`;
}

/** Addresses a node has before it begins anew. */
export const podAddresses = PER_PAGE * PAGES;

/** The address of the `node`-th node (from 1), one of 172.18.0.0/16 as in kind's Docker network. */
export function nodeAddress(node: number): string {
  return `172.18.${Math.floor((node + 1) / OCTET)}.${(node + 1) % OCTET}`;
}
