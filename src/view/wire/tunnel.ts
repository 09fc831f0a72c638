// What CONNECT says about the connection it opens a tunnel for.

import type { WireMessage } from '../../trace/index.ts';

/**
 * The address of the client's own connection as ztunnel names it in `forwarded: for="10.244.1.3:40012"`; undefined for every other
 * message. Source: istio/ztunnel:src/proxy/outbound.rs (RFC 7239 header of the CONNECT request).
 */
export function tunnelledSource(message: WireMessage): string | undefined {
  if (message.layer !== 'http2') return undefined;
  for (const frame of message.frames) {
    if (frame.frame !== 'HEADERS' || !('request' in frame) || frame.request.method !== 'CONNECT') continue;
    const forwarded = frame.request.headers.find(([name]) => name === 'forwarded')?.[1];
    return forwarded === undefined ? undefined : /for="?([^";]+)"?/.exec(forwarded)?.[1];
  }
  return undefined;
}
