import { describe, expect, test } from 'vitest';
import { fill, piecesOf, placeholdersOf } from '../../../src/text/index.ts';

describe('a sentence', () => {
  test('takes the word that goes with its count', () => {
    const template = '{errors} {errors:error:errors} in {files} {files:file:files}.';
    expect(fill(template, { errors: 1, files: 2 })).toBe('1 error in 2 files.');
    expect(fill(template, { errors: '0', files: '1' })).toBe('0 errors in 1 file.');
    expect(placeholdersOf(template)).toEqual(['errors', 'files']);
  });

  test('leaves out the parts whose figure is missing', () => {
    const template = 'Applied[, {created} created][, {deleted} deleted].';
    expect(fill(template, { created: '1', deleted: '' })).toBe('Applied, 1 created.');
    expect(fill(template, { created: '', deleted: '' })).toBe('Applied.');
    expect(fill('rules: [{}] for [all]', {})).toBe('rules: [{}] for [all]');
  });

  test('sets values apart from words', () => {
    expect(piecesOf('{count} {count:pod:pods} {note}.', { count: 2, note: '' })).toEqual([
      { kind: 'value', name: 'count', text: '2' },
      { kind: 'words', text: ' ' },
      { kind: 'words', text: 'pods' },
      { kind: 'words', text: '.' },
    ]);
  });
});
