// IP addresses and blocks, as policies write them. Both families; an IPv4 address is never in an IPv6 block.

/** `10.0.0.0/8` taken apart; a bare address has the full length. Plain data. */
export interface IpBlock {
  readonly address: string;
  /** Bits of the prefix. */
  readonly length: number;
}

/** A block from `address` or `address/length`; undefined if it is neither. */
export function parseIpBlock(text: string): IpBlock | undefined {
  const [address = '', bits, ...rest] = text.split('/');
  const bytes = bytesOfIp(address);
  if (bytes === undefined || rest.length > 0) return undefined;
  if (bits === undefined) return { address, length: bytes.length * 8 };
  const length = /^\d{1,3}$/.test(bits) ? Number(bits) : NaN;
  return length <= bytes.length * 8 ? { address, length } : undefined;
}

export function blockContains(block: IpBlock, ip: string): boolean {
  const network = bytesOfIp(block.address);
  const address = bytesOfIp(ip);
  if (network === undefined || network.length !== address?.length) return false;
  return network.every((byte, index) => {
    const bits = Math.min(8, Math.max(0, block.length - index * 8));
    const mask = (0xff00 >> bits) & 0xff;
    return (byte & mask) === ((address[index] ?? 0) & mask);
  });
}

/** Four bytes, or sixteen; undefined if the text is no address. */
export function bytesOfIp(text: string): readonly number[] | undefined {
  return text.includes(':') ? bytesOfIpv6(text) : bytesOfIpv4(text);
}

function bytesOfIpv4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.map(Number);
}

function bytesOfIpv6(text: string): readonly number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map(bytesOfGroups);
  if (head === undefined) return undefined;
  if (halves.length === 1) return head.length === 16 ? head : undefined;
  if (tail === undefined || head.length + tail.length > 14) return undefined;
  return [...head, ...new Array<number>(16 - head.length - tail.length).fill(0), ...tail];
}

function bytesOfGroups(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  for (const group of text.split(':')) {
    const tail = group.includes('.') ? bytesOfIpv4(group) : undefined;
    if (tail !== undefined) bytes.push(...tail);
    else if (/^[0-9a-f]{1,4}$/i.test(group)) bytes.push(parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff);
    else return undefined;
  }
  return bytes;
}
