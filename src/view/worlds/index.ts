// The door of comparing whole worlds: fetched when somebody compares, not with the page.
export type { Estimate } from './estimate.ts';
export { LedgerCounter, proxyKinds } from './ledger.ts';
export type { ProxyKind, WorldLedger } from './ledger.ts';
export { publishedAt, publishedLoad, publishedUse } from './published.ts';
