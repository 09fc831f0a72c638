// The TLS contexts of an Envoy: what it offers as a client of a cluster, what it accepts as the server of a filter chain.
// Source: istio/istio:pilot/pkg/networking/core/{cluster_tls,tls}.go, pilot/pkg/networking/util (ALPN lists), pilot/pkg/security/authn at 1.31.
import type { Credential, HttpVersion, TlsClient, TlsServer } from '../../net/index.ts';
import { meshRoot } from '../xds/index.ts';
import type { ClientValidation, Cluster, DownstreamTls, Endpoint, ServerCertificate } from './configuration.ts';

/** How an endpoint is spoken to. `hbone`: through a tunnel to its ztunnel or waypoint; TLS that a rule asks for goes inside of it. */
export type Transport = 'mutual' | 'simple' | 'plaintext' | 'hbone';

/** Per endpoint: a pod without a sidecar gets plaintext, whatever the others of its Service get. */
export function transportTo(cluster: Pick<Cluster, 'tls'>, endpoint: Pick<Endpoint, 'transport'>): Transport {
  const { tls } = cluster;
  if (endpoint.transport === 'hbone') return 'hbone';
  switch (tls.kind) {
    case 'tunnel':
      return 'hbone';
    case 'none':
      return 'plaintext';
    case 'simple':
      return 'simple';
    case 'mutual':
      return !tls.auto || endpoint.transport === 'mutual' ? 'mutual' : 'plaintext';
  }
}

/** Whether TLS is spoken with the endpoint itself: a tunnel's own mutual TLS ends before it. */
export function speaksTls({ tls }: Pick<Cluster, 'tls'>, transport: Transport): boolean {
  return transport === 'mutual' || transport === 'simple' || (transport === 'hbone' && tls.kind === 'simple');
}

/** What goes over a connection: HTTP of a version, or bytes. */
export type Payload = HttpVersion | 'bytes';

/** Offered to a peer's sidecar: the first tells it what is inside before it has seen a byte of it. */
const mutualAlpn: Readonly<Record<Payload, readonly string[]>> = {
  http1: ['istio-http/1.1', 'istio', 'http/1.1'],
  http2: ['istio-h2', 'istio', 'h2'],
  bytes: ['istio-peer-exchange', 'istio'],
};
const simpleAlpn: Readonly<Record<Payload, readonly string[]>> = { http1: ['http/1.1'], http2: ['h2'], bytes: [] };

/** The client side towards an endpoint; undefined where no TLS is spoken with it. `host`: whom the request is for. */
export function clientContext(
  cluster: Pick<Cluster, 'tls' | 'host'>,
  transport: Transport,
  payload: Payload,
  { credential, host }: { readonly credential: Credential | undefined; readonly host: string },
): TlsClient | undefined {
  const { tls } = cluster;
  if (!speaksTls(cluster, transport)) return undefined;
  if (tls.kind === 'none' || tls.kind === 'tunnel') return undefined;
  if (tls.kind === 'simple') {
    const { sni, san, roots = 'any', client } = tls;
    return {
      alpn: simpleAlpn[payload],
      sni: sni === '' ? host : sni,
      roots,
      ...(san.length === 0 ? {} : { expect: san }),
      ...(client === undefined ? {} : { credential: credentialOf(client) }),
    };
  }
  return {
    alpn: mutualAlpn[payload],
    sni: tls.sni,
    roots: [meshRoot],
    expect: tls.identities,
    ...(credential === undefined ? {} : { credential }),
  };
}

/** The server side of a chain that ends TLS. `workload`: the proxy's own certificate. */
export function serverContext(tls: DownstreamTls, workload: Credential | undefined): TlsServer {
  const { certificate, client, alpn } = tls;
  const secret = certificate.kind === 'secret' ? certificate.certificate : undefined;
  return {
    alpn,
    credential: certificate.kind === 'workload' ? workload : secret && credentialOf(secret),
    client: client.kind,
    ...validationOf(client),
  };
}

function validationOf(client: ClientValidation): Pick<TlsServer, 'roots' | 'trustDomains' | 'expect'> {
  if (client.kind === 'none') return { roots: 'any' };
  const { roots, trustDomains, san } = client;
  return {
    roots,
    ...(trustDomains === undefined ? {} : { trustDomains }),
    ...(san.length === 0 ? {} : { expect: san }),
  };
}

/** Simplified: certificates of secrets never expire. */
function credentialOf({ san, root }: ServerCertificate): Credential {
  return { san, root, notAfter: Number.MAX_SAFE_INTEGER };
}
