import { expect, test } from 'vitest';

import { fidelity as en } from '../../../src/text/fidelity/en.ts';
import { fidelity as ja } from '../../../src/text/fidelity/ja.ts';
import { Run } from '../../../src/scenario/index.ts';
import '../provide-envoys.ts';

const rowsOf = (mesh: 'none' | 'sidecar' | 'ambient') => new Run({ scenario: '', manifests: [], mesh }).info.fidelity;

test('every row of the fidelity ledger has a sentence in both languages, and every sentence a row', () => {
  const rows = rowsOf('ambient');
  const ids = rows.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(Object.keys(en).toSorted()).toEqual(ids.toSorted());
  expect(Object.keys(ja).toSorted()).toEqual(ids.toSorted());
  for (const text of [...Object.values(en), ...Object.values(ja)]) expect(text).not.toMatch(/[.。]$|^\s*$/);
});

test('every row names what it was read from', () => {
  for (const { id, source } of rowsOf('ambient'))
    expect(source, id).toMatch(/^(\w[\w.-]*\/[\w.-]+|RFC |Linux: |netfilter\.org|model: )/);
});

test('a run shows the rows of what it uses: no mesh, no rows about a mesh', () => {
  const parts = (mesh: 'none' | 'sidecar' | 'ambient') => [...new Set(rowsOf(mesh).map(({ id }) => id.split('.')[0]))];
  expect(parts('none')).toEqual(['host', 'net', 'kube']);
  expect(parts('sidecar')).toEqual(['host', 'net', 'kube', 'istiod', 'sidecar', 'gateway']);
  expect(parts('ambient')).toEqual(['host', 'net', 'kube', 'istiod', 'ambient', 'sidecar', 'gateway']);
});
