// What Envoy makes of a path before policies and routes see it. Pairs follow envoyproxy/envoy:test/common/http/path_utility_test.cc
// and istio.io's table of path normalization.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalisePath } from '../../../../src/mesh/authz/index.ts';

test.each([
  ['/a/../b', '/b'],
  ['/a/b/../../../../c', '/c'],
  ['/public/%2e%2e/private', '/private'],
  ['/public/%2E/%2e./private', '/private'],
  ['/a\\b', '/a/b'],
  ['/a/..\\c', '/c'],
  ['/a/./b/', '/a/b/'],
  ['/a/..', '/'],
  ['/a/.', '/a/'],
  ['/../../a', '/a'],
  ['a/b/../c', '/a/c'],
  ['..', '/'],
  ['/a//b?x=/../', '/a//b?x=/../'],
  ['/%61dmin', '/admin'],
  ['/%5c%25', '/%5c%25'],
  ['/a/%2F%2f/c', '/a/%2F%2f/c'],
  ['/%c0%af', '/%c0%af'],
  ['/A/%zz/b', '/A/%zz/b'],
  ['/a/...', '/a/...'],
  ['/.well-known/x', '/.well-known/x'],
])('%s goes on as %s', (path, normal) => {
  expect(normalisePath(path)).toBe(normal);
});

test.each(['/xyz/.%00../abc', '/xyz/AAAAA%%0000/abc'])('%s is refused, for the escaped NUL in it', (path) => {
  expect(normalisePath(path)).toBeUndefined();
});

test.each([
  ['NONE', '/a/../b//c%2fd', '/a/../b//c%2fd'],
  ['BASE', '/a/../b//c%2fd', '/b//c%2fd'],
  ['MERGE_SLASHES', '/a/../b//c%2fd', '/b/c%2fd'],
  ['MERGE_SLASHES', '//a///b//?q=//', '/a/b/?q=//'],
  ['DECODE_AND_MERGE_SLASHES', '/a/../b//c%2fd', '/b/c/d'],
  ['DECODE_AND_MERGE_SLASHES', '/a/b%5c..%2Fc', '/a/c'],
  ['DECODE_AND_MERGE_SLASHES', '/a?q=%2f', '/a?q=%2f'],
] as const)('%s: %s goes on as %s', (mode, path, normal) => {
  expect(normalisePath(path, mode)).toBe(normal);
});

test('no path, however it is written, goes on with a dot segment, or with its query changed', () => {
  const piece = fc.constantFrom('/', '.', '..', '%2e', '%2E', '\\', 'a', '%61', '%2f', '%', '?', '//', 'b.c');
  const modes = ['BASE', 'MERGE_SLASHES', 'DECODE_AND_MERGE_SLASHES'] as const;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.constantFrom(...modes), (pieces, mode) => {
      const path = `/${pieces.join('')}`;
      const normal = normalisePath(path, mode) ?? '';
      const [plain = ''] = normal.split('?');
      expect(plain.startsWith('/')).toBe(true);
      expect(plain.split('/').filter((segment) => segment === '.' || segment === '..')).toEqual([]);
      expect(normal.slice(plain.length)).toBe(path.includes('?') ? path.slice(path.indexOf('?')) : '');
    }),
  );
});
