import { describe, expect, it } from 'vitest';
import { analysisMessages } from '../../../src/mesh/analysis/messages.ts';
import { analysisEn } from '../../../src/text/analysis/en.ts';
import { analysisJa } from '../../../src/text/analysis/ja.ts';
import { placeholdersOf } from '../../../src/text/index.ts';

const keys = Object.keys(analysisMessages) as (keyof typeof analysisMessages)[]; // keys of that object
const japanese = /[\u3040-\u30FF\u4E00-\u9FFF]/;

describe('texts of the analyzers', () => {
  it('exist in English and Japanese for every message, and for nothing else', () => {
    expect(Object.keys(analysisEn).toSorted()).toEqual(keys.toSorted());
    expect(Object.keys(analysisJa).toSorted()).toEqual(keys.toSorted());
  });

  it('use all that a message has to say, in both languages', () => {
    for (const key of keys) {
      const known = [...analysisMessages[key].params].toSorted();
      expect([...placeholdersOf(analysisEn[key])].toSorted(), key).toEqual(known);
      expect([...placeholdersOf(analysisJa[key])].toSorted(), key).toEqual(known);
    }
  });

  it('are sentences, and Japanese where they say they are', () => {
    for (const key of keys) {
      expect(analysisEn[key], key).toMatch(/^[“A-Z{].*[.}]$/);
      expect(analysisJa[key], key).toMatch(japanese);
      expect(analysisJa[key], key).toMatch(/[。}]$/);
    }
  });

  it('have codes as Istio writes them', () => {
    for (const key of keys) expect(analysisMessages[key].code, key).toMatch(/^IST0[01]\d\d$/);
  });
});
