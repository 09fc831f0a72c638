// The wire's door: links, TLS, HTTP, gRPC as messages and pure verdicts.
export { dnsLookup, linkDelay, synTimeout } from './facts.ts';
export type { Link } from './facts.ts';
export { netFidelity } from './fidelity.ts';
export {
  grpcAnswer,
  grpcFromHttp,
  grpcFromReset,
  grpcHalfClose,
  grpcMessage,
  grpcOpen,
  grpcTrailers,
  isGrpcRequest,
  readGrpc,
} from './grpc.ts';
export {
  asHttp10,
  headerOf,
  http2Goaway,
  http2Preface,
  http2Settings,
  isHttp10,
  readRequest,
  readResponse,
  requestMessage,
  responseMessage,
  sniffHttp,
  withRequestHead,
} from './http.ts';
export type { HttpVersion, ReadRequest, ReadResponse } from './http.ts';
export { proxyHeader, readProxyHeader } from './proxy-protocol.ts';
export {
  alert,
  chooseAlpn,
  clientFlight,
  clientHello,
  provesName,
  readCertificate,
  readClientHello,
  refuseClient,
  refuseServer,
  serverFlight,
} from './tls.ts';
export type { ClientHello, Credential, TlsClient, TlsResult, TlsServer } from './tls.ts';
export { readPem } from './x509.ts';
export type { X509 } from './x509.ts';
