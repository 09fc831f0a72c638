// The control connection: what proxies and istiod say to each other.
export { controlLink, createXdsClient, proxyUid, xdsClientType } from './client.ts';
export type { XdsClientId, XdsEvent } from './client.ts';
export { createDocument, documentType, isBefore124, plainMetadata, readDocument } from './document.ts';
export type { Document, DocumentId, NodeMetadata, ProxyKind, XdsNode } from './document.ts';
export { notKnown } from './dump.ts';
export type { DumpRow, DumpTable, DumpWorld } from './dump.ts';
export { certificateMessage, discoveryStream, istiodService, meshRoot, pushMessage, refusalMessage } from './wire.ts';
