// Who a workload is (SPIFFE) and what TLS its inbound ports accept (PeerAuthentication): pure decisions.
export { effectivePeerAuthentication } from './peer-authentication.ts';
export type { EffectiveMtls, MtlsMode, PolicySource } from './peer-authentication.ts';
export { parseSpiffe, spiffeId } from './spiffe.ts';
