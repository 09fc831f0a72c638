import { expect, test } from 'vitest';
import type { Change, PropertyResult } from '../../../src/lesson/index.ts';
import {
  changesBetween,
  changesOutsideForms,
  forbiddenChanges,
  hintFor,
  manifestsOf,
} from '../../../src/lesson/index.ts';
import type { Form } from '../../../src/lesson/model/index.ts';
import { parseManifests } from '../../../src/manifests/index.ts';
import { lessonFolders } from '../../lessons/lesson-folders.ts';

const resources = (text: string) => parseManifests([{ path: 'x.yaml', text }]).resources;
const map = (data: string, name = 'a'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: ${data}\n---\n`;
const changes = (from: string, to: string) =>
  changesBetween(resources(from), resources(to)).map(({ object, path, from: old, to: now }) => [
    object.name,
    path.join('.'),
    old,
    now,
  ]);

test('only what differs is a change; comments, order and layout are none', () => {
  expect(changes(map('{a: x, b: w}') + map('{}', 'b'), `# a comment\n${map('{}', 'b')}${map('{b: w, a: x}')}`)).toEqual(
    [],
  );
  expect(changes(map('{a: x, b: w}'), map('{a: z, c: w}'))).toEqual([
    ['a', 'data.a', 'x', 'z'],
    ['a', 'data.b', 'w', undefined],
    ['a', 'data.c', undefined, 'w'],
  ]);
});

test('a mapping that is gone counts as empty; a new object is one change', () => {
  const bare = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\n';
  expect(changes(map('{a: x}'), bare)).toEqual([['a', 'data.a', 'x', undefined]]);
  expect(changes(bare, bare + map('{}', 'b'))).toEqual([
    ['b', '', undefined, expect.objectContaining({ kind: 'ConfigMap' })],
  ]);
});

test('keys that JavaScript knows otherwise are fields like any other', () => {
  expect(changes(map('{constructor: x}'), map('{toString: x}'))).toEqual([
    ['a', 'data.constructor', 'x', undefined],
    ['a', 'data.toString', undefined, 'x'],
  ]);
});

test('edits are allowed by object and path, `*` for any name', () => {
  const made = changesBetween(resources(map('{a: x, b: w}')), resources(map('{a: z, b: z}') + map('{}', 'b')));
  const allow = (name: string, path: readonly string[]) => ({
    object: { kind: 'ConfigMap', namespace: 'default', name },
    path,
  });
  const forbidden = (...allowed: readonly ReturnType<typeof allow>[]) =>
    forbiddenChanges(made, allowed).map(({ object, path }) => `${object.name} ${path.join('.')}`);
  expect(forbidden()).toEqual(['a data.a', 'a data.b', 'b ']);
  expect(forbidden(allow('a', ['data']))).toEqual(['b ']);
  expect(forbidden(allow('*', ['data', 'a']))).toEqual(['a data.b', 'b ']);
  expect(forbidden(allow('*', []))).toEqual([]);
});

test('forms reach the values they offer, at their path only', () => {
  const form = (control: Form['control']): Form => ({
    id: 'f',
    object: { kind: 'ConfigMap', namespace: 'default', name: 'a' },
    path: ['data', 'a'],
    control,
  });
  const outside = (to: string, control: Form['control']): number =>
    changesOutsideForms(changesBetween(resources(map('{a: x}')), resources(map(to))), [form(control)]).length;
  const select: Form['control'] = { kind: 'select', options: ['x', 'w', null] };
  expect(outside('{a: w}', select)).toBe(0);
  expect(outside('{}', select)).toBe(0);
  expect(outside('{a: z}', select)).toBe(1);
  expect(outside('{a: x, b: w}', select)).toBe(1);
  const made = (more: readonly string[], to: Change['to']): number => {
    const change = { object: form(select).object, path: ['data', 'a', ...more], from: undefined, to };
    return changesOutsideForms([change], [form({ kind: 'select', options: [[{ b: 'c' }], { b: 'x' }, null] })]).length;
  };
  expect([made([], [{ b: 'c' }]), made(['b'], 'x'), made(['b'], undefined)]).toEqual([0, 0, 0]);
  expect([made([], [{ b: 'd' }]), made(['b'], 'y'), made(['b', 'c'], 'x')]).toEqual([1, 1, 1]);
  const scaled = changesBetween([], []).concat({ object: form(select).object, path: ['data', 'a'], from: 1, to: 3 });
  expect(changesOutsideForms(scaled, [form({ kind: 'slider', min: 1, max: 3, step: 1 })])).toEqual([]);
  expect(changesOutsideForms(scaled, [form({ kind: 'slider', min: 1, max: 2, step: 1 })])).toHaveLength(1);
});

test('a hint answers what somebody tried; else what fails first', () => {
  const lesson = lessonFolders.get('30-where-is-the-ciphertext')!.lesson!;
  const results = (failing: readonly string[]): readonly PropertyResult[] =>
    lesson.properties.map((property) => ({ property, holds: !failing.includes(property.id), violations: [] }));
  const start = manifestsOf(lesson, 'start');
  expect(hintFor(lesson, start, results([]))).toBeUndefined();
  expect(hintFor(lesson, start, results(['no-plaintext', 'caller-known']))).toBe(1);
  expect(hintFor(lesson, start, results(['requests-succeed', 'caller-known']))).toBe(2);
  const strict = manifestsOf(lesson, 'near-miss-1').map((file) =>
    file.path === 'peer-authentication.yaml'
      ? { ...file, text: file.text.replace('name: default', 'name: be-strict') }
      : file,
  );
  expect(hintFor(lesson, strict, results(['no-plaintext']))).toBe(2);
  const both = [...strict, ...manifestsOf(lesson, 'near-miss-2').filter(({ path }) => path === 'orders.yaml')];
  expect(
    hintFor(
      lesson,
      both.filter((file, index) => both.findLastIndex(({ path }) => path === file.path) === index),
      results(['no-plaintext']),
    ),
  ).toBeGreaterThan(1);
});
