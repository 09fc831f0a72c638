// The fidelity ledger holds what the engine's own lists say; its file is written by tests/tools/ledger.ts.
import { expect, test } from 'vitest';

import { reasons } from '../../../src/text/reasons/en.ts';
import type { LedgerState } from '../../../src/view/ledger/index.ts';
import { evidence, ledgerCounts, ledgerGroups, ledgerRows } from '../../../src/view/ledger/index.ts';
import { ledgerFacts, ledgerParts } from '../../tools/ledger-parts.ts';

const rows = ledgerRows(evidence);
const every: readonly LedgerState[] = ['verified', 'modelled', 'simplified', 'not-modelled'];

test('every part, rule and delay of the engine has its row, and no row is left over', async () => {
  expect(evidence.parts, 'run tests/tools/ledger.ts').toEqual(ledgerParts);
  expect(evidence.facts, 'run tests/tools/ledger.ts').toEqual(await ledgerFacts());
  expect(Object.keys(evidence.rules).toSorted(), 'run tests/tools/ledger.ts').toEqual(Object.keys(reasons).toSorted());
});

test('a link names one row', () => {
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
});

test.each([
  { id: 'sidecar.injection', state: 'verified', version: 'Istio 1.31.0', passed: 57 },
  { id: 'host.syn', state: 'simplified', version: '', passed: 0 },
  { id: 'kube.node-rest', state: 'not-modelled', version: 'Kubernetes 1.34', passed: 0 },
  { id: 'istiod.debounce-after', state: 'modelled', version: 'Istio 1.31', passed: 0 },
])('$id is $state', ({ id, state, version, passed }) => {
  const row = rows.find((candidate) => candidate.id === id);
  expect(row).toMatchObject({ state, version, cases: { passed } });
});

test('a rule that upstream’s cases meet is verified by them; one that none meets is not said to be', () => {
  for (const row of rows.filter(({ kind }) => kind === 'rule'))
    expect(row.state).toBe(row.cases.passed > 0 ? 'verified' : 'modelled');
  expect(rows.filter(({ kind, state }) => kind === 'rule' && state === 'verified').length).toBeGreaterThan(50);
});

test('rows are found by state and by the words that are shown', () => {
  const textOf = (): string => 'shown';
  const states = (of: readonly LedgerState[]): number =>
    ledgerGroups(rows, { search: '', states: of }, textOf).flatMap((group) => group.rows).length;
  expect(states(every)).toBe(rows.length);
  expect(states(['simplified'])).toBe(ledgerCounts(rows).simplified);
  const [group, ...others] = ledgerGroups(rows, { search: 'SHOWN net.tls', states: every }, textOf);
  expect(group?.rows.map(({ id }) => id)).toEqual(['net.tls']);
  expect(others).toEqual([]);
});
