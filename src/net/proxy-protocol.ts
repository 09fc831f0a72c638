// The PROXY protocol: what a load balancer says of a connection before its first byte, so that whoever is behind it knows the client.
// Source: haproxy/haproxy:doc/proxy-protocol.txt (version 2). Its bytes are not taken apart: what they say is their name.
import type { WireMessage } from '../trace/index.ts';

const signature = 'PROXY v2 TCP ';

/** The header for a connection from `source` to `destination`, both `ip:port`. */
export function proxyHeader(source: string, destination: string): WireMessage {
  return { layer: 'bytes', what: `${signature}${source} ${destination}` };
}

/** Undefined: the message is no such header. */
export function readProxyHeader(
  message: WireMessage,
): { readonly source: string; readonly destination: string } | undefined {
  if (message.layer !== 'bytes' || !message.what.startsWith(signature)) return undefined;
  const [source = '', destination = ''] = message.what.slice(signature.length).split(' ');
  return { source, destination };
}
