// What a ProxyConfig says of where a gateway stands. In a file of its own: only gateways read it, and they come late.
import type { JsonObject } from '../../manifests/index.ts';
import { isObject } from '../../manifests/index.ts';

/** Where a gateway stands (`gatewayTopology` of a ProxyConfig). */
export interface GatewayTopology {
  /** Proxies in front of it whose `x-forwarded-for` is believed. */
  readonly trustedProxies: number;
  /** What becomes of `x-forwarded-client-cert`. */
  readonly clientCertificate: ClientCertificateHeader;
  /** Connections begin with a PROXY header. */
  readonly proxyProtocol: boolean;
}

const certificateHeaders = [
  'SANITIZE',
  'FORWARD_ONLY',
  'APPEND_FORWARD',
  'SANITIZE_SET',
  'ALWAYS_FORWARD_ONLY',
] as const;
export type ClientCertificateHeader = (typeof certificateHeaders)[number];

/** Of a ProxyConfig as written. Source: istio/istio:pilot/pkg/networking/core/gateway.go buildGatewayConnectionManager at 1.31. */
export function gatewayTopologyOf(proxyConfig: JsonObject): GatewayTopology {
  const written = proxyConfig['gatewayTopology'];
  const topology = isObject(written) ? written : {};
  const count = topology['numTrustedProxies'];
  return {
    trustedProxies: typeof count === 'number' ? count : 0,
    clientCertificate: certificateHeaders.find((one) => one === topology['forwardClientCertDetails']) ?? 'SANITIZE_SET',
    proxyProtocol: isObject(topology['proxyProtocol']),
  };
}
