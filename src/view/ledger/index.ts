// The fidelity ledger's door: apart from view/index.ts, so that what it holds is loaded when somebody opens it.
export { evidence } from './evidence.ts';
export { ledgerCounts, ledgerGroups, ledgerRows } from './ledger.ts';
export type { Evidence, LedgerFilter, LedgerGroup, LedgerRow, LedgerState } from './ledger.ts';
