// How many objects were refused, and which problem comes next.

import { describe, expect, it } from 'vitest';
import { type ManifestFile, parseManifests } from '../../../src/manifests/index.ts';
import { problemFrom } from '../../../src/ui/editor/next-problem.ts';
import { countRejected, notSimulatedKinds } from '../../../src/ui/editor/rejections.ts';

const fine = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fine}\n';
const rejectedIn = (...texts: readonly string[]): number => {
  const files: readonly ManifestFile[] = texts.map((text, at) => ({ path: `${at}.yaml`, text }));
  return countRejected(parseManifests(files).diagnostics, files);
};

describe('rejected objects', () => {
  it.each([
    ['a document with several syntax errors is one', 1, ['a: [1\nb: "x\n c: {\n- d\n']],
    ['an object with several wrong fields is one', 1, [`${fine}one: 1\ntwo: 2\n`]],
    ['each document of a file counts', 2, [`a: [1\n---\n${fine}---\n${fine.replace('fine', 'b')}wrong: 1\n`]],
    ['files of the same text count apart', 2, [`${fine}wrong: 1\n`, `${fine}wrong: 1\n`]],
    [
      'objects of a List are told apart',
      2,
      [
        'apiVersion: v1\nkind: ServiceAccountList\nitems:\n- {metadata: {name: a}, x: 1}\n- {metadata: {name: b}, x: 1, y: 2}\n',
      ],
    ],
    ['warnings and notes reject nothing', 0, [`${fine}data: {a: one, a: two}\n`]],
  ])('%s', (_name, count, texts) => {
    expect(rejectedIn(...texts)).toBe(count);
  });

  it('kinds that are kept without being acted on are named once', () => {
    const rule = 'apiVersion: networking.istio.io/v1beta1\nkind: ProxyConfig\nmetadata: {name: NAME}\nspec: {}\n';
    const text = `${rule.replace('NAME', 'a')}---\n${rule.replace('NAME', 'b')}---\n${fine}`;
    expect(notSimulatedKinds(parseManifests([{ path: 'a', text }]).diagnostics)).toEqual(['ProxyConfig']);
  });
});

describe('the next problem', () => {
  const files = ['a.yaml', 'b.yaml'].map((path) => ({ path, text: `${fine}one: 1\ntwo: 2\n` }));
  const problems = parseManifests(files).diagnostics.filter(({ severity }) => severity === 'error');
  const from = (path: string, line: number, by: 1 | -1) => {
    const found = problemFrom(problems, files, { path, line, column: 1 }, by);
    return found === undefined ? undefined : `${found.path}:${found.range.start.line}`;
  };

  it('goes on through the files and round again, both ways', () => {
    expect(from('a.yaml', 1, 1)).toBe('a.yaml:4');
    expect(from('a.yaml', 4, 1)).toBe('a.yaml:5');
    expect(from('a.yaml', 5, 1)).toBe('b.yaml:4');
    expect(from('b.yaml', 5, 1)).toBe('a.yaml:4');
    expect(from('a.yaml', 4, -1)).toBe('b.yaml:5');
    expect(problemFrom([], files, { path: 'a.yaml', line: 1, column: 1 }, 1)).toBeUndefined();
  });
});
