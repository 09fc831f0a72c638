// The door of comparing whole worlds: fetched when somebody compares, not with the page.
export type { Estimate } from './estimate.ts';
export { LedgerCounter } from './ledger.ts';
export type { WorldLedger } from './ledger.ts';
export { publishedAt, publishedLoad, publishedUse } from './published.ts';
