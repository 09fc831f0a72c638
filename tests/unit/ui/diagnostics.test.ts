// The words of problems: those of a document's own checks, and those of the analyzers, whose words come later.

import { describe, expect, it } from 'vitest';
import { parseManifests } from '../../../src/manifests/index.ts';
import { analyzeManifests } from '../../../src/scenario/analysis.ts';
import { loadProblemTexts, loadTexts } from '../../../src/text/index.ts';
import { diagnosticText, documentationOf, fixTitle, inTextOrder } from '../../../src/ui/diagnostics.ts';

const files = [
  { path: 'b.yaml', text: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\none: 1\n' },
  {
    path: 'a.yaml',
    text: 'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: a}\nspec: {hosts: [a], http: [{route: [{destination: {host: lost}}]}]}\n',
  },
];
const { diagnostics } = parseManifests(files);
const findings = analyzeManifests(files, { diagnostics, now: 0 });

describe('a problem', () => {
  it('of the analyzers is said in the language in use', async () => {
    expect(findings).toHaveLength(1);
    for (const [language, sentence] of [
      ['en', 'No Service and no ServiceEntry has the host “lost”: requests that are routed there fail.'],
      ['ja', 'ホスト「lost」に当たる Service も ServiceEntry もありません。ここに送られるリクエストは失敗します。'],
    ] as const) {
      const texts = { ...(await loadTexts(language)), problems: await loadProblemTexts(language) };
      expect(findings.map((finding) => diagnosticText(texts, finding))).toEqual([sentence]);
    }
  });

  it('is said by its code until its words are there, and offers no fix', async () => {
    const texts = await loadTexts('en');
    const said = [...findings, ...diagnostics].map((found) => [diagnosticText(texts, found), fixTitle(texts, found)]);
    expect(said).toEqual([
      ['IST0101', ''],
      ['unknown-field', ''],
    ]);
  });

  it('stands in the order of the files and their texts', () => {
    const codes = inTextOrder([...findings, ...diagnostics], files).map(({ path, code }) => `${path} ${code}`);
    expect(codes).toEqual(['b.yaml unknown-field', 'a.yaml IST0101']);
  });
});

it('Istio’s codes have a page of Istio’s, ours have none', () => {
  expect(documentationOf('IST0101')).toBe('https://istio.io/latest/docs/reference/config/analysis/ist0101/');
  expect(documentationOf('unknown-field')).toBeUndefined();
});
