// What the control connection carries, message by message: gRPC over HTTP/2 over TLS to istiod:15012.
import type { WireMessage } from '../../trace/index.ts';

/** The stream of the discovery subscription; CSRs take the odd streams after it. */
export const discoveryStream = 1;

export const istiodService = {
  namespace: 'istio-system',
  name: 'istiod',
  host: 'istiod.istio-system.svc',
  port: 15_012,
} as const;
/** The name of the mesh's root in credentials. */
export const meshRoot = 'istio-ca';

const discoveryPath = '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources';
const csrPath = '/istio.v1.auth.IstioCertificateService/CreateCertificate';

export const subscribeMessage: WireMessage = {
  layer: 'http2',
  frames: [
    {
      frame: 'HEADERS',
      request: { method: 'POST', path: discoveryPath, authority: istiodService.host, headers: [] },
      end: false,
    },
    { frame: 'DATA', grpc: 'DeltaDiscoveryRequest', end: false },
  ],
};
export const pushMessage: WireMessage = {
  layer: 'http2',
  frames: [{ frame: 'DATA', grpc: 'DeltaDiscoveryResponse', end: false }],
};
export const csrMessage: WireMessage = {
  layer: 'http2',
  frames: [
    {
      frame: 'HEADERS',
      request: { method: 'POST', path: csrPath, authority: istiodService.host, headers: [] },
      end: false,
    },
    { frame: 'DATA', grpc: 'IstioCertificateRequest', end: true },
  ],
};
export const certificateMessage: WireMessage = {
  layer: 'http2',
  frames: [
    { frame: 'HEADERS', response: { status: 200, headers: [] }, end: false },
    { frame: 'DATA', grpc: 'IstioCertificateResponse', end: false },
    { frame: 'HEADERS', response: { status: 200, grpcStatus: 0, headers: [] }, end: true },
  ],
};
export const refusalMessage: WireMessage = {
  layer: 'http2',
  frames: [{ frame: 'HEADERS', response: { status: 200, grpcStatus: 16, headers: [] }, end: true }],
};
