// The TLS contexts of a sidecar: what it offers as a client, what it accepts as a server.
// Source: istio/istio:pilot/pkg/networking/core/cluster_tls.go, pilot/pkg/networking/util (ALPN lists), pilot/pkg/security/authn at 1.31.
import type { Credential, HttpVersion, TlsClient, TlsServer } from '../../net/index.ts';
import { meshRoot } from '../xds/index.ts';
import type { Cluster } from './configuration.ts';
import type { Transport } from './endpoint-decision.ts';

/** What goes over a connection: HTTP of a version, or bytes. */
export type Payload = HttpVersion | 'bytes';

/** Offered to a peer's sidecar: the first tells it what is inside before it has seen a byte of it. */
const mutualAlpn: Readonly<Record<Payload, readonly string[]>> = {
  http1: ['istio-http/1.1', 'istio', 'http/1.1'],
  http2: ['istio-h2', 'istio', 'h2'],
  bytes: ['istio-peer-exchange', 'istio'],
};
const simpleAlpn: Readonly<Record<Payload, readonly string[]>> = { http1: ['http/1.1'], http2: ['h2'], bytes: [] };

/** The client side towards an endpoint; undefined for plaintext. */
export function clientContext(
  cluster: Pick<Cluster, 'host' | 'sni' | 'identities'>,
  transport: Transport,
  payload: Payload,
  credential: Credential | undefined,
): TlsClient | undefined {
  switch (transport) {
    case 'plaintext':
      return undefined;
    case 'simple':
      return { alpn: simpleAlpn[payload], sni: cluster.host, roots: [meshRoot, 'public'] };
    case 'mutual':
      return {
        alpn: mutualAlpn[payload],
        sni: cluster.sni,
        roots: [meshRoot],
        expect: cluster.identities,
        ...(credential === undefined ? {} : { credential }),
      };
  }
}

/** The server side of a chain that ends mutual TLS. */
export function serverContext(protocol: 'http' | 'tcp', credential: Credential, trustDomain: string): TlsServer {
  const alpn = protocol === 'http' ? ['h2', 'http/1.1'] : ['istio-peer-exchange', 'h2', 'http/1.1'];
  return { alpn, credential, client: 'required', roots: [meshRoot], trustDomains: [trustDomain] };
}
