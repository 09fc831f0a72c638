import { describe, expect, it } from 'vitest';
import { messages } from '../../../../src/manifests/messages.ts';
import { diagnosticsEn } from '../../../../src/text/diagnostics/en.ts';
import { formatDiagnostic } from '../../../../src/text/diagnostics/format.ts';
import { diagnosticsJa } from '../../../../src/text/diagnostics/ja.ts';
import { placeholdersOf } from '../../../../src/text/fill.ts';

const keys = Object.keys(messages).sort();
/** Names of kinds, fields and commands are the same in both languages; a sentence of nothing else would be untranslated. */
const japanese = /[\u3040-\u30FF\u4E00-\u9FFF]/;

describe('texts of the diagnostics', () => {
  it('exist in English and Japanese for every message of the manifests room, and for nothing else', () => {
    expect(Object.keys(diagnosticsEn).sort()).toEqual(keys);
    expect(Object.keys(diagnosticsJa).sort()).toEqual(keys);
  });

  it('use the parameters a message has, and the same in both languages', () => {
    for (const [key, { params }] of Object.entries(messages)) {
      const message = key as keyof typeof messages; // keys of `messages`
      const used = placeholdersOf(diagnosticsEn[message]);
      expect(placeholdersOf(diagnosticsJa[message]), key).toEqual(used);
      const known: readonly string[] = params;
      for (const name of used) expect(known, `${key} {${name}}`).toContain(name);
    }
  });

  it('are Japanese where they say they are', () => {
    for (const [key, text] of Object.entries(diagnosticsJa)) expect(text, key).toMatch(japanese);
  });

  it('show the texts of a manifest as they are, markup included', () => {
    const name = '<img src=x onerror=alert(1)>';
    const diagnostic = { message: 'not-dns-subdomain', params: { field: 'metadata.name', value: name } } as const;
    expect(formatDiagnostic(diagnostic, diagnosticsEn)).toContain(`“${name}”`);
    expect(formatDiagnostic(diagnostic, diagnosticsJa)).toContain(`「${name}」`);
  });
});
