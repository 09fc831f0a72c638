// Who a workload is (SPIFFE), which certificates manifests bring, and what TLS its inbound ports accept (PeerAuthentication): pure decisions.
export { certificateOf, rootsOf } from './certificates.ts';
export { effectivePeerAuthentication } from './peer-authentication.ts';
export type { EffectiveMtls, MtlsMode, PolicySource } from './peer-authentication.ts';
export { parseSpiffe, spiffeId } from './spiffe.ts';
