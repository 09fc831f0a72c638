// What a Service port speaks, as declared. Source: istio/istio:pkg/config/kube/conversion.go ConvertProtocol at 1.31.
import type { ServicePort } from '../../manifests/index.ts';

/** `Unsupported`: not declared, a sidecar sniffs it. */
export type AppProtocol =
  | 'HTTP'
  | 'HTTP2'
  | 'GRPC'
  | 'GRPCWeb'
  | 'HTTP_PROXY'
  | 'HTTPS'
  | 'TLS'
  | 'TCP'
  | 'Mongo'
  | 'Redis'
  | 'MySQL'
  | 'UDP'
  | 'Unsupported';

const byPrefix: Readonly<Record<string, AppProtocol>> = {
  tcp: 'TCP',
  udp: 'UDP',
  grpc: 'GRPC',
  'grpc-web': 'GRPCWeb',
  http: 'HTTP',
  http_proxy: 'HTTP_PROXY',
  http2: 'HTTP2',
  https: 'HTTPS',
  tls: 'TLS',
  mongo: 'Mongo',
  redis: 'Redis',
  mysql: 'MySQL',
};

const byAppProtocol: Readonly<Record<string, AppProtocol>> = {
  'kubernetes.io/h2c': 'HTTP2',
  'kubernetes.io/ws': 'HTTP',
  'kubernetes.io/wss': 'HTTPS',
};

/** SMTP, DNS, MySQL, MongoDB: server-first protocols that are never sniffed for HTTP. */
const wellKnownTcpPorts: readonly number[] = [25, 53, 3306, 27_017];

/** A protocol as Istio's own kinds write it, in any case. Source: istio/istio:pkg/config/protocol/instance.go Parse. */
export function parseProtocol(text: string): AppProtocol {
  return byPrefix[text.toLowerCase()] ?? 'Unsupported';
}

export function protocolOf(port: Pick<ServicePort, 'name' | 'port' | 'protocol' | 'appProtocol'>): AppProtocol {
  if (port.protocol === 'UDP') return 'UDP';
  const declared = port.appProtocol ?? port.name ?? '';
  if (port.appProtocol !== undefined) {
    const mapped = byAppProtocol[port.appProtocol];
    if (mapped !== undefined) return mapped;
  }
  const lower = declared.toLowerCase();
  if (lower.startsWith('grpc-web')) return 'GRPCWeb';
  const prefix = lower.split('-')[0] ?? '';
  return byPrefix[prefix] ?? (wellKnownTcpPorts.includes(port.port) ? 'TCP' : 'Unsupported');
}

/** Whether a proxy parses the port as HTTP. */
export function isHttp(protocol: AppProtocol): boolean {
  return (
    protocol === 'HTTP' ||
    protocol === 'HTTP2' ||
    protocol === 'GRPC' ||
    protocol === 'GRPCWeb' ||
    protocol === 'HTTP_PROXY'
  );
}

/** How a port is listened for: HTTP, bytes, either as the first bytes tell, or not at all (UDP). */
export function listeningOf(protocol: AppProtocol): 'http' | 'tcp' | 'auto' | 'none' {
  if (protocol === 'Unsupported') return 'auto';
  if (protocol === 'UDP') return 'none';
  return isHttp(protocol) ? 'http' : 'tcp';
}

/** Whether the bytes are TLS that the proxy does not end, and tells apart by SNI. */
export function isTls(protocol: AppProtocol): boolean {
  return protocol === 'HTTPS' || protocol === 'TLS';
}

/** What is spoken inside of the TLS. */
export function afterTlsTermination(protocol: AppProtocol): AppProtocol {
  return protocol === 'HTTPS' ? 'HTTP' : protocol === 'TLS' ? 'TCP' : protocol;
}

/** Whether HTTP on the port is HTTP/2 upstream. */
export function isHttp2(protocol: AppProtocol): boolean {
  return protocol === 'HTTP2' || protocol === 'GRPC' || protocol === 'GRPCWeb';
}
